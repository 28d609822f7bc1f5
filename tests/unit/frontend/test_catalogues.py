"""The words of the front-ends: both languages say the same things, and nothing is left over."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
APPLICATIONS: Final = (
    "console/locales",
    "widget/locales",
    "console/locales/handover",
    "console/locales/phone",
    "console/locales/devices",
    "console/locales/demo",
    "widget/locales/later",
    "widget/locales/call",
    "widget/locales/callback",
)
PLURALS: Final = {"en": {"one", "other"}, "fr": {"one", "other"}}

Catalogue = dict[str, str | dict[str, str]]


def catalogue(application: str, locale: str) -> Catalogue:
    path = ROOT / application / f"{locale}.json"
    found: Catalogue = json.loads(path.read_text(encoding="utf-8"))
    return found


def placeholders(entry: str | dict[str, str]) -> set[str]:
    forms = [entry] if isinstance(entry, str) else list(entry.values())
    return {name for form in forms for name in re.findall(r"\{(\w+)\}", form)}


@pytest.mark.parametrize("application", APPLICATIONS)
def test_both_languages_have_the_same_keys_in_the_same_order(application: str) -> None:
    assert list(catalogue(application, "fr")) == list(catalogue(application, "en"))


@pytest.mark.parametrize("application", APPLICATIONS)
def test_both_languages_fill_in_the_same_values(application: str) -> None:
    french, english = catalogue(application, "fr"), catalogue(application, "en")
    differing = {key for key in english if placeholders(english[key]) != placeholders(french[key])}
    assert not differing


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("application", APPLICATIONS)
def test_no_text_is_empty(application: str, locale: str) -> None:
    for key, entry in catalogue(application, locale).items():
        forms = [entry] if isinstance(entry, str) else list(entry.values())
        assert all(form.strip() for form in forms), key


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_plurals_of_the_console_have_every_form(locale: str) -> None:
    for key, entry in catalogue("console/locales", locale).items():
        if isinstance(entry, dict):
            assert set(entry) == PLURALS[locale], key


def test_every_text_of_the_console_is_used() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "console" / "src").rglob("*.ts*")
    )
    # t(`channel.${channel}s`) and known("reason", …) reach keys by their beginning
    beginnings = set(re.findall(r"[`\"]([a-z_]+\.[a-z_]*)\$\{", sources))
    beginnings |= {f"{prefix}." for prefix in re.findall(r"known\(\"([a-z]+)\"", sources)}
    beginnings.add("error.")
    unused = [
        key
        for key in catalogue("console/locales", "en")
        if f'"{key}"' not in sources and not key.startswith(tuple(beginnings))
    ]
    assert not unused

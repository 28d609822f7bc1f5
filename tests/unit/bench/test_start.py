"""A clone reaches the registries as its caller does, and finds nothing that is there already."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.start import reach


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PIP_CONFIG_FILE", raising=False)
    monkeypatch.delenv("NPM_CONFIG_USERCONFIG", raising=False)
    return tmp_path


def test_what_says_how_to_reach_them_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "NODE_EXTRA_CA_CERTS": "/etc/own.pem",
        "PIP_CERT": "/etc/own.pem",
        "npm_config_cafile": "/etc/own.pem",
        "https_proxy": "http://proxy.example:3128",
    }
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert said.items() <= reach().items()


def test_caches_and_all_else_stay_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_CACHE_DIR", "npm_config_cache", "PYTHONPATH", "ACD_SERVER__PORT"):
        monkeypatch.setenv(name, "/elsewhere")
    assert "/elsewhere" not in reach().values()


def test_the_callers_own_files_are_named(home: Path) -> None:
    assert reach().keys().isdisjoint({"PIP_CONFIG_FILE", "NPM_CONFIG_USERCONFIG"})
    (home / ".npmrc").write_text("cafile=/etc/own.pem\n")
    assert reach()["NPM_CONFIG_USERCONFIG"] == str(home / ".npmrc")

"""What is likely not meant is told, each thing under its code, at its line, with a remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acd.config import check_config
from acd.config.loader import packaged_config
from acd.demo import seed
from tests.unit.config.linting import found


def test_what_comes_with_the_product_is_clean() -> None:
    assert check_config(packaged_config(), {}).warnings == ()
    demo = Path(seed.__file__).with_name("demo.toml")
    assert check_config(demo, {}).warnings == ()


def test_what_stands_in_comments_may_be_uncommented() -> None:
    text = packaged_config().read_text(encoding="utf-8")
    start = text.index("# [[hours]]")
    text = (
        text[:start]
        + re.sub("^# ", "", text[start:].split("\n\n")[0], flags=re.M)
        + ("\n\n" + text[start:].split("\n\n", 1)[1])
    )
    for key in ("hours", "max_length", "max_wait_s", "on_[a-z_]+", "at_close", "pull"):
        text, changed = re.subn(f"^# ({key} = )", r"\1", text, flags=re.M)
        assert changed, key
    assert not found(text)


class TestAllInOneRun:
    def test_references_are_told_beside_wrong_types(self) -> None:
        text = """\
[server]
port = "80"
[[departments]]
id = "support"
name = 5
strategy = "prioritty"
[[agents]]
id = "anna"
email = "anna@example.com"
departments = ["suport", { department = "sales", priority = 999 }]
skills = { frnch = "much" }
[[hours]]
id = "office"
zone = "Europe/Pariss"
"""
        assert [(problem.line, problem.code) for problem in found(text)] == [
            (2, "wrong_value"),
            (5, "wrong_value"),
            (6, "unknown_strategy"),
            (7, "missing_key"),
            (10, "wrong_value"),
            (10, "unknown_department"),
            (10, "unknown_department"),
            (11, "wrong_value"),
            (14, "unknown_zone"),
        ]

    def test_a_name_that_may_be_the_one_that_is_wrong_proves_nothing(self) -> None:
        text = """\
[[departments]]
id = "Support"
name = "Support"
[[agents]]
id = "anna"
name = "Anna"
email = "anna@example.com"
departments = ["support"]
skills = { french = 3 }
"""
        assert [problem.code for problem in found(text)] == ["wrong_value", "unknown_skill"]

    @pytest.mark.parametrize(
        "text",
        [
            "departments = 5",
            "departments = [5]",
            "[[departments]]",
            "[[departments]]\nid = 5\nname = { en = 1 }\non_full = { to = 1 }\nrelax = [1, {}]",
            "[[hours]]\nweek = { x = 1 }\nopen_days = [{}]\nclosed_days = [{}]",
            "[channels]\nchat = { wait = 1 }\ncall = 5",
            "server = 1\nsites = [[]]",
        ],
        ids=str,
    )
    def test_nothing_is_too_wrong_to_be_told(self, text: str) -> None:
        problems = found(text)
        assert problems
        assert {problem.code for problem in problems} <= {
            "wrong_value", "missing_key", "unknown_key",
        }  # fmt: skip

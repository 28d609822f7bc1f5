"""What is said of a text of configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from acd.config import Config, ConfigProblems, Problem, codes, parse_config
from acd.config.loader import check_text, with_secrets

SOURCE = Path("/etc/acd/config.toml")
HEAD = """\
[[skills]]
id = "french"
[[departments]]
id = "sales"
name = "Sales"
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
departments = ["support", "sales"]
skills = { french = 2 }
[[departments]]
id = "support"
name = "Support"
"""


def parse(text: str, **env: str) -> Config:
    return parse_config(text, source=SOURCE, env=env)


def problems(text: str, **env: str) -> list[str]:
    """All that makes it no configuration, as it is told."""
    with pytest.raises(ConfigProblems) as caught:
        parse(text, **env)
    return [str(problem) for problem in caught.value.problems]


def found(text: str) -> list[Problem]:
    """Everything said of a text, errors or warnings, each under a code of its kind."""
    try:
        said = check_text(text, source=SOURCE, env={}).warnings
    except ConfigProblems as raised:
        said = raised.problems
    for problem in said:
        assert problem.code in (codes.WARNINGS if problem.warning else codes.ERRORS)
    return list(said)


def one(text: str, code: str) -> Problem:
    said = found(text)
    assert [problem.code for problem in said] == [code]
    assert said[0].remedy
    return said[0]


def check_secrets(text: str) -> tuple[Problem, ...]:
    """What is wrong with a text, secrets included."""
    with pytest.raises(ConfigProblems) as raised:
        with_secrets(check_text(text, source=SOURCE, env={}))
    return raised.value.problems


def site(requires: str) -> str:
    return f'[[sites]]\nid = "shop"\nname = "Shop"\ndepartments = ["support"]\n{requires}\n'


OFFICE = '[[hours]]\nid = "office"\nzone = "Europe/Paris"\nweek = { mon-fri = ["09:00-17:00"] }\n'

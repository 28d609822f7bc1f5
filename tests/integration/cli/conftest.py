"""The `acd` command in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from acd.cli.main import app

CONFIG = """\
[[departments]]
id = "support"
name = "Support"
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
departments = ["support"]
"""

ADD = ("agents", "add", "claire", "--name", "Claire Dubois", "--email", "Claire@example.com")
"""Adds an agent beside the one of the file."""

Acd = Callable[..., Result]


@pytest.fixture
def acd(tmp_path: Path) -> Acd:
    """`acd("config", "check")` in a folder of its own, with the small configuration above."""
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    env = {
        "ACD_CONFIG": str(file),
        "ACD_SERVER__DATA_DIR": str(tmp_path / "data"),
        "ACD_SERVER__PORT": "0",
        "ACD_REDIS_SERVER": None,
    }

    def run(*words: str, stdin: str | None = None) -> Result:
        return CliRunner(env=env).invoke(app, words, input=stdin)

    return run

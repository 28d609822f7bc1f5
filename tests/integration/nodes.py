"""A node with one department and one agent, from a configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acd.app import running_node
from acd.config import Config, parse_config

TEXT = """\
[server]
port = 0
stop_s = 5
[[sites]]
id = "shop"
name = "Maison Perrin"
[[departments]]
id = "support"
name = { en = "Support", fr = "Assistance" }
strategy = ["priority", "longest_idle"]
[departments.chat]
wrap_up_s = 30
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
departments = [{ department = "support", priority = 1 }]
capacity = { chat = { max = 1 } }
password_env = "ANNA_PASSWORD"
"""
PASSWORD = "correct horse battery"


def configured(folder: Path, **env: str) -> Config:
    env = {"ANNA_PASSWORD": PASSWORD, "ACD_SERVER__DATA_DIR": str(folder / "data"), **env}
    return parse_config(TEXT, source=folder / "config.toml", env=env)


def node_of(config: Config) -> Any:
    return running_node(config, front_end=False)

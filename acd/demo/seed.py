"""The demonstration's shop: its configuration, its folder, and who in it is simulated."""

from __future__ import annotations

import importlib.resources
import json
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acd.config import Config, ConfigProblems, Problem, parse_config
from acd.telephony.sip.rtpengine import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.config.directory import AgentSettings

YOU: Final = "youssef"
"""The agent a newcomer signs in as; all others are simulated."""
SITE: Final = "shop"
_MARK = "demo.json"


def demo_config(
    env: Mapping[str, str],
    *,
    host: str | None = None,
    port: int | None = None,
    data_dir: Path | None = None,
) -> Config:
    """The demonstration's configuration; the environment may change it as it may any other.

    Raises:
        ConfigProblems: the environment is wrong, or names stores of somebody else.
    """
    given = {"ACD_SERVER__HOST": host, "ACD_SERVER__PORT": port, "ACD_SERVER__DATA_DIR": data_dir}
    # an exchange on this machine may have the usual port
    env = {"ACD_TELEPHONY__SIP__PORT": str(free_port()), **env}
    env = {**env, **{name: str(value) for name, value in given.items() if value is not None}}
    folder = importlib.resources.files("acd.demo")
    text = (folder / "demo.toml").read_text(encoding="utf-8")
    config = parse_config(text, source=Path(str(folder / "demo.toml")), env=env)
    foreign = [
        Problem(
            path=(name, "url"),
            source=f"environment variable ACD_{name.upper()}__URL",
            message="the demonstration keeps its own stores, so that it can be cleared",
            remedy="Unset it, or use `acd serve`.",
            code="wrong_value",
        )
        for name in ("redis", "database")
        if getattr(config, name).url
    ]
    if foreign:
        raise ConfigProblems(foreign)
    return config


def simulated(config: Config) -> tuple[AgentSettings, ...]:
    """Everybody but you."""
    return tuple(agent for agent in config.agents if agent.id != YOU)


def your_password(data_dir: Path) -> str:
    """The password of your agent: made once, kept with the demonstration's data."""
    if "password" not in kept(data_dir):
        keep(data_dir, password="-".join(secrets.token_hex(2) for _ in range(3)))
    return kept(data_dir)["password"]


def kept(data_dir: Path) -> dict[str, str]:
    """What the demonstration on that folder notes of itself."""
    mark = data_dir / _MARK
    return json.loads(mark.read_text(encoding="utf-8")) if mark.is_file() else {}


def keep(data_dir: Path, **notes: str) -> None:
    """Notes more of it, which clearing leaves there."""
    notes = kept(data_dir) | notes
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = data_dir / _MARK
    mark.touch(mode=0o600)
    mark.write_text(json.dumps(notes) + "\n", encoding="utf-8")


def forget(data_dir: Path) -> None:
    """Removes everything the demonstration keeps, and nothing that is not its own.

    The servers on it must have ended. Your password stays, so that your browser's notes stay true.
    """
    mark = data_dir / _MARK
    if not mark.is_file():
        return  # no folder of ours
    for entry in data_dir.iterdir():
        if entry == mark:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()

"""The demonstration's shop: its configuration, and who in it is simulated."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acd.config import Config, ConfigProblems, Problem, parse_config
from acd.demo.audio import with_free_audio
from acd.telephony.sip.rtpengine import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.config.directory import AgentSettings

YOU: Final = "youssef"
"""The agent a newcomer signs in as; all others are simulated."""
SITE: Final = "shop"
_AUDIO: Final = frozenset(
    {"ACD_TELEPHONY__RTPENGINE__FIRST_PORT", "ACD_TELEPHONY__RTPENGINE__LAST_PORT"}
)


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
    return config if _AUDIO & env.keys() else with_free_audio(config)


def simulated(config: Config) -> tuple[AgentSettings, ...]:
    """Everybody but you."""
    return tuple(agent for agent in config.agents if agent.id != YOU)

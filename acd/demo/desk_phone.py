"""Colleagues with a telephone on their desk, played by sipp: whoever is put through hears an echo.

Simulated colleagues have no voice in a page. These can be handed a call, and it is heard that the
call arrived. They hang up by themselves after a while, to be there for the next.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from acd.config.directory import DeviceSettings
from acd.demo.folder import kept
from acd.demo.sipp import find_sipp, play
from acd.telephony.sip.rtpengine import free_port, sip_served

if TYPE_CHECKING:
    from acd.config import Config
    from acd.config.directory import AgentSettings

OWNERS: Final = frozenset({"claire", "sofia"})
"""Whose they are, of those in demo.toml."""
_LONGEST_S: Final = 3600
"""Then it begins anew: so long at most it outlives a demonstration that was killed."""
_PAUSE_S: Final = 2.0


def with_desk_phones(config: Config) -> Config:
    """The configuration in which the owners take calls, where telephones can ring; else as it is.

    Raises:
        RtpengineMissing: it insists on calls over SIP, and there is no program to carry them.
    """
    if find_sipp() is None or not sip_served(config.telephony):
        return config
    return _equipped(config, f"{config.telephony.sip.host}:{free_port()}")


def as_it_runs(config: Config) -> Config:
    """The configuration as the demonstration on its folder has it, or had it last."""
    place = ""
    with contextlib.suppress(OSError):  # whose folder it is, is told of with the node
        place = kept(config.server.data_dir).get("desk_phones", "")
    return _equipped(config, place) if place else config


def place_of_desk_phones(config: Config) -> str:
    """Host and port of them all, or nothing where nobody has one."""
    devices = [device for agent in config.agents for device in agent.devices]
    return devices[0].address.partition("@")[2] if devices else ""


def _equipped(config: Config, place: str) -> Config:
    agents = tuple(
        _with_desk_phone(agent, place) if agent.id in OWNERS else agent for agent in config.agents
    )
    return config.model_copy(update={"agents": agents})


def _with_desk_phone(agent: AgentSettings, place: str) -> AgentSettings:
    desk = DeviceSettings(id="desk", address=f"sip:{agent.id}@{place}")
    calls = agent.capacity.call.model_copy(update={"max": 1})
    capacity = agent.capacity.model_copy(update={"call": calls})
    return agent.model_copy(update={"capacity": capacity, "devices": (desk,)})


class DeskPhones:
    """Pick up whatever rings, a moment later; nothing where nobody has a telephone."""

    def __init__(self, config: Config) -> None:
        self._place = place_of_desk_phones(config)

    async def run(self) -> None:
        """Until cancelled."""
        program = find_sipp()
        host, _, port = self._place.rpartition(":")
        while program and host:
            await play(
                program, "desk_phone.xml", "-i", host, "-p", port,
                "-mi", host, "-mp", str(free_port()),
                "-timeout", f"{_LONGEST_S}s",
            )  # fmt: skip
            await asyncio.sleep(_PAUSE_S)

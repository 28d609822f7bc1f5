"""A colleague with a telephone on their desk, played by sipp: whoever is put through hears an echo.

Simulated colleagues have no voice in a page. This one can be handed a call, and it is heard that
the call arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from acd.config.directory import DeviceSettings
from acd.demo.seed import kept
from acd.demo.sipp import find_sipp, play
from acd.telephony.sip.rtpengine import free_port, sip_served

if TYPE_CHECKING:
    from acd.config import Config

OWNER: Final = "claire"
"""Whose it is, of those in demo.toml."""
_LONGEST_S: Final = 3600
"""So long at most it outlives a demonstration that was killed."""
_PAUSE_S: Final = 2.0


def with_desk_phone(config: Config) -> Config:
    """The configuration in which the owner takes calls, where a telephone can ring; else as it is.

    Raises:
        RtpengineMissing: it insists on calls over SIP, and there is no program to carry them.
    """
    if find_sipp() is None or not sip_served(config.telephony):
        return config
    return _equipped(config, f"sip:{OWNER}@{config.telephony.sip.host}:{free_port()}")


def as_it_runs(config: Config) -> Config:
    """The configuration as the demonstration on its folder has it, or had it last."""
    address = ""
    with contextlib.suppress(OSError):  # whose folder it is, is told of with the node
        address = kept(config.server.data_dir).get("desk_phone", "")
    return _equipped(config, address) if address else config


def desk_phone_of(config: Config) -> str:
    """Its address, or nothing where nobody has one."""
    owner = next(agent for agent in config.agents if agent.id == OWNER)
    return owner.devices[0].address if owner.devices else ""


def _equipped(config: Config, address: str) -> Config:
    desk = DeviceSettings(id="desk", address=address)
    owner = next(agent for agent in config.agents if agent.id == OWNER)
    calls = owner.capacity.call.model_copy(update={"max": 1})
    capacity = owner.capacity.model_copy(update={"call": calls})
    equipped = owner.model_copy(update={"capacity": capacity, "devices": (desk,)})
    agents = tuple(equipped if agent is owner else agent for agent in config.agents)
    return config.model_copy(update={"agents": agents})


class DeskPhone:
    """Picks up whatever rings, a moment later; nothing where nobody has a telephone."""

    def __init__(self, config: Config) -> None:
        self._place = desk_phone_of(config).partition("@")[2]

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

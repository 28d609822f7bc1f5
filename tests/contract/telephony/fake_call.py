"""A call of the telephone system in memory, and the devices in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from acd.telephony import port

LegKey = tuple[str, str]


@dataclass(slots=True)
class FakeLeg:
    """A device that rings or talks."""

    ring: port.Ring
    answered: bool = False
    expiry: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class FakeCall:
    """A call as its caller hears it: `nothing`, `ringing`, `music`, a file, or a device's key."""

    id: str
    caller: str = ""
    called: str = ""
    hears: object = "nothing"
    over: str = ""
    epoch: int = 0
    held: bool = False
    legs: dict[LegKey, FakeLeg] = field(default_factory=dict)
    gone: set[LegKey] = field(default_factory=set)
    """Devices that ended by themselves: what is said of them then has crossed that."""
    bridged: LegKey | None = None
    out: bool = False
    """Nobody called: whoever is to hear it is dialled."""
    dialled: str = ""
    dialled_ms: int = 0
    given_to: str = ""
    """The number that has it now."""

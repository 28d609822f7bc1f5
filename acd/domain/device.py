"""An agent's devices: where an offered call may ring, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, HoursId

BROWSER: Final = "browser"
"""The id of the device that every agent has: the console."""
RING_S: Final = 10
"""How long a device rings before the next one, where they ring one after the other."""


class DeviceKind(StrEnum):
    """What rings: the console, a desk phone by its SIP address, a personal number."""

    BROWSER = "browser"
    SIP = "sip"
    PHONE = "phone"


class RingMode(StrEnum):
    """How an agent's devices ring: all at once, or one after the other."""

    ALL = "all"
    IN_TURN = "in_turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One place where an agent may be reached.

    `address` is a SIP address or an E.164 number; a console has none. Only a device that was proved
    to be the agent's (`verified`), or that config.toml names, rings.
    """

    id: str
    agent: AgentId
    kind: DeviceKind
    address: str = ""
    name: str = ""
    place: int = 1
    """1 rings first."""
    ring_s: int = RING_S
    hours: HoursId | None = None
    """When it rings; None for always."""
    closed_console: bool = False
    """Whether it rings although the agent has no console open."""
    enabled: bool = True
    verified: bool = False
    provisioned: bool = False

    @property
    def rings(self) -> bool:
        """Whether it may ring at all."""
        return self.enabled and (self.kind is DeviceKind.BROWSER or self.verified)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDevices:
    """An agent's devices, first the one that rings first. The console is always among them."""

    mode: RingMode = RingMode.ALL
    devices: tuple[Device, ...] = ()

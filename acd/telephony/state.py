"""A call as a value: where it is, which devices ring for it, and who has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import AgentId, InteractionId, OfferId
    from acd.telephony import port
    from acd.telephony.words import NotTransferred, Offered


class CallPhase(StrEnum):
    """Where the call is, as its caller hears it."""

    WAITING = "waiting"
    """In the line, or ringing somewhere: music."""
    CONNECTING = "connecting"
    DIALLING = "dialling"
    """The agent is there, the customer's telephone rings."""
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"


class LegPhase(StrEnum):
    """How far a device has come."""

    CALLED = "called"
    RINGING = "ringing"
    ANSWERED = "answered"
    """Picked up, and not yet known to be a person."""
    CLAIMED = "claimed"
    """A person wants the call; routing was asked."""


LegKey = tuple["OfferId", str]
"""An offer and a device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One device that rings, or talks."""

    agent: AgentId
    target: port.Target
    phase: LegPhase = LegPhase.CALLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call. `winner` is the offer and device it was given to, `later` what rings next.

    `given` is the command by which it was given to a number last, and `refused` what that came to
    where the number did not take it. `calls_back`: nobody is on the line, and the customer is
    dialled once an agent is.
    """

    id: InteractionId
    epoch: int = 0
    phase: CallPhase = CallPhase.WAITING
    legs: Mapping[LegKey, Leg] = field(default_factory=dict)
    later: Mapping[OfferId, Offered] = field(default_factory=dict)
    winner: LegKey | None = None
    given: str = ""
    refused: NotTransferred | None = None
    calls_back: bool = False

    @property
    def rests(self) -> bool:
        """Whether it is a callback that has not had its turn: no telephone knows of it."""
        return self.calls_back and not self.legs

    @property
    def nobody_talks(self) -> bool:
        """Whether nobody has the caller yet, be it that somebody is about to."""
        return self.phase in (CallPhase.WAITING, CallPhase.CONNECTING)

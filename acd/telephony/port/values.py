"""What calls are spoken of with: devices, how one waits, why one did not get through."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId, OfferId


class Ability(StrEnum):
    """What not every adapter can do."""

    TRANSFER = "transfer"
    """Give a call away to a number: offered to agents only where it is there."""
    REATTACH = "reattach"
    """Leave its calls to another process."""


class TargetKind(StrEnum):
    """Where a leg rings."""

    BROWSER = "browser"
    SIP = "sip"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One of an agent's devices. `address` is a SIP URI or an E.164 number; a browser has none."""

    device: str
    kind: TargetKind
    address: str = ""
    ring_ms: int = 0
    """How long it rings at most; 0 for as long as the offer lasts."""

    @property
    def confirms(self) -> bool:
        """Whether a person must press a digit, since a voicemail would answer too."""
        return self.kind is TargetKind.PHONE


class LegFault(StrEnum):
    """Why a leg that rang did not get through."""

    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    UNCONFIRMED = "unconfirmed"


class AnswerHow(StrEnum):
    """What a caller hears while they wait."""

    MUSIC = "music"
    """Answered at once, with music: the caller pays from here on."""
    RINGING = "ringing"
    """Not answered until an agent takes it: their own network's ringing tone."""
    PROGRESS = "progress"
    """Not answered, and music where their network lets it through (183)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A call that an adapter holds, as far as it knows: `offer`, `device`, `agent` as bridged.

    `agent` is None, too, where the adapter does not know any more whose the device is. `epoch` is
    that of the last command it was told.
    """

    call: InteractionId
    caller: str = field(default="", repr=False)
    called: str = ""
    offer: OfferId | None = None
    device: str = ""
    agent: AgentId | None = None
    held: bool = False
    away: bool = False
    """Given away to a number, which talks with the caller: no agent has it."""
    epoch: int = 0

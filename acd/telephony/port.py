"""What a way of telephoning must be able to do, and the words it is spoken to with.

An adapter (call button, SIP, webhooks) is told commands and answers with events. It decides
nothing: several devices may answer one call, and only the offer that routing accepted is bridged.

Every `Ring` ends in exactly one of `LegFailed`, `LegEnded` or, when it won, the call's own end.
Commands are idempotent by `id`; one whose `epoch` is older than the call's is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from acd.domain.ids import AgentId, InteractionId, OfferId


class Ability(StrEnum):
    """What not every adapter can do; the console offers only what there is."""

    MUSIC = "music"
    RING_ALL = "ring_all"
    CONFIRM = "confirm"
    HOLD = "hold"
    TRANSFER = "transfer"
    CALLBACK = "callback"
    REATTACH = "reattach"


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


# commands


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command carries."""

    call: InteractionId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Command):
    """Take the caller into the line, with music if the adapter has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring(Command):
    """Ring one device for one offer, at most `timeout_ms`."""

    offer: OfferId
    agent: AgentId
    target: Target
    timeout_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """Stop ringing a device; one that answered is hung up. `reason` is told to it."""

    offer: OfferId
    device: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Command):
    """Connect the caller with the device that won."""

    offer: OfferId
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Command):
    """The caller hears music and nobody else; nobody hears the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """Both talk again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Command):
    """End every leg there is."""

    cause: str


# events


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """What every event carries."""

    call: InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging(CallEvent):
    """A device rings: the offer was delivered."""

    offer: OfferId
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(CallEvent):
    """A device was picked up, by a person or a machine."""

    offer: OfferId
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegConfirmed(CallEvent):
    """A person pressed the digit."""

    offer: OfferId
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFailed(CallEvent):
    """A device did not get through, before or while it was bridged."""

    offer: OfferId
    device: str
    fault: LegFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridged(CallEvent):
    """Media flows between caller and device: only now the call is active."""

    offer: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(CallEvent):
    """The caller hears music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(CallEvent):
    """The caller hears the agent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(CallEvent):
    """A device that had answered is gone."""

    offer: OfferId
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerEnded(CallEvent):
    """The caller is gone, whatever the state of the call."""

    cause: str


class TelephonyAdapter(Protocol):
    """One way of telephoning."""

    name: str
    abilities: frozenset[Ability]

    async def start(self, sink: Callable[[CallEvent], Awaitable[None]]) -> None:
        """Begin; every event goes to `sink`, in order for each call."""

    async def execute(self, command: Command) -> None:
        """Do it; what came of it is told as an event."""

    async def calls(self) -> Sequence[InteractionId]:
        """The calls it holds now, as after a restart."""

    async def stop(self) -> None:
        """End: calls that cannot be taken up again are hung up."""

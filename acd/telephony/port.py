"""What a way of telephoning must be able to do, and the words it is spoken to with.

An adapter (call button, SIP, webhooks) is told commands and answers with events. It decides
nothing: several devices may answer one call, and only the offer that routing accepted is bridged.

Every `Ring` ends in exactly one of `LegFailed`, `LegEnded`, a `Withdraw` or the call's own end. A
command given twice changes nothing; one whose `epoch` is older than the call's is ignored.

The id of a call is that of its interaction; the adapter makes it when a call arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

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
    """A call that an adapter holds, as far as it knows: `offer` and `device` are those bridged.

    `epoch` is that of the last command it was told.
    """

    call: InteractionId
    caller: str = field(default="", repr=False)
    called: str = ""
    offer: OfferId | None = None
    device: str = ""
    held: bool = False
    epoch: int = 0


# commands


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command carries."""

    call: InteractionId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Command):
    """Take the caller into the line."""

    how: AnswerHow = AnswerHow.MUSIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Command):
    """Turn a call away that was not answered: `code` is a SIP status, `reason` one of ours.

    `file` is what they hear before it, where their network lets them; nobody pays for that.
    """

    code: int
    reason: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Command):
    """Let the caller hear a file, once, in place of the music: ends in `Announced`."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring(Command):
    """Ring one device for one offer, at most `timeout_ms`.

    `outgoing`: nobody called, the customer is to be dialled once an agent is there.
    """

    offer: OfferId
    agent: AgentId
    target: Target
    timeout_ms: int
    outgoing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """Stop ringing a device; one that answered is hung up. `reason` is told to it.

    The caller whom it was bridged with hears music again.
    """

    offer: OfferId
    device: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Command):
    """Connect the caller with the device that won, in place of any other: ends in `Bridged`."""

    offer: OfferId
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Command):
    """The caller hears music and nobody else; nobody hears the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """Both talk again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Command):
    """Give the caller away to a number in E.164: ends in `TransferResult`.

    The agent's leg ends when it succeeds; from then on the call is the adapter's alone. Another one
    while the number rings changes nothing.
    """

    number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Command):
    """Call that number no longer: ends in its `TransferResult`. One that has the call keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial(Command):
    """Call the customer back, for at most `timeout_ms`: ends in `Dialled`.

    They are connected with the agent who is bridged, or stand in the line.
    """

    number: str = field(repr=False)
    caller_id: str
    timeout_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSaid(Command):
    """What an agent's page says to set up its leg, as `call.signal` has it."""

    offer: OfferId
    device: str
    agent: AgentId
    signal: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorSaid(Command):
    """What the page of a website's caller says of its audio; with the first the call begins."""

    signal: Mapping[str, Any] = field(repr=False)


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
class CallArrived(CallEvent):
    """Somebody calls. It waits for `Answer` or `Reject`; nothing was promised to the caller.

    `caller` is in E.164, or empty when withheld; `called` is the user part that was dialled,
    `headers` what the configuration lets through, by lower-case name.
    """

    caller: str = field(repr=False)
    called: str
    display: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced(CallEvent):
    """The caller heard the file, or it could not be played, or another one was begun."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit(CallEvent):
    """A key was pressed: by the caller, or at the device of an offer."""

    digit: str
    offer: OfferId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTold(CallEvent):
    """What is to be said to the page of an offer's agent, as `call.signal` has it."""

    offer: OfferId
    device: str
    signal: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorTold(CallEvent):
    """What is to be said to the page of a website's caller."""

    signal: Mapping[str, Any] = field(repr=False)


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
    code: int = 0
    """The SIP status that said so, or 0."""


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
    """A device that had answered is gone.

    With the cause `media_lost` nobody hung up: it was silent for too long, and the caller is there.
    """

    offer: OfferId
    device: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLost(CallEvent):
    """No audio comes from the caller, or from the device of an offer, though nobody hung up."""

    offer: OfferId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferResult(CallEvent):
    """Whether the number took the call; if not, it is the agent's as before."""

    ok: bool
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled(CallEvent):
    """Whether the customer who was called back answered."""

    ok: bool
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerEnded(CallEvent):
    """The caller is gone, whatever the state of the call."""

    cause: str
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStands(CallEvent):
    """The node that had this call died, and it goes on here from now on, as `standing` says."""

    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class CallElsewhere(CallEvent):
    """Another node has this call: nothing of it is to be done here any more, nor told to anybody.

    It believed that this one was dead.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterUp:
    """Calls can be made and taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterDown:
    """No call can be made or taken; those that talk may go on."""

    cause: str


Event = CallEvent | AdapterUp | AdapterDown


class TelephonyAdapter(Protocol):
    """One way of telephoning."""

    name: str
    abilities: frozenset[Ability]

    async def start(self, sink: Callable[[Event], Awaitable[None]]) -> None:
        """Begin; every event goes to `sink`, in order for each call. `sink` returns soon."""

    async def execute(self, command: Command) -> None:
        """Do it; what came of it is told as an event."""

    async def calls(self) -> Sequence[Standing]:
        """The calls it holds now, as after a restart."""

    async def stop(self) -> None:
        """End: calls that cannot be taken up again are hung up, each with its `CallerEnded`."""

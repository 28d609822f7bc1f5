"""What an adapter is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from acd.telephony.port.values import AnswerHow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import AgentId, InteractionId, OfferId
    from acd.telephony.port.values import Target


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

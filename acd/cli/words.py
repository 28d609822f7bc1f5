"""The words of `acd explain`: reasons, times, ends, people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from acd.domain.contact import AddressKind
from acd.domain.interaction import InteractionState, Outcome
from acd.routing.explain import ReasonCode
from acd.telephony.sip.message import plain

if TYPE_CHECKING:
    from acd.domain.contact import Contact
    from acd.routing.explain import Reason

_ENDS: Final[dict[Outcome, str]] = {
    Outcome.HANDLED: "was served",
    Outcome.ABANDONED: "gave up waiting",
    Outcome.REJECTED: "was turned away",
    Outcome.FORM: "left a message",
    Outcome.VOICEMAIL: "left a voice message",
    Outcome.UNREACHED: "not reached when called back",
}
_STATES: Final[dict[InteractionState, str]] = {
    InteractionState.WAITING: "waits",
    InteractionState.PARKED: "waits apart from the line",
    InteractionState.RINGING: "rings",
    InteractionState.CONNECTING: "is being connected",
    InteractionState.ACTIVE: "is being served",
    InteractionState.IDLE: "is served, and silent for a while",
    InteractionState.ENDED: "over",
}
_SAID: Final[dict[ReasonCode, str]] = {
    ReasonCode.NOT_MEMBER: "does not serve this channel of the department",
    ReasonCode.OFFLINE: "offline",
    ReasonCode.AWAY: "away: {reason}",
    ReasonCode.FINISHING: "finishes their work and takes nothing new",
    ReasonCode.GRACE: "their console is silent, given up in {left} s",
    ReasonCode.FULL: "full: {count} of {max}",
    ReasonCode.CAPACITY: "no room: {used} of {total} used, needs {weight}",
    ReasonCode.SKILL: "{skill}: needs {level}, has {has}",
    ReasonCode.DECLINED: "declined, asked again in {left} s at the latest",
    ReasonCode.MISSED: "missed it, asked again in {left} s at the latest",
    ReasonCode.FAILED: "their device did not answer, asked again in {left} s at the latest",
    ReasonCode.GIVEN: "gave it away",
    ReasonCode.RESERVED: "it waits for {agent}",
    ReasonCode.REMOVED: "no longer in the directory",
}


def state_of(state: InteractionState, outcome: Outcome | None) -> str:
    """Where an interaction is, or how it ended, as one says it of the contact."""
    return _ENDS[outcome] if outcome else _STATES[state]


def person(contact: Contact | None, otherwise: str) -> str:
    """Whom it is about: the name, else a number, else an e-mail address, else `otherwise`."""
    if contact is None:
        return otherwise
    addresses = sorted(contact.addresses, key=lambda one: one.kind is AddressKind.EMAIL)
    # anybody may say any name, and a terminal does what its control characters say
    return plain(contact.name) or next((plain(one.value) for one in addresses), otherwise)


def utc(at_ms: int) -> datetime:
    """The moment, to be formatted."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def lasted(ms: int) -> str:
    """Minutes and seconds, with hours where there are any."""
    hours, seconds = divmod(max(0, ms) // 1000, 3600)
    minutes = f"{seconds // 60:02}:{seconds % 60:02}"
    return f"{hours}:{minutes}" if hours else minutes.removeprefix("0")


def reason_told(reason: Reason, now_ms: int) -> str:
    """One reason why an agent is not asked."""
    left = seconds_left(int(reason.facts.get("until_ms", 0)), now_ms)
    if reason.code is ReasonCode.FULL and not reason.facts["max"]:
        return "may have none on this channel"
    said = _SAID[reason.code].format(**{**reason.facts, "left": left})
    return said.removesuffix(": ")


def seconds_left(until_ms: int, now_ms: int) -> int:
    """Whole seconds, rounded up."""
    return max(0, -(-(until_ms - now_ms) // 1000))

"""What an adapter tells of its calls, and of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import InteractionId, OfferId
    from acd.telephony.port.values import LegFault, Standing


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
    """Media flows between caller and device: only now the call is active, and on hold no more."""

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
    """Whether the customer who was called back answered.

    Not `called`: it was not up to them or their number, and they may be reached later. `rang`:
    their telephone did, as far as the way there tells.
    """

    ok: bool
    code: int = 0
    """The SIP status; 0 where there is no way to them."""
    called: bool = True
    rang: bool = False


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

    It believed that this one was dead, or this one ends and leaves it to whoever comes next.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterUp:
    """Calls can be made and taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterDown:
    """No call can be made or taken; those that talk may go on."""

    cause: str


Event = CallEvent | AdapterUp | AdapterDown

"""What routing says of a call, and what is asked of routing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from acd.telephony import port

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, OfferId
    from acd.telephony.port import Target


class Side(StrEnum):
    """Who ended the call."""

    CALLER = "caller"
    AGENT = "agent"


# what routing says


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An offer was made; these devices of the agent are to ring: all at once, or in turn."""

    offer: OfferId
    agent: AgentId
    targets: tuple[Target, ...]
    timeout_ms: int
    in_turn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOver:
    """The offer ended without this call: `reason` as its event says."""

    offer: OfferId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """Routing accepted the offer. A page that accepted by itself is the device `browser`."""

    offer: OfferId
    agent: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """The agent has it no longer, and it waits: it did not connect, or they sent it elsewhere."""

    agent: AgentId
    epoch: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Routing ended the interaction; `rule` is the queue's that said so, if one did."""

    outcome: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLost:
    """Another node has the line of the callback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked:
    """The agent puts the caller on hold, or takes them back."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAsked:
    """The agent gives the caller away to a number in E.164; the same `command` is a repeat."""

    agent: AgentId
    number: str = field(repr=False)
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackAsked:
    """The agent wants the caller back, whom no number has taken yet."""

    agent: AgentId
    command: str


# what is asked of routing


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A device of the offer rings."""

    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirming:
    """A phone was picked up and is asked for the digit: the offer needs time."""

    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A person wants the call: accept the offer."""

    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """The agent refused it at a device."""

    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """No device got through, or the accepted one did not connect."""

    offer: OfferId
    agent: AgentId
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The agent who talked is not heard any more and will not be: back to the line."""

    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """The agent is there: call the customer, at the number and for the time that hold by now."""

    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Media flows. `told`: the page that accepted it told the conversation who joined."""

    offer: OfferId
    agent: AgentId
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp:
    """The call is over for one side: end the interaction."""

    side: Side
    agent: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTransferred:
    """The number did not take the caller: tell the agent why, as a SIP status."""

    agent: AgentId
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReached:
    """The customer who was to be called back did not answer, or could not be `called`."""

    offer: OfferId
    agent: AgentId
    called: bool = True


Fact = (
    Offered | OfferOver | Won | GivenBack | Finished | LineLost | HoldAsked | TransferAsked
    | TakeBackAsked
)  # fmt: skip
Request = (
    Delivered | Confirming | Claim | Decline | Fail | Lost | Connected | HungUp | NotReached
    | NotTransferred | CallBack
)  # fmt: skip
Heard = port.CallEvent | Fact
"""What moves a call."""
Action = port.Command | Request
"""What a call does."""

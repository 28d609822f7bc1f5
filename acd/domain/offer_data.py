"""What the `data` of events of offers holds; of all others `event_data`. Times are ms."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from acd.domain.why import Why


class OfferMadeData(TypedDict):
    """The ring: how long, until when, and the decision behind it; what it is for repeats itself."""

    channel: str
    level: int
    enqueued_ms: int
    deadline_ms: int
    ring_ms: int
    why: Why
    transfer: NotRequired[str]
    """Who hands it on and has it until the target accepts; missing where it rings from a line."""


class DeadlineData(TypedDict):
    """Until when it rings now: somebody is asked at a phone whether they take it."""

    deadline_ms: int


class Told(TypedDict):
    """What an estimate was made of at the arrival; `acd.domain.estimate.wait_of` makes it."""

    place: int
    left: float
    busy_ms: int


class AcceptedData(TypedDict):
    """How long this wait was; of a transfer, how long it took and who handed it on.

    A wait begins with the arrival, or when somebody who was served is to be served anew.
    `told` is there where an estimate was made when they came.
    """

    waited_ms: int
    transfer: NotRequired[str]
    told: NotRequired[Told]


class ExpiredData(TypedDict):
    """Misses in a row on the channel, this one included if it counts."""

    missed: int


class FailedData(TypedDict):
    """`unreachable`, `busy`, `outage`, `connect` or what the channel reported."""

    cause: str


class WithdrawnData(TypedDict, total=False):
    """`by` is the agent who took it."""

    reason: str
    by: str

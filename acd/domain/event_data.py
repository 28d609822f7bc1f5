"""What the `data` of each type of event holds. Times are ms since the epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from acd.domain.events import EventType
from acd.domain.offer_data import (
    AcceptedData,
    DeadlineData,
    ExpiredData,
    FailedData,
    OfferMadeData,
    WithdrawnData,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class QueuedData(TypedDict):
    """`channel` and `level` as they arrived; `enqueued_ms` is the age it keeps for ever.

    `requires` is the skills it asks for, such as `french>=3,sales>=1`; `last_agent`, who served the
    contact last, is preferred.
    """

    channel: str
    level: int
    enqueued_ms: int
    requires: NotRequired[str]
    last_agent: NotRequired[str]


class RelaxedData(TypedDict):
    """The wider pool it waits in now, and how many steps of the queue's relaxation led there."""

    pool: str
    step: int


class PoolData(TypedDict):
    """The pool that was not made, since the queue has as many as it may."""

    pool: str


class ReasonData(TypedDict):
    """A fixed word, or what a person gave."""

    reason: str


MovedData = TypedDict(
    "MovedData",
    {"from": str, "to": str, "reason": str, "state": str, "hops": int, "by": str, "dropped": str},
    total=False,
)
"""To another queue, the age kept: `reason` is `moved` by a person (`by`), or the rule that did it.

`state` is `waiting` or `parked`; `hops` counts the queues that rules took it from; `dropped` is the
requirement that nobody in the new queue can meet.
"""


class ReprioritisedData(TypedDict):
    """The new level, the old one, and who said so."""

    level: int
    was: int
    by: str


class CallbackData(TypedDict):
    """It keeps its place with nobody on the line: `asked` for, or by a rule of its queue."""

    reason: str
    state: str


class ParkedData(TypedDict):
    """In no line until then: the contact is away, or was not reached after `tries`.

    `reason` of a callback: `no_answer`, or `not_called` where no call could be made.
    """

    until_ms: int
    reason: NotRequired[str]
    tries: NotRequired[int]


class AssignedData(TypedDict):
    """Its agent has it by an act: `assigned` by a supervisor, `pulled`, or `consulted` before.

    `state` is what it is now; a call that connects names the `offer` it is connected by, and until
    when it may take: one that was assigned rings at its agent first. `waited_ms` is the wait that
    ended so; missing where another agent had it.
    """

    cause: str
    by: str
    state: str
    waited_ms: NotRequired[int]
    offer: NotRequired[str]
    until_ms: NotRequired[int]


class TransferData(TypedDict):
    """To which agent, and whether they are full and it waits for them.

    One that waited is told of a second time, with `waits` false, when they are asked.
    """

    to: str
    waits: bool


class ToData(TypedDict):
    """To which agent."""

    to: str


class ReturnedData(TypedDict):
    """Whom it did not go to, and why: the owner has it as before."""

    to: str
    reason: str


class GuestData(TypedDict):
    """`guest` or `consult`, and who asked them in."""

    role: str
    by: str


class RequeuedData(TypedDict):
    """Why it waits again; `enqueued_ms` if it waits anew, its age of before forgotten."""

    reason: str
    enqueued_ms: NotRequired[int]


class UntilData(TypedDict):
    """Until when it holds."""

    until_ms: int


class ActiveData(TypedDict):
    """Nothing to add."""


class ServedData(TypedDict, total=False):
    """The wait that ended so; missing where it only changed hands."""

    waited_ms: int


class EndedData(TypedDict):
    """How it ended, who ended it, and both times it is judged by.

    `waited_ms` is the wait until the first answer; `handled_ms` adds up what all agents had it for.
    `reason` is the rule of the queue that ended it, or `no_answer` to the last call back, or
    `not_called` where none could be made too often.
    """

    outcome: str
    by: str
    waited_ms: int
    handled_ms: int
    reason: NotRequired[str]


class RestoredData(TypedDict):
    """What it is, whatever was said before: with its owner as the event's agent.

    `wrapping`: who holds a slot for the work after it. `transfer`: who is asked to take it over,
    or empty. `offers`: agents by offer. `pool`: where it is not the whole queue, `step` how many
    steps have opened what it `requires`.
    """

    state: str
    level: int
    enqueued_ms: int
    outcome: str
    wrapping: list[str]
    guests: list[str]
    transfer: str
    callback: bool
    offers: dict[str, str]
    pool: NotRequired[str]
    requires: NotRequired[str]
    step: NotRequired[int]


class ByData(TypedDict):
    """`agent`, `timer` or `system`."""

    by: str


class PresenceData(TypedDict, total=False):
    """One channel, or all when `channel` is missing.

    `cause` is `said`, `missed`, `unreachable`, `lapsed`, `restored`, `returned`, `removed` or
    `finished`; `returned` and `removed` end a grace. `after` is what somebody who is `finishing`
    will be.
    """

    channel: str
    availability: str
    reason: str
    cause: str
    after: str


class CauseData(TypedDict):
    """The recorded human act behind it."""

    cause: str


class VersionData(TypedDict):
    """The directory's version."""

    version: int


DATA: Mapping[EventType, type] = {
    EventType.INTERACTION_QUEUED: QueuedData,
    EventType.INTERACTION_REQUEUED: RequeuedData,
    EventType.INTERACTION_PARKED: ParkedData,
    EventType.INTERACTION_RESUMED: ActiveData,
    EventType.INTERACTION_CALLBACK: CallbackData,
    EventType.INTERACTION_MOVED: MovedData,
    EventType.INTERACTION_REPRIORITISED: ReprioritisedData,
    EventType.INTERACTION_RELAXED: RelaxedData,
    EventType.INTERACTION_ACTIVE: ServedData,
    EventType.INTERACTION_OPENED: QueuedData,
    EventType.INTERACTION_ASSIGNED: AssignedData,
    EventType.INTERACTION_IDLE: ActiveData,
    EventType.INTERACTION_REGAINED: ActiveData,
    EventType.TRANSFER_STARTED: TransferData,
    EventType.TRANSFER_RETURNED: ReturnedData,
    EventType.TRANSFER_COMPLETED: ToData,
    EventType.GUEST_JOINED: GuestData,
    EventType.GUEST_LEFT: ReasonData,
    EventType.INTERACTION_ENDED: EndedData,
    EventType.INTERACTION_RESTORED: RestoredData,
    EventType.OFFER_MADE: OfferMadeData,
    EventType.OFFER_EXTENDED: DeadlineData,
    EventType.OFFER_ACCEPTED: AcceptedData,
    EventType.OFFER_DECLINED: ReasonData,
    EventType.OFFER_EXPIRED: ExpiredData,
    EventType.OFFER_FAILED: FailedData,
    EventType.OFFER_WITHDRAWN: WithdrawnData,
    EventType.WRAP_UP_STARTED: UntilData,
    EventType.WRAP_UP_EXTENDED: UntilData,
    EventType.WRAP_UP_ENDED: ByData,
    EventType.PRESENCE_CHANGED: PresenceData,
    EventType.PRESENCE_GRACE: UntilData,
    EventType.PRESENCE_LAPSED: ActiveData,
    EventType.CAPACITY_OVER: CauseData,
    EventType.CAPACITY_WITHIN: ActiveData,
    EventType.AGENT_CONFIGURED: VersionData,
    EventType.AGENT_REMOVED: VersionData,
    EventType.POOL_REFUSED: PoolData,
    EventType.QUEUE_CONFIGURED: VersionData,
    EventType.QUEUE_REMOVED: VersionData,
}

"""What the verbs of routing answer: frozen values, times in ms since the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId, QueueId
    from acd.domain.interaction import InteractionState, Outcome
    from acd.domain.offer import AcceptOutcome, OfferOutcome
    from acd.domain.queue import Diversion


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueued:
    """The interaction is in the house. `known`: it was already, and this is its present state.

    `diverted` is what the queue made of it where it did not keep it: `overflow` and `callback` go
    on waiting, the others have ended. `queue` is where it stands.
    """

    interaction: InteractionId
    known: bool
    state: InteractionState
    enqueued_ms: int
    queue: QueueId
    diverted: Diversion | None = None
    agents: tuple[AgentId, ...] = ()
    """Whom it rings at once; empty when it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Whether the command changed something, and if not, a stable word that says why."""

    changed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The agent's interaction; `known`: it was there before, in this state."""

    interaction: InteractionId
    known: bool
    state: InteractionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a customer's message did to their interaction, and what it is now.

    `effect` is `nothing`, `moved` (the time of silence begins anew), `regained` (its agent has it
    again) or `requeued` (they are gone, it waits). None: no such interaction is known any more.
    """

    effect: str
    state: InteractionState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Who has the interaction now. `winner` is set when the outcome is `accepted` or `taken`."""

    outcome: AcceptOutcome
    interaction: InteractionId
    winner: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """Until when the offer lasts; `changed` is False if it was prolonged before, or is over."""

    changed: bool
    reason: str
    deadline_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded:
    """How the offer ended; `changed` is False if it had ended before (None: never heard of)."""

    changed: bool
    outcome: OfferOutcome | None
    interaction: InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The interaction's outcome; `changed` is False for a repeat or a refusal (`reason`)."""

    changed: bool
    outcome: Outcome | None = None
    wrap_up_until_ms: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTried:
    """What a try to reach the customer came to: `active`, `parked`, `unreached`; `late` for none.

    `late` (not `changed`) says that nobody was being called by this agent.
    """

    changed: bool
    reason: str
    next_try_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceSet:
    """`changed` is False when the sequence was older than the last one applied (`stale`)."""

    changed: bool
    presence_seq: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """The agent's address sequence at this instant, and whether they came back in time."""

    address_seq: int
    lease_until_ms: int
    returned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFailed:
    """The work of a timer or a lease failed, and is put off: a defect of the product."""

    timer: str
    """Its name in Redis: `timers/…` or `leases/…`."""
    times: int
    """How often in a row."""
    error: str
    """What was said of it, with our file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingTimer:
    """A timer or a lease whose work failed when it was due last, and waits for its next try."""

    timer: str
    times: int
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimersRun:
    """One turn of the timers: how many ran, whether more are due now, when the next one is.

    `ticker_left_ms`: another node ticks, for so long without being seen again; 0 is this one.
    """

    ran: int
    more: bool
    next_due_ms: int | None
    now_ms: int
    ticker_left_ms: int = 0
    failed: TimerFailed | None = None
    """At most one a turn, which it ends."""

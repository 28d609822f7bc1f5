"""An interaction, and what hangs on it: its live offers, a transfer, a callback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from acd.domain.interaction import InteractionState, check_transition
from acd.domain.queue import Diversion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import AgentId, InteractionId, QueueId
    from acd.domain.interaction import Arrival, Outcome

EXCLUSIONS_MAX: Final = 64
PAST_MAX: Final = 128
PAST_KEPT: Final = 64


@dataclass(slots=True, kw_only=True)
class Ring:
    """A live offer."""

    number: int
    agent: AgentId
    made_ms: int
    deadline_ms: int
    why: Mapping[str, Any]
    delivered: bool = False
    extended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Until when an agent is not asked; `fault` is `declined`, `expired`, `failed` or `gave`."""

    until_ms: int
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an estimate was made of at the arrival."""

    place: int
    left: float
    busy_ms: int


@dataclass(slots=True, kw_only=True)
class Callback:
    """Somebody who is called when their turn comes; `called` once they answered.

    `vain`: how often in a row no call could be made.
    """

    number: str
    tries: int = 0
    called: bool = False
    next_ms: int | None = None
    vain: int = 0


@dataclass(slots=True, kw_only=True)
class Transfer:
    """An agent who is asked to take it over, or will be when they have room (`waits`)."""

    to: AgentId
    since_ms: int
    waits: bool
    due_ms: int
    """Where it stands in their personal line."""


@dataclass(slots=True, kw_only=True)
class WrapUp:
    """The work after the end of somebody who gave it away."""

    until_ms: int
    extended: bool = False


@dataclass(slots=True, kw_only=True)
class Interaction:
    """One interaction, from its arrival to its tombstone."""

    arrival: Arrival
    queue: QueueId
    pool: str
    """The queue, narrowed by what is required of agents."""
    requires: str
    """What it requires of agents, as text; the steps of its queue's relaxation leave less."""
    step: int = 0
    """How many steps have opened it."""
    sticky: AgentId | None = None
    """Whoever served the contact last, until the first offer."""
    sticky_until_ms: int | None = None
    """How long to wait for them; None: not at all."""
    personal: AgentId | None = None
    """In whose personal line it stands."""
    level: int
    enqueued_ms: int
    entered_ms: int
    """When it came into this queue."""
    card: str
    since_ms: int
    """Since when it is in its state."""
    state: InteractionState = InteractionState.WAITING
    told: Told | None = None
    in_line: bool = False
    agent: AgentId | None = None
    """The owner: who accepted it, until it returns to a line."""
    offers: int = 0
    """How many were made, ever: the number of the last one."""
    live: list[Ring] = field(default_factory=list)
    past: dict[int, str] = field(default_factory=dict)
    """How offers ended that are over; one withdrawn for another agent is `taken`."""
    winner: AgentId | None = None
    won: int = 0
    """The number of the offer that was accepted last, and by whom."""
    accepted_ms: int = 0
    """When the present service began; 0 while there is none."""
    waited_ms: int | None = None
    handled_ms: int | None = None
    """What came before it, once it was served: until the first answer, and by all who had it."""
    waits_ms: int = 0
    """Since when it waits anew; 0: since it arrived."""
    ring_began_ms: int = 0
    ring_asked: int = 0
    """How many offers this ring has made so far."""
    fan: int = 0
    """How many this ring asks at once; settled when it begins."""
    excluded: dict[AgentId, Exclusion] = field(default_factory=dict)
    lost_until_ms: int = 0
    """When a contact who is not there has abandoned; 0 while they are."""
    outcome: Outcome | None = None
    hops: list[QueueId] = field(default_factory=list)
    """The queues it overflowed from."""
    callback: Callback | None = None
    ended_as: Diversion | None = None
    """What a queue made of it that did not keep it."""
    rule: str = ""
    """By which it did not."""
    wrap_up_until_ms: int = 0
    wrap_up_extended: bool = False
    transfer: Transfer | None = None
    """Until the target answers."""
    guests: dict[AgentId, str] = field(default_factory=dict)
    """Who else holds a slot of it: `guest`, or `consult` for whom it may be handed to."""
    wraps: dict[AgentId, WrapUp] = field(default_factory=dict)
    """Those who gave it away."""

    def become(self, state: InteractionState, now_ms: int) -> None:
        """It is in this state since now.

        Raises:
            IllegalTransition: the table has no such step.
        """
        if state is not self.state:
            self.state = check_transition(self.state, state)
        self.since_ms = now_ms

    @property
    def id(self) -> InteractionId:
        return self.arrival.interaction

    @property
    def calls_back(self) -> Callback | None:
        """A callback whose customer has not answered."""
        return self.callback if self.callback and not self.callback.called else None

    @property
    def consulted(self) -> AgentId | None:
        """The guest who may take over."""
        return next((who for who, role in self.guests.items() if role == "consult"), None)

    @property
    def leased(self) -> bool:
        """Whether a node must vouch for the contact. Nobody is on the line of a callback."""
        return self.arrival.leased and not self.calls_back

    @property
    def diverted(self) -> Diversion | None:
        """The last thing a queue made of it."""
        if self.ended_as or self.callback:
            return self.ended_as or Diversion.CALLBACK
        return Diversion.OVERFLOW if self.hops else None

    def ring_of(self, agent: AgentId) -> Ring | None:
        """The live offer to that agent."""
        return next((ring for ring in self.live if ring.agent == agent), None)

    def numbered(self, number: int) -> Ring | None:
        """The live offer of that number."""
        return next((ring for ring in self.live if ring.number == number), None)

    def excludes(self, agent: AgentId, now_ms: int) -> bool:
        """Whether the agent is not asked now."""
        return agent in self.excluded and self.excluded[agent].until_ms > now_ms

    def exclude(self, agent: AgentId, until_ms: int, fault: str, now_ms: int) -> None:
        """Do not ask the agent until then; the newest exclusions are kept."""
        kept = {
            who: one for who, one in self.excluded.items() if who != agent and one.until_ms > now_ms
        }
        kept[agent] = Exclusion(until_ms=until_ms, fault=fault)
        self.excluded = dict(list(kept.items())[-EXCLUSIONS_MAX:])

    def remember(self, number: int, outcome: str) -> None:
        """How an offer ended; once there are too many, only the last ones are kept."""
        self.past[number] = outcome
        if len(self.past) > PAST_MAX:
            self.past = dict(list(self.past.items())[-PAST_KEPT:])

    def outcome_of(self, number: int) -> str | None:
        """How that offer ended, `expired` where that is forgotten; None if there never was one."""
        return self.past.get(number, "expired") if 1 <= number <= self.offers else None

"""What the model keeps: plain records that change, and nothing that could be worked out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from acd.domain.agent import Availability
from acd.domain.capacity import ChannelCapacity
from acd.domain.ids import QueueId
from acd.domain.interaction import Channel, InteractionState, check_transition
from acd.domain.queue import Diversion, due_ms, line_score
from acd.routing.compiled import CHANNELS, compile_queue
from acd.strategies.order import compose
from acd.strategies.registry import find

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.agent import AgentProfile, Membership
    from acd.domain.ids import AgentId, InteractionId, SessionId
    from acd.domain.interaction import Arrival, Outcome
    from acd.domain.queue import Measure, QueueSettings
    from acd.strategies.order import CompiledOrder

EXCLUSIONS_MAX: Final = 64
PAST_MAX: Final = 128
PAST_KEPT: Final = 64
NO_RANK: Final = 1_000_000
_NOTHING: Final = ChannelCapacity(weight=0, max=0)


def ms(seconds: float) -> int:
    """The directory speaks of seconds, routing counts in ms."""
    return round(seconds * 1000)


def queue_of(pool: str) -> QueueId:
    """The queue that a pool narrows: `support/chat` of `support/chat[french>=3]`."""
    return QueueId(pool.partition("[")[0])


@cache
def needs_of(text: str) -> tuple[tuple[str, int], ...]:
    """The skills and levels of a requirement, or of a pool's."""
    listed = text.partition("[")[2].rstrip("]") if "/" in text else text
    pairs = (one.split(">=") for one in listed.split(",") if one)
    return tuple((skill, int(level)) for skill, level in pairs)


@cache
def _order(strategy: tuple[str, ...], measure: Measure) -> CompiledOrder:
    return compose([find(name) for name in strategy], measure)


@cache
def _rules(text: str) -> Mapping[str, Any]:
    rules: Mapping[str, Any] = json.loads(text)
    return rules


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
class Rate:
    """How a line moved: so many left it in so many ms in which somebody waited, as of then."""

    left: float = 0.0
    busy_ms: int = 0
    as_of_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an estimate was made of at the arrival."""

    place: int
    left: float
    busy_ms: int


@dataclass(slots=True, kw_only=True)
class Callback:
    """Somebody who is called when their turn comes; `called` once they answered."""

    number: str
    tries: int = 0
    called: bool = False
    next_ms: int | None = None


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
class Pool:
    """A queue narrowed by a requirement. `build` is the number of its making."""

    build: int
    used_ms: int
    """When it was last required, noted once a minute."""
    ready: bool = False
    """Whether it offers: from its first timer on."""


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
    epoch: int = 0
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


@dataclass(slots=True, kw_only=True)
class Queue:
    """A queue as the directory has it. What stands in its line is asked of the interactions."""

    settings: QueueSettings
    closing: bool = False
    given: str = ""
    """Its hours as they were told."""
    hours: tuple[tuple[int, int], ...] | None = None
    """When it opens and closes, in order; None is always open."""
    served: float = 0.0
    """How many were accepted lately: a count that fades, as of `served_ms`."""
    served_ms: int
    rates: dict[str, Rate] = field(default_factory=dict)
    """By pool."""
    pools: dict[str, Pool] = field(default_factory=dict)
    """Those besides the bare queue."""
    builds: int = 0
    """How many pools were made, ever."""

    @property
    def id(self) -> QueueId:
        return self.settings.queue

    @property
    def channel(self) -> Channel:
        return self.settings.channel

    @property
    def rules(self) -> Mapping[str, Any]:
        """What not every queue has, as the scripts read it; times in ms."""
        return _rules(compile_queue(self.settings).rules)

    @property
    def order(self) -> CompiledOrder:
        """How its agents rank."""
        return _order(self.settings.strategy, self.settings.measure)

    @property
    def fan(self) -> int:
        """How many a ring asks at once."""
        return self.settings.ring_limit if self.order.ring_all else self.settings.ring

    @property
    def lines(self) -> list[str]:
        """The pools that have lines: the bare queue, then the others as they were made."""
        return [self.id, *self.pools]

    def serves(self, pool: str) -> bool:
        """Whether that pool offers."""
        return not self.closing and (
            pool == self.id or (pool in self.pools and self.pools[pool].ready)
        )

    @property
    def _credit_ms(self) -> int:
        return ms(self.settings.credit_s)

    def score(self, x: Interaction) -> int:
        """Where an interaction stands in this line; lower is served first."""
        return line_score(self.settings.order, x.level, x.enqueued_ms, self._credit_ms)

    def due(self, x: Interaction) -> int:
        """What compares interactions of different lines."""
        return due_ms(x.level, x.enqueued_ms, self._credit_ms)


@dataclass(slots=True, kw_only=True)
class Agent:
    """An agent: the directory's profile, and what is live."""

    profile: AgentProfile
    idle_since_ms: int
    availability: dict[Channel, Availability] = field(
        default_factory=lambda: dict.fromkeys(CHANNELS, Availability.OFFLINE)
    )
    reasons: dict[Channel, str] = field(default_factory=lambda: dict.fromkeys(CHANNELS, ""))
    after: dict[Channel, Availability] = field(default_factory=dict)
    """What follows where they are, or were when their grace ended, finishing."""
    presence_seq: int = 0
    held: dict[InteractionId, Channel] = field(default_factory=dict)
    """What holds one of their slots: offers, active interactions, wrap-up."""
    last_offered: int = 0
    """The tenant's number of the last offer to them."""
    missed: dict[Channel, int] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0))
    failed: dict[Channel, int] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0))
    sessions: dict[SessionId, int] = field(default_factory=dict)
    """Until when each connected console vouches for them."""
    grace_until_ms: int | None = None
    lapsed_ms: int | None = None
    """Since when nobody vouches for them."""
    before: dict[Channel, Availability] | None = None
    """What they were when their grace ended."""
    gone: bool = False
    """Removed from the directory; here until the last slot is free."""
    over: str = ""
    """The human act by which more is held than capacity allows."""
    address_seq: int = 0

    @property
    def id(self) -> AgentId:
        return self.profile.agent

    @property
    def capacity(self) -> Mapping[Channel, ChannelCapacity]:
        """By channel; one that the profile does not name holds nothing."""
        return {channel: self.profile.channels.get(channel, _NOTHING) for channel in CHANNELS}

    @property
    def running(self) -> Mapping[Channel, int]:
        """Slots held, by channel."""
        held = list(self.held.values())
        return {channel: held.count(channel) for channel in CHANNELS}

    def meets(self, pool: str) -> bool:
        """Whether they have the skills that the pool requires."""
        return all(self.profile.skills.get(skill, 0) >= level for skill, level in needs_of(pool))

    @property
    def offline(self) -> bool:
        """Signed out of every channel."""
        return all(one is Availability.OFFLINE for one in self.availability.values())

    @property
    def memberships(self) -> Mapping[QueueId, Membership]:
        """The queues they are a member of."""
        return {one.queue: one for one in self.profile.memberships}

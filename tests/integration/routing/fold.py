"""The event log folded into state, to be compared with what the scripts stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.domain.events import Event, EventType
from acd.domain.interaction import InteractionState, check_transition

S = InteractionState
T = EventType


@dataclass(slots=True, kw_only=True)
class FoldedInteraction:
    queue: str
    level: int
    state: InteractionState = S.WAITING
    agent: str | None = None
    offers: dict[str, str] = field(default_factory=dict)
    outcome: str | None = None
    callback: bool = False
    wrapping: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)
    transfer: str | None = None

    def become(self, state: InteractionState) -> None:
        if state is not self.state:
            self.state = check_transition(self.state, state)


@dataclass(slots=True, kw_only=True)
class FoldedAgent:
    availability: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(("chat", "call", "ticket"), "offline")
    )
    grace: bool = False
    over: str = ""


@dataclass(slots=True)
class Fold:
    interactions: dict[str, FoldedInteraction] = field(default_factory=dict)
    agents: dict[str, FoldedAgent] = field(default_factory=dict)
    queues: set[str] = field(default_factory=set)
    ended_offers: set[str] = field(default_factory=set)
    generation: int = 0
    seq: int = 0

    def apply(self, event: Event) -> None:
        generation, seq = map(int, event.id.split("-"))
        if generation == self.generation:
            assert seq == self.seq + 1, "the log has no gap"
        else:
            assert generation > self.generation
            assert not self.generation or seq > self.seq
            self.interactions.clear()
            self.agents.clear()
            self.ended_offers.clear()
        self.generation, self.seq = generation, seq
        if event.interaction:
            self._interaction(event)
        elif event.agent:
            self._agent(event)
        elif event.type is T.QUEUE_CONFIGURED:
            self.queues.add(event.queue)
        else:
            assert event.type is T.QUEUE_REMOVED
            self.queues.discard(event.queue)

    def _interaction(self, event: Event) -> None:  # noqa: C901, PLR0912 - one case a type
        interaction, queue, offer = str(event.interaction), str(event.queue), str(event.offer)
        if event.type is T.INTERACTION_QUEUED:
            assert interaction not in self.interactions, "queued once"
            self.interactions[interaction] = FoldedInteraction(
                queue=queue, level=event.data["level"]
            )
            return
        if event.type is T.INTERACTION_RESTORED:
            self.interactions[interaction] = FoldedInteraction(
                queue=queue, level=event.data["level"], state=S(event.data["state"]),
                agent=event.agent, offers=dict(event.data["offers"]),
                outcome=event.data["outcome"] or None, transfer=event.data["transfer"] or None,
                callback=event.data["callback"],
                wrapping=set(event.data["wrapping"]), guests=set(event.data["guests"]),
            )  # fmt: skip
            return
        if event.type is T.INTERACTION_OPENED:
            assert interaction not in self.interactions, "opened once"
            self.interactions[interaction] = FoldedInteraction(
                queue=queue, level=event.data["level"], state=S.ACTIVE, agent=event.agent
            )
            return
        x = self.interactions[interaction]
        match event.type:
            case T.OFFER_MADE:
                assert event.data["why"]["strategy"]
                assert offer not in self.ended_offers
                if giver := event.data.get("transfer"):
                    assert (giver, x.transfer) == (x.agent, event.agent)
                else:
                    x.become(S.RINGING)
                x.offers[offer] = str(event.agent)
            case T.OFFER_ACCEPTED:
                self._end_offer(x, event)
                x.become(S.CONNECTING if queue.endswith("/call") or x.callback else S.ACTIVE)
                assert x.agent == event.data.get("transfer"), "one winner"
                x.agent, x.transfer = event.agent, None
            case T.OFFER_DECLINED | T.OFFER_EXPIRED | T.OFFER_FAILED | T.OFFER_WITHDRAWN:
                self._end_offer(x, event)
            case T.INTERACTION_REQUEUED:
                x.become(S.WAITING)
                x.agent = None
            case T.INTERACTION_PARKED:
                x.become(S.PARKED)
                x.agent = None
            case T.INTERACTION_CALLBACK:
                x.become(S(event.data["state"]))
                x.callback = True
            case T.INTERACTION_RESUMED:
                x.become(S.WAITING)
            case T.INTERACTION_ACTIVE:
                x.become(S.ACTIVE)
                x.callback = False
            case T.INTERACTION_ENDED:
                assert x.outcome is None, "one outcome"
                x.become(S.ENDED)
                x.outcome = event.data["outcome"]
            case T.WRAP_UP_STARTED:
                x.wrapping.add(str(event.agent))
            case T.WRAP_UP_ENDED:
                x.wrapping.remove(str(event.agent))
            case steered:
                self._steered(x, steered, event)

    def _steered(  # noqa: C901, PLR0912 - one case a type
        self, x: FoldedInteraction, kind: EventType, event: Event
    ) -> None:
        match kind:
            case T.INTERACTION_MOVED:
                assert event.data["from"] == x.queue != event.queue == event.data["to"]
                x.queue = str(event.queue)
                x.become(S(event.data["state"]))
                x.agent = None
            case T.INTERACTION_REPRIORITISED:
                x.level = event.data["level"]
            case T.INTERACTION_RELAXED | T.POOL_REFUSED:
                assert event.data["pool"].startswith(f"{x.queue}[") or event.data["pool"] == x.queue
            case T.INTERACTION_ASSIGNED:
                x.become(S(event.data["state"]))
                x.agent = event.agent
            case T.INTERACTION_IDLE:
                x.become(S.IDLE)
            case T.INTERACTION_REGAINED:
                assert event.agent == x.agent
                x.become(S.ACTIVE)
                x.outcome = None
                x.wrapping.discard(str(event.agent))
            case T.TRANSFER_STARTED:
                assert event.agent == x.agent
                if x.transfer is not None:  # told again when it rings
                    assert (event.data["to"], event.data["waits"]) == (x.transfer, False)
                x.transfer = event.data["to"]
            case T.TRANSFER_RETURNED:
                assert (event.agent, event.data["to"]) == (x.agent, x.transfer)
                x.transfer = None
            case T.TRANSFER_COMPLETED:
                assert x.transfer is None
            case T.OFFER_EXTENDED:
                assert x.offers[str(event.offer)] == event.agent
            case T.GUEST_JOINED:
                assert event.agent not in x.guests
                x.guests.add(str(event.agent))
            case T.GUEST_LEFT:
                x.guests.remove(str(event.agent))
            case other:
                assert other is T.WRAP_UP_EXTENDED

    def _end_offer(self, x: FoldedInteraction, event: Event) -> None:
        assert event.offer not in self.ended_offers, "an offer ends once"
        assert x.offers.pop(event.offer) == event.agent
        self.ended_offers.add(event.offer)

    def _agent(self, event: Event) -> None:
        agent = self.agents.setdefault(event.agent, FoldedAgent())
        match event.type:
            case T.PRESENCE_CHANGED:
                if event.data["cause"] in ("returned", "removed"):
                    agent.grace = False
                named = event.data.get("channel")
                for channel in [named] if named else list(agent.availability):
                    agent.availability[channel] = event.data["availability"]
            case T.PRESENCE_GRACE:
                agent.grace = True
            case T.PRESENCE_LAPSED:
                agent.grace = False
            case T.CAPACITY_OVER:
                agent.over = event.data["cause"]
            case T.CAPACITY_WITHIN:
                assert agent.over
                agent.over = ""
            case T.AGENT_REMOVED:
                del self.agents[event.agent]
            case other:
                assert other is T.AGENT_CONFIGURED

    def slots(self, agent: str, channel: str) -> int:
        return sum(
            x.queue.endswith(channel)
            and (
                agent in x.offers.values()
                or agent in x.wrapping
                or agent in x.guests
                or (x.agent == agent and x.state in (S.ACTIVE, S.CONNECTING))
            )
            for x in self.interactions.values()
        )

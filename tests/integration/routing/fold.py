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
    wrapping: bool = False
    callback: bool = False

    def become(self, state: InteractionState) -> None:
        if state is not self.state:
            self.state = check_transition(self.state, state)


@dataclass(slots=True, kw_only=True)
class FoldedAgent:
    availability: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(("chat", "call", "ticket"), "offline")
    )
    grace: bool = False


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

    def _interaction(self, event: Event) -> None:  # noqa: C901, PLR0912, PLR0915 - one case a type
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
                outcome=event.data["outcome"] or None, wrapping=event.data["wrapping"],
            )  # fmt: skip
            return
        x = self.interactions[interaction]
        match event.type:
            case T.OFFER_MADE:
                assert event.data["why"]["strategy"]
                assert offer not in self.ended_offers
                x.become(S.RINGING)
                x.offers[offer] = str(event.agent)
            case T.OFFER_ACCEPTED:
                self._end_offer(x, event)
                x.become(S.CONNECTING if queue.endswith("/call") or x.callback else S.ACTIVE)
                assert x.agent is None, "one winner"
                x.agent = event.agent
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
            case T.INTERACTION_MOVED:
                assert event.data["from"] == x.queue != queue == event.data["to"]
                x.queue = queue
                x.become(S(event.data["state"]))
                x.agent = None
            case T.INTERACTION_REPRIORITISED:
                x.level = event.data["level"]
            case T.INTERACTION_RELAXED | T.POOL_REFUSED:
                assert event.data["pool"].startswith(f"{x.queue}[") or event.data["pool"] == x.queue
            case T.INTERACTION_ACTIVE:
                x.become(S.ACTIVE)
                x.callback = False
            case T.INTERACTION_ENDED:
                assert x.outcome is None, "one outcome"
                x.become(S.ENDED)
                x.outcome = event.data["outcome"]
            case T.WRAP_UP_STARTED:
                x.wrapping = True
            case T.WRAP_UP_ENDED:
                x.wrapping = False
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
            case T.AGENT_REMOVED:
                del self.agents[event.agent]
            case other:
                assert other in (T.AGENT_CONFIGURED, T.CAPACITY_OVER)

    def slots(self, agent: str, channel: str) -> int:
        return sum(
            x.queue.endswith(channel)
            and (
                agent in x.offers.values()
                or (x.agent == agent and (x.wrapping or x.state in (S.ACTIVE, S.CONNECTING)))
            )
            for x in self.interactions.values()
        )

"""Arrivals, and the contacts behind them while they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.errors import Overloaded, QueueUnknown
from acd.domain.events import EventType
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.routing.compiled import check_arrival, compile_requirement
from acd.routing.model import times
from acd.routing.model.interaction import Interaction
from acd.routing.model.offers import Offers
from acd.routing.model.values import ms
from acd.routing.results import Changed, Enqueued

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acd.domain.ids import AgentId, InteractionId, SessionId
    from acd.domain.interaction import Arrival

_S: Final = InteractionState


class Arrivals(Offers):
    """Who comes, whether they are still there, and when they leave."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"c": self._contact_grace_due}

    def enqueue(self, arrival: Arrival, *, reject: bool = False, now_ms: int = 0) -> Enqueued:
        """Put it in its line, or ring at once. The same id again changes nothing."""
        check_arrival(arrival)
        requires = compile_requirement(arrival.requires)
        self._begin(now_ms)
        known = self.interactions.get(arrival.interaction)
        if known:
            return Enqueued(
                interaction=known.id, known=True, state=known.state,
                enqueued_ms=known.enqueued_ms, queue=known.queue, diverted=known.diverted,
            )  # fmt: skip
        queue = self.queues.get(arrival.queue)
        keeps = queue is not None and not queue.closing
        if not keeps and not reject:
            raise QueueUnknown(field="queue")
        if queue and keeps:
            self._check_declared(queue, requires)
        if len(self.events) - self.trimmed >= self._events_max:
            raise Overloaded
        # an arrival that could not be enqueued then keeps its age; nobody arrives in the future
        arrived_ms = min(arrival.arrived_ms or self.now_ms, self.now_ms)
        x = Interaction(
            arrival=arrival, queue=arrival.queue, pool=arrival.queue, requires=requires,
            level=arrival.level,
            enqueued_ms=arrived_ms, entered_ms=self.now_ms, card=arrival.card,
            since_ms=self.now_ms,
        )  # fmt: skip
        self.interactions[x.id] = x
        if queue and keeps:
            self._prefer(x, queue)
        if queue and keeps and arrival.leased:
            self.leases[f"c|{x.id}"] = self.now_ms + ms(queue.settings.lease_s)
        channel = Channel(x.queue.rpartition("/")[2])
        self._emit(
            EventType.INTERACTION_QUEUED,
            {
                "channel": channel, "level": x.level, "enqueued_ms": arrived_ms,
                **({"requires": requires} if requires else {}),
                **({"last_agent": x.sticky} if x.sticky else {}),
            },
            x=x, contact=True,
        )  # fmt: skip
        if queue and keeps:
            self._admit(x, queue)
            if x.queue == queue.id:
                self._orphans.append(x)
            self._drain()
            if x.state is _S.WAITING:
                self._tell(x, self.queues[x.queue])
        else:
            self._end(x, Outcome.REJECTED, "system", reason="removed")
        self._commit()
        return Enqueued(
            interaction=x.id,
            known=False,
            state=x.state,
            enqueued_ms=arrived_ms,
            queue=x.queue,
            diverted=x.diverted,
            agents=tuple(ring.agent for ring in x.live),
        )

    def abandon(self, interaction: InteractionId, *, now_ms: int = 0) -> Changed:
        """What never was accepted is abandoned; what is open ends as handled."""
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        if x is None:
            return Changed(changed=False, reason="unknown")
        if x.state is _S.ENDED:
            return Changed(changed=False, reason="ended_before")
        if x.calls_back:
            x.accepted_ms = 0
        served = times.served(x) and not x.calls_back
        outcome = Outcome.HANDLED if served else Outcome.ABANDONED
        self._end(x, outcome, "contact", wrap_up=True)
        self._commit()
        return Changed(changed=True, reason="ended")

    # the contact's connection

    def contact_lost(
        self, interaction: InteractionId, *, grace_s: float | None = None, now_ms: int = 0
    ) -> Changed:
        """Parked with its place kept; a ring goes on, and so does a callback."""
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        if x is None:
            return Changed(changed=False, reason="unknown")
        if x.lost_until_ms or x.calls_back or x.state not in (_S.WAITING, _S.RINGING):
            return Changed(changed=False, reason=x.state)
        self._set_aside(x, grace_s)
        self._commit()
        return Changed(changed=True, reason="lost")

    def _set_aside(self, x: Interaction, grace_s: float | None = None) -> None:
        if grace_s is None:
            grace_s = self.queues[x.queue].settings.contact_grace_s
        self.leases.pop(f"c|{x.id}", None)
        x.lost_until_ms = self.now_ms + ms(grace_s)
        self._timer(f"c|{x.id}", x.lost_until_ms)
        if x.state is _S.WAITING:
            self._park(x)

    def contact_back(self, interaction: InteractionId, *, now_ms: int = 0) -> Changed:
        """Back to the old place in the line, or rejected if the queue is gone.

        One who is called back on a chat answers by being there, unless they left a number.
        """
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        if x is None:
            return Changed(changed=False, reason="unknown")
        back, chat = x.calls_back, x.queue.endswith(f"/{Channel.CHAT}")
        if back and not back.number and chat and x.state is _S.CONNECTING:
            self._answered(x, back)
        elif self._is_missed(x):
            self._bring_back(x)
        else:
            return Changed(changed=False, reason=x.state)
        self._commit()
        return Changed(changed=True, reason="back")

    def _is_missed(self, x: Interaction) -> bool:
        return bool(x.lost_until_ms) and x.state in (_S.PARKED, _S.RINGING)

    def _bring_back(self, x: Interaction) -> None:
        self._untimer(f"c|{x.id}")
        x.lost_until_ms = 0
        queue = self.queues.get(x.queue)
        if queue is None:
            self._end(x, Outcome.REJECTED, "system", wrap_up=False)
            return
        if x.leased:
            self.leases[f"c|{x.id}"] = self.now_ms + ms(queue.settings.lease_s)
        if x.state is _S.PARKED:
            x.become(_S.WAITING, self.now_ms)
            self._emit(EventType.INTERACTION_RESUMED, {}, x=x, contact=True)
        self._orphans.append(x)

    def _contact_grace_due(self, at_ms: int, interaction: str, _rest: str) -> None:
        x = self.interactions[interaction]
        queue = self.queues.get(x.queue)
        if queue and self.gap and self._in_gap(at_ms):
            x.lost_until_ms = self.gap[1] + ms(queue.settings.lease_s)
            self._timer(f"c|{x.id}", x.lost_until_ms)
        else:
            self._end(x, Outcome.ABANDONED, "contact", wrap_up=False)

    # what nodes still hold

    def heartbeat(
        self,
        sessions: Sequence[tuple[AgentId, SessionId]],
        contacts: Sequence[InteractionId],
        *,
        now_ms: int = 0,
    ) -> None:
        """Their leases are renewed. One that had lapsed is back: the node is the evidence."""
        self._begin(now_ms)
        for name, session in sessions:
            agent = self.agents.get(name)
            if agent is None or agent.gone:
                continue
            lease, until_ms = f"a|{name}", self.now_ms + self._lease_ms(agent)
            back = session not in agent.sessions
            agent.sessions[session] = until_ms
            self.leases[lease] = until_ms if back else max(self.leases.get(lease, 0), until_ms)
            if back:
                self._return(agent)
        for interaction in contacts:
            x = self.interactions.get(interaction)
            if x and f"c|{x.id}" in self.leases:
                self._lease(x, self.queues[x.queue])
            elif x and x.leased and self._is_missed(x):
                self._bring_back(x)
        self._commit()

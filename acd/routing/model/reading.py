"""What can be asked; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability
from acd.domain.capacity import used
from acd.domain.ids import offer_id
from acd.domain.interaction import Channel, InteractionState
from acd.routing import line_replies
from acd.routing.model.estimating import Estimating
from acd.routing.snapshots import (
    AgentSnapshot,
    CallbackSnapshot,
    ChannelSnapshot,
    HeldSnapshot,
    InteractionSnapshot,
    OfferSnapshot,
    Position,
    QueueSnapshot,
    Role,
)

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId, OfferId, QueueId
    from acd.routing.model.interaction import Callback, Interaction
    from acd.routing.model.queue import Queue

_REASONED: Final = (Availability.AWAY, Availability.FINISHING)
_S: Final = InteractionState


def _channel(x: Interaction) -> Channel:
    return Channel(x.queue.rpartition("/")[2])


def _offers(x: Interaction) -> tuple[OfferSnapshot, ...]:
    back = _callback(x.callback) if x.callback and not x.callback.called else None
    return tuple(
        OfferSnapshot(
            offer=offer_id(x.id, ring.number),
            interaction=x.id,
            agent=ring.agent,
            channel=_channel(x),
            queue=x.queue,
            contact=x.arrival.contact,
            conversation=x.arrival.conversation,
            level=x.level,
            enqueued_ms=x.enqueued_ms,
            made_ms=ring.made_ms,
            deadline_ms=ring.deadline_ms,
            ring_ms=ring.deadline_ms - ring.made_ms,
            delivered=ring.delivered,
            why=ring.why,
            card=x.card,
            transfer=x.agent if x.state is _S.ACTIVE else None,
            callback=back,
            contact_lost=x.state is _S.RINGING and bool(x.lost_until_ms),
        )
        for ring in x.live
    )


def _held(x: Interaction, agent: AgentId) -> HeldSnapshot:
    given = x.wraps.get(agent)
    mine = Role.GIVER if given else Role.OWNER
    role = Role(x.guests[agent]) if agent in x.guests else mine
    until_ms = given.until_ms if given else x.wrap_up_until_ms
    return HeldSnapshot(
        interaction=x.id,
        channel=_channel(x),
        queue=x.queue,
        contact=x.arrival.contact,
        conversation=x.arrival.conversation,
        state=_S.ENDED if given else x.state,
        role=role,
        transfer_to=x.transfer.to if x.transfer else None,
        transfer_waits=x.transfer is not None and x.transfer.waits,
        guests=tuple(sorted(x.guests)),
        consulted=x.consulted,
        owner=x.agent,
        enqueued_ms=x.enqueued_ms,
        since_ms=x.since_ms,
        wrap_up_until_ms=until_ms or None,
        wrap_up_extended=given.extended if given else x.wrap_up_extended,
        card=x.card,
        callback=_callback(x.callback) if x.callback else None,
        connects=_connects(x) if role is Role.OWNER else None,
    )


def _connects(x: Interaction) -> OfferId | None:
    return offer_id(x.id, x.won) if x.state is _S.CONNECTING else None


def _callback(back: Callback) -> CallbackSnapshot:
    return CallbackSnapshot(
        tries=back.tries,
        number_ref=back.number,
        answered=back.called,
        next_try_ms=back.next_ms,
    )


class Reading(Estimating):
    """The same answers as `acd.routing.reads`."""

    def agent(self, agent: AgentId, *, now_ms: int = 0) -> AgentSnapshot | None:
        """Everything live about an agent, or None."""
        a = self.agents.get(agent)
        if a is None:
            return None
        channels = {
            channel: ChannelSnapshot(
                availability=a.availability[channel],
                reason=a.reasons[channel] if a.availability[channel] in _REASONED else "",
                after=self._after(a, channel),
                count=a.running[channel],
                max=capacity.max,
                weight=capacity.weight,
                interrupts=capacity.interrupts,
                missed_in_a_row=a.missed[channel],
            )
            for channel, capacity in a.capacity.items()
        }
        held = [self.interactions[name] for name in a.held] + self._idle_of(agent)
        offers = [one for x in held for one in _offers(x) if one.agent == agent]
        return AgentSnapshot(
            agent=agent,
            version=a.profile.version,
            channels=channels,
            used=used(a.capacity, a.running),
            total=a.profile.total,
            offers=tuple(sorted(offers, key=lambda one: (one.made_ms, one.offer))),
            held=tuple(
                _held(x, agent)
                for x in sorted(held, key=lambda x: (x.since_ms, x.id))
                if not x.ring_of(agent)
            ),
            over=a.over,
            address_seq=a.address_seq,
            presence_seq=a.presence_seq,
            sessions=len(a.sessions),
            phone=a.profile.phone,
            lease_until_ms=self.leases.get(f"a|{agent}"),
            grace_until_ms=a.grace_until_ms,
            idle_since_ms=a.idle_since_ms,
            now_ms=self._clock(now_ms),
        )

    def interaction(
        self, interaction: InteractionId, *, now_ms: int = 0
    ) -> InteractionSnapshot | None:
        """Everything live about an interaction, its tombstone for a day, or None."""
        x = self.interactions.get(interaction)
        if x is None:
            return None
        parked = x.state is _S.PARKED
        next_ms = x.callback.next_ms if x.callback else None
        return InteractionSnapshot(
            interaction=x.id,
            state=x.state,
            channel=_channel(x),
            queue=x.queue,
            contact=x.arrival.contact,
            conversation=x.arrival.conversation,
            level=x.level,
            enqueued_ms=x.enqueued_ms,
            since_ms=x.since_ms,
            agent=x.agent,
            outcome=x.outcome,
            offers=_offers(x),
            transfer_to=x.transfer.to if x.transfer else None,
            guests=tuple(sorted(x.guests)),
            consulted=x.consulted,
            connects=_connects(x),
            position=self._place(x) or None,
            contact_lost=bool(x.lost_until_ms) and (parked or x.state is _S.RINGING),
            parked_until_ms=(x.lost_until_ms or next_ms or None) if parked else None,
            wrap_up_until_ms=x.wrap_up_until_ms or None,
            callback=_callback(x.callback) if x.callback else None,
            diverted=x.diverted,
            rule=x.rule,
            hops=tuple(x.hops),
            address_seq=self.contact_seqs.get(x.id, 0),
            card=x.card,
            now_ms=self._clock(now_ms),
        )

    def _place(self, x: Interaction) -> int:
        """1 is next; 0 does not wait."""
        if not x.in_line:
            return 0
        queue = self.queues[x.queue]
        if x.personal:
            return self._personal_line(x.personal, queue.channel).index(x) + 1
        return self._line(queue, x.pool).index(x) + 1

    def queue(self, queue: QueueId, *, now_ms: int = 0) -> QueueSnapshot:
        """A queue's live figures."""
        clock = self._clock(now_ms)
        q = self.queues.get(queue)
        if q is None:
            nothing = (clock, "", 0, 0, 0, 0, 0, 0, "0", 0, "", 1, 0, 0, (0, "0", 0))
            return line_replies.queue_snapshot(queue, nothing)
        self.now_ms = clock
        line = [x for x in self.interactions.values() if x.in_line and x.queue == queue]
        mine = [x.state for x in self.interactions.values() if x.queue == queue]
        return line_replies.queue_snapshot(
            queue,
            (
                clock, "closing" if q.closing else "ready", len(line), mine.count(_S.RINGING),
                sum(one in (_S.ACTIVE, _S.CONNECTING, _S.IDLE) for one in mine),
                len(self._free(q, queue)), len(self._members(q, queue)),
                min((x.enqueued_ms for x in line), default=0),
                str(q.served), q.served_ms, "+".join(q.settings.strategy),
                int(self._closed_since(q) is None), self._closes_at(q) or 0,
                self._opens_at(q) or 0, *self._lines(q),
            ),
        )  # fmt: skip

    def _lines(self, q: Queue) -> list[tuple[int, str, int]]:
        """How many wait and how fast they leave: in its own line, in others where anybody waits."""
        found = []
        for name in q.lines:
            waiting, (left, busy_ms) = len(self._line(q, name)), self._figures(q, name)
            if waiting or name == q.id:
                found.append((waiting, str(left), busy_ms))
        return found

    def position(self, interaction: InteractionId, *, now_ms: int = 0) -> Position | None:
        """The place in the line and when its turn may come, or None if it does not wait."""
        x = self.interactions.get(interaction)
        if x is None or not x.in_line:
            return None
        queue = self.queues[x.queue]
        self.now_ms = self._clock(now_ms)
        left, busy_ms = self._figures(queue, x.pool)
        return line_replies.position((self.now_ms, self._place(x), str(left), busy_ms))

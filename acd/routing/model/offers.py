"""The answers to a ring: every way an offer ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import short
from acd.domain.errors import BadRequest
from acd.domain.events import EventType
from acd.domain.interaction import Channel, InteractionState
from acd.domain.offer import EXTRA_MAX_MS, MEDIA_LOST, AcceptOutcome, OfferOutcome
from acd.routing.model import times
from acd.routing.model.presence import Presence
from acd.routing.model.values import ms
from acd.routing.results import Accepted, Changed, Extended, OfferEnded

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import AgentId, InteractionId, OfferId
    from acd.routing.model.interaction import Interaction, Ring
    from acd.routing.model.queue import Queue

_S: Final = InteractionState


class Offers(Presence):
    """An agent's, or a device's, answer to a ring; and no answer."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"o": self._offer_due, "n": self._connecting_due}

    def accept(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Accepted:
        """The first valid accept wins, and again, it answers the same. A late one says why not."""
        interaction, number, x = self._find(offer)
        self._begin(now_ms)
        ring = x.numbered(number) if x else None
        if x is None or (ring and ring.agent != agent):
            return Accepted(outcome=AcceptOutcome.UNKNOWN, interaction=interaction)
        if ring is None:
            outcome, winner = self._too_late(x, number, agent)
            return Accepted(outcome=outcome, interaction=interaction, winner=winner)
        given, x.transfer = x.transfer, None
        giver = self._owner(x) if given else None
        told = self._was_told(x)
        x.live.remove(ring)
        self._withdraw_all(x, "taken", agent)
        x.remember(number, "accepted")
        for letter in "cxp":
            self._untimer(f"{letter}|{x.id}")
        self._untimer(f"o|{x.id}|{number}")
        self.leases.pop(f"c|{x.id}", None)
        x.lost_until_ms = 0
        x.agent = x.winner = agent
        x.won = number
        queue, winner_of_it = self.queues[x.queue], self.agents[agent]
        if given and giver:
            said = {"waited_ms": self.now_ms - given.since_ms, "transfer": giver.id}
        else:
            said = {"waited_ms": times.this_wait_ms(x, self.now_ms), **told}
            x.accepted_ms = self.now_ms
            self._count_served(queue)
            self._count_departure(x, queue, x.ring_began_ms)
        winner_of_it.missed[queue.channel] = winner_of_it.failed[queue.channel] = 0
        self._emit(
            EventType.OFFER_ACCEPTED, said, x=x, offer=number, agent=winner_of_it, contact=True
        )
        self._disarm(x)
        if x.calls_back or queue.channel is Channel.CALL:
            x.become(_S.CONNECTING, self.now_ms)
            self._timer(f"n|{x.id}|{x.won}", self.now_ms + self._connect_ms(x, queue))
        else:
            x.become(_S.ACTIVE, self.now_ms)
            self._emit(EventType.INTERACTION_ACTIVE, times.told(x), x=x, agent=winner_of_it)
        if giver:
            self._emit(EventType.TRANSFER_COMPLETED, {"to": agent}, x=x, agent=giver)
            self._hand_off(x, giver, queue)
        else:
            self._watch(x, queue)
        self._commit()
        return Accepted(outcome=AcceptOutcome.ACCEPTED, interaction=interaction, winner=agent)

    def _connect_ms(self, x: Interaction, queue: Queue) -> int:
        connect_ms = ms(queue.settings.connect_s) if queue.channel is Channel.CALL else 0
        return connect_ms + (self._dial_ms(queue) if x.calls_back else 0)

    def _too_late(
        self, x: Interaction, number: int, agent: AgentId
    ) -> tuple[AcceptOutcome, AgentId | None]:
        past = x.outcome_of(number)
        if past is None:
            return AcceptOutcome.UNKNOWN, None
        if past == "accepted" and (x.won, x.agent) == (number, agent):
            return AcceptOutcome.ACCEPTED, agent
        if past == "accepted" and x.agent is None:
            return AcceptOutcome.WITHDRAWN, None
        if x.agent not in (None, agent):
            return AcceptOutcome.TAKEN, x.agent
        if past in ("accepted", "taken"):
            return AcceptOutcome.TAKEN, x.agent or x.winner
        if past == "expired":
            return AcceptOutcome.EXPIRED, None
        return AcceptOutcome.WITHDRAWN, None

    def decline(
        self, offer: OfferId, agent: AgentId, reason: str = "", *, now_ms: int = 0
    ) -> OfferEnded:
        """Not asked again for this interaction for a while; the next agent rings at once."""
        interaction, number, x = self._find(offer)
        self._begin(now_ms)
        ring = x.numbered(number) if x else None
        if x is None or ring is None or ring.agent != agent:
            return self._over(interaction, x, ring, number)
        a, queue = self._drop(x, ring, "declined"), self.queues[x.queue]
        x.exclude(agent, self.now_ms + ms(queue.settings.decline_s), "declined", self.now_ms)
        a.failed[queue.channel] = 0  # who declines was reached
        said = {"reason": short(reason)}
        self._emit(EventType.OFFER_DECLINED, said, x=x, offer=number, agent=a)
        self._ring_goes_on(x, "declined")
        self._commit()
        return OfferEnded(changed=True, outcome=OfferOutcome.DECLINED, interaction=interaction)

    def _over(
        self, interaction: InteractionId, x: Interaction | None, ring: Ring | None, number: int
    ) -> OfferEnded:
        """Nothing changes: it is somebody else's, it ended before, or it never was."""
        past = x.outcome_of(number) if x and ring is None else None
        if past == "taken":
            past = "withdrawn"
        outcome = OfferOutcome(past) if past else None
        return OfferEnded(changed=False, outcome=outcome, interaction=interaction)

    def fail(self, offer: OfferId, agent: AgentId, cause: str, *, now_ms: int = 0) -> OfferEnded:
        """The device could not be reached, or the accepted call did not connect; no blame."""
        interaction, number, x = self._find(offer)
        self._begin(now_ms)
        ring = x.numbered(number) if x else None
        if x and ring and ring.agent == agent:
            self._fail_offer(x, ring, short(cause))
        elif (
            x
            and (x.state is _S.CONNECTING or (x.state is _S.ACTIVE and cause == MEDIA_LOST))
            and (x.won, x.agent, x.outcome_of(number)) == (number, agent, "accepted")
        ):
            lost = x.state is _S.ACTIVE
            self._fail_connecting(x, cause if lost else "connect_failed")
        else:
            return self._over(interaction, x, ring, number)
        self._commit()
        return OfferEnded(changed=True, outcome=OfferOutcome.FAILED, interaction=interaction)

    def _fail_offer(self, x: Interaction, ring: Ring, cause: str) -> None:
        channel = self.queues[x.queue].channel
        agent = self._drop(x, ring, "failed")
        pause_ms, away = self._blame_failed(agent, channel)
        x.exclude(agent.id, self.now_ms + pause_ms, "failed", self.now_ms)
        self._emit(EventType.OFFER_FAILED, {"cause": cause}, x=x, offer=ring.number, agent=agent)
        if away:
            self._send_away(agent, channel, "unreachable")
        self._ring_goes_on(x, "failed")

    def _fail_connecting(self, x: Interaction, cause: str) -> None:
        """Accepted, but no media: it rings again at once, its age kept."""
        agent, channel = self._owner(x), self.queues[x.queue].channel
        pause_ms, away = self._blame_failed(agent, channel)
        self._take_back(x, cause, self.now_ms + pause_ms)
        if away:
            self._send_away(agent, channel, "unreachable")

    def delivered(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """A device rings: the offer now has its whole ring time."""
        _, number, x = self._find(offer)
        self._begin(now_ms)
        if x is None or x.outcome_of(number) is None:
            return Changed(changed=False, reason="unknown")
        ring = x.numbered(number)
        if ring is None:
            return Changed(changed=False, reason="late")
        if ring.agent != agent:
            return Changed(changed=False, reason="unknown")
        if ring.delivered:
            return Changed(changed=False, reason="delivered_before")
        ring.delivered = True
        return Changed(changed=True, reason="delivered")

    def extend(self, offer: OfferId, agent: AgentId, extra_ms: int, *, now_ms: int = 0) -> Extended:
        """A phone is asked for a digit: the offer lasts at least that long from now, once."""
        _, number, x = self._find(offer)
        if not 0 < extra_ms <= EXTRA_MAX_MS:
            raise BadRequest
        self._begin(now_ms)
        if x is None or x.outcome_of(number) is None:
            return Extended(changed=False, reason="unknown", deadline_ms=None)
        ring = x.numbered(number)
        if ring is None:
            return Extended(changed=False, reason="late", deadline_ms=None)
        if ring.agent != agent:
            return Extended(changed=False, reason="unknown", deadline_ms=None)
        if ring.extended:
            return Extended(changed=False, reason="extended_before", deadline_ms=ring.deadline_ms)
        ring.delivered = ring.extended = True
        ring.deadline_ms = max(ring.deadline_ms, self.now_ms + extra_ms)
        self._timer(f"o|{x.id}|{number}", ring.deadline_ms)
        told = {"deadline_ms": ring.deadline_ms}
        self._emit(EventType.OFFER_EXTENDED, told, x=x, offer=number, agent=self.agents[agent])
        self._commit()
        return Extended(changed=True, reason="extended", deadline_ms=ring.deadline_ms)

    def connected(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """Media flows: the accepted call is active."""
        _, number, x = self._find(offer)
        self._begin(now_ms)
        if x is None:
            return Changed(changed=False, reason="unknown")
        if (x.agent, x.won) != (agent, number):
            return Changed(changed=False, reason="late")
        if x.state is _S.ACTIVE:
            return Changed(changed=False, reason="connected_before")
        if x.state is not _S.CONNECTING:
            return Changed(changed=False, reason="late")
        if x.calls_back:
            self._answered(x, x.calls_back)
        else:
            self._untimer(f"n|{x.id}|{x.won}")
            a, told = self.agents[agent], times.told(x)
            x.become(_S.ACTIVE, self.now_ms)
            self._emit(EventType.INTERACTION_ACTIVE, told, x=x, agent=a, contact=True)
        self._commit()
        return Changed(changed=True, reason="connected")

    # no answer

    def _offer_due(self, at_ms: int, interaction: str, number: str) -> None:
        """Not acknowledged in time: unreachable. Not answered by its deadline: expired.

        What fell due in an outage ends `outage`, nobody blamed or excluded; a device that had not
        acknowledged then gets its time again.
        """
        x = self.interactions[interaction]
        ring = next(one for one in x.live if one.number == int(number))
        settings = self.queues[x.queue].settings
        delivery_ms = ms(settings.delivery_s)
        heard_by_ms = min(ring.deadline_ms, ring.made_ms + delivery_ms)
        unheard = not ring.delivered and self.now_ms >= heard_by_ms
        in_gap = self._in_gap(at_ms)
        if self.now_ms < ring.deadline_ms and (in_gap or not unheard):
            again_ms = ring.deadline_ms
            if unheard and self.gap:
                again_ms = min(again_ms, self.gap[1] + delivery_ms)
            self._timer(f"o|{x.id}|{number}", again_ms)
        elif in_gap:
            agent = self._drop(x, ring, "failed")
            cause = {"cause": "outage"}
            self._emit(EventType.OFFER_FAILED, cause, x=x, offer=ring.number, agent=agent)
            self._ring_goes_on(x, "outage")
        elif unheard:
            self._fail_offer(x, ring, "unreachable")
        else:
            self._expire(x, ring)

    def _expire(self, x: Interaction, ring: Ring) -> None:
        """Excluded like who declined; a miss counts unless several rang."""
        queue = self.queues[x.queue]
        agent = self._drop(x, ring, "expired")
        limit_ms = self.now_ms + ms(queue.settings.decline_s)
        x.exclude(agent.id, limit_ms, "expired", self.now_ms)
        agent.has_missed(x.id)
        missed = 0
        if x.ring_asked == 1:
            agent.missed[queue.channel] += 1
            agent.failed[queue.channel] = 0
            missed = agent.missed[queue.channel]
        self._emit(EventType.OFFER_EXPIRED, {"missed": missed}, x=x, offer=ring.number, agent=agent)
        if missed >= queue.settings.max_missed:
            self._send_away(agent, queue.channel, "missed")
        self._ring_goes_on(x, "expired")

    def _connecting_due(self, at_ms: int, interaction: str, _rest: str) -> None:
        x = self.interactions[interaction]
        if self.gap and self._in_gap(at_ms):
            again_ms = self.gap[1] + self._connect_ms(x, self.queues[x.queue])
            self._timer(f"n|{x.id}|{x.won}", again_ms)
        elif x.calls_back:
            self._unanswered(x, x.calls_back)
        else:
            self._fail_connecting(x, "connect_timeout")

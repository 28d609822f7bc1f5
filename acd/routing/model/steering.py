"""What people take, give or begin past the line: assign, pull, open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.agent import short
from acd.domain.capacity import has_room
from acd.domain.errors import Overloaded, QueueUnknown
from acd.domain.events import EventType
from acd.domain.interaction import Arrival, Channel, InteractionState
from acd.routing.compiled import check_opening
from acd.routing.model import times
from acd.routing.model.consulting import Consulting
from acd.routing.model.interaction import Interaction
from acd.routing.model.transferring import refusal
from acd.routing.model.values import ms
from acd.routing.results import Changed, Opened

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId
    from acd.domain.interaction import Opening
    from acd.routing.model.agent import Agent
    from acd.routing.model.queue import Queue

_S: Final = InteractionState


class Steering(Consulting):
    """Human acts, over capacity if need be; and what an agent begins."""

    def assign(
        self, interaction: InteractionId, agent: AgentId, by: str, *, now_ms: int = 0
    ) -> Changed:
        """A supervisor gives it to an agent who is signed in."""
        x, a = self._known(interaction, now_ms), self.agents.get(agent)
        if x.state in (_S.ENDED, _S.CONNECTING):
            return refusal(x.state)
        refused = self._absent(a, self._channel_of(x))
        if a is None or refused:
            return refusal(refused or "")
        if x.queue not in self.queues:
            raise QueueUnknown(field="queue")
        if self._role(x, agent) == "owner" and x.state is _S.ACTIVE:
            return refusal("there")
        self._take(x, a, "assigned", short(by))
        return self._done("assigned")

    def pull(self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """A member takes it from the line out of turn."""
        x, a = self._known(interaction, now_ms), self.agents.get(agent)
        if x.state is not _S.WAITING:
            return refusal(x.state)
        if not self.queues[x.queue].settings.pull:
            return refusal("not_allowed")
        refused = self._absent(a, self._channel_of(x))
        if a is None or refused:
            return refusal(refused or "")
        if x.queue not in a.memberships:
            return refusal("not_member")
        self._take(x, a, "pulled", agent)
        return self._done("pulled")

    def _take(self, x: Interaction, a: Agent, cause: str, by: str) -> None:
        """It is theirs, wherever it is."""
        queue = self.queues[x.queue]
        said: dict[str, Any] = {}
        if x.state in (_S.ACTIVE, _S.IDLE):
            self._give_back(x, "taken")
            self._part(x, a)
            self._pass(x, a, queue)
            if x.state is _S.IDLE:
                x.accepted_ms = self.now_ms
        else:
            said["waited_ms"] = times.this_wait_ms(x, self.now_ms)
            left_ms = self.now_ms if x.state is _S.WAITING else x.ring_began_ms
            self._out_of_line(x, a)
            self._part(x, a)
            self._pass(x, a, queue)
            x.accepted_ms = self.now_ms
            self._count_served(queue)
            self._count_departure(x, queue, left_ms)
        a.held[x.id] = queue.channel
        x.won = 0
        if x.calls_back or queue.channel is Channel.CALL:
            # what connects it names an offer
            x.offers += 1
            x.won = x.offers
            x.remember(x.offers, "accepted")
            # whom it is given to has not been asked: it rings there as long as an offer does
            asked_ms = ms(queue.settings.ring_time_s) if cause == "assigned" else 0
            until_ms = self.now_ms + self._connect_ms(x, queue) + asked_ms
            said |= {"offer": f"{x.id}.{x.offers}", "until_ms": until_ms}
            self._timer(f"n|{x.id}|{x.won}", until_ms)
            x.become(_S.CONNECTING, self.now_ms)
        else:
            x.become(_S.ACTIVE, self.now_ms)
        self._say_assigned(x, a, cause, by, **said)
        self._watch(x, queue)
        self._exceed(a, cause)

    def _pass(self, x: Interaction, a: Agent, queue: Queue) -> None:
        """The owner of before learns who has it now."""
        before = self.agents.get(x.agent or "")
        x.agent = x.winner = a.id
        if before and before is not a:
            self._emit(EventType.TRANSFER_COMPLETED, {"to": a.id}, x=x, agent=before)
            if x.state is not _S.IDLE:
                self._hand_off(x, before, queue)

    def _out_of_line(self, x: Interaction, a: Agent) -> None:
        """The line, the ring or the contact's grace is over."""
        self._leave_line(x)
        if x.state is _S.RINGING:
            self._withdraw_all(x, "taken", a.id)
        self.leases.pop(f"c|{x.id}", None)
        for letter in "cxpq":
            self._untimer(f"{letter}|{x.id}")
        x.lost_until_ms = 0
        x.sticky = x.sticky_until_ms = None
        if x.callback:
            x.callback.next_ms = None
        self._disarm(x)

    def open_interaction(self, opening: Opening, *, now_ms: int = 0) -> Opened | Changed:
        """Theirs and active at once, if they have room."""
        check_opening(opening)
        self._begin(now_ms)
        known = self.interactions.get(opening.interaction)
        if known:
            return Opened(interaction=known.id, known=True, state=known.state)
        queue, a = self.queues.get(opening.queue), self.agents.get(opening.agent)
        if queue is None or queue.closing:
            raise QueueUnknown(field="queue")
        refused = self._absent(a, queue.channel)
        if a is None or refused:
            return refusal(refused or "")
        if not has_room(a.capacity, a.profile.total, a.running, queue.channel):
            return refusal("full")
        if len(self.events) - self.trimmed >= self._events_max:
            raise Overloaded
        x = Interaction(
            arrival=Arrival(
                interaction=opening.interaction, queue=opening.queue, contact=opening.contact,
                conversation=opening.conversation, leased=False,
            ),
            queue=opening.queue, pool=opening.queue, requires="", level=opening.level,
            enqueued_ms=self.now_ms, entered_ms=self.now_ms, card=opening.card,
            since_ms=self.now_ms, state=_S.ACTIVE, agent=a.id, winner=a.id,
            accepted_ms=self.now_ms,
        )  # fmt: skip
        self.interactions[x.id] = x
        a.held[x.id] = queue.channel
        said = {"channel": queue.channel, "level": x.level, "enqueued_ms": x.enqueued_ms}
        self._emit(EventType.INTERACTION_OPENED, said, x=x, agent=a, contact=True)
        self._watch(x, queue)
        self._commit()
        return Opened(interaction=x.id, known=False, state=x.state)

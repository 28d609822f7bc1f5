"""Verbs by which people steer: transfer, consult, invite, assign, pull, open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.agent import short
from acd.domain.capacity import has_room
from acd.domain.errors import AgentUnknown, BadRequest, NotFound, Overloaded, QueueUnknown
from acd.domain.events import EventType
from acd.domain.ids import DepartmentId, is_plain_id, is_queue_id
from acd.domain.interaction import Arrival, Channel, InteractionState
from acd.routing.compiled import check_opening
from acd.routing.model.idling import Idling
from acd.routing.model.values import Interaction
from acd.routing.results import Changed, Opened

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId, QueueId
    from acd.domain.interaction import Opening
    from acd.routing.model.values import Agent, Queue

GUESTS_MAX: Final = 8
_S: Final = InteractionState


def _refused(reason: str) -> Changed:
    if reason == "unknown_agent":
        raise AgentUnknown(field="agent")
    return Changed(changed=False, reason=reason)


class Steering(Idling):
    """What agents and supervisors do with interactions besides answering them."""

    def _known(self, interaction: InteractionId, now_ms: int) -> Interaction:
        self._begin(now_ms)
        if interaction not in self.interactions:
            raise NotFound(field="interaction")
        return self.interactions[interaction]

    def _done(self, reason: str) -> Changed:
        self._commit()
        return Changed(changed=True, reason=reason)

    # transfers

    def transfer_to_agent(
        self,
        interaction: InteractionId,
        agent: AgentId,
        target: AgentId,
        *,
        wait: bool = False,
        now_ms: int = 0,
    ) -> Changed:
        """An offer to one colleague; `agent` has it until they accept."""
        x = self._known(interaction, now_ms)
        refused = self._not_owned(x, agent) or (x.transfer and "transferring")
        if refused:
            return _refused(refused)
        a = self.agents.get(target)
        refused, role = self._refusal(a, self._channel_of(x)), a and self._role(x, target)
        if role == "owner":
            refused = "there"
        elif role in ("guest", "consult"):
            refused = "guest"
        waits = refused == "full" and wait
        if a is None or (refused and not waits):
            return _refused(refused or "")
        self._transfer(x, a, waits=waits)
        return self._done("waits" if waits else "offered")

    def transfer_cancel(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """Take back a transfer that nobody answered yet."""
        x = self._known(interaction, now_ms)
        refused = self._not_owned(x, agent) or ("" if x.transfer else "not_transferring")
        if refused:
            return _refused(refused)
        self._give_back(x, "cancelled")
        return self._done("cancelled")

    def transfer_to_queue(
        self, interaction: InteractionId, agent: AgentId, queue: QueueId, *, now_ms: int = 0
    ) -> Changed:
        """The giver is done with it at once, and not asked for it again for a while."""
        if not is_queue_id(queue):
            raise BadRequest("a queue is named <department>/<channel>", field="queue")
        return self._send_on(self._known(interaction, now_ms), agent, queue)

    def transfer_to_department(
        self,
        interaction: InteractionId,
        agent: AgentId,
        department: DepartmentId,
        *,
        now_ms: int = 0,
    ) -> Changed:
        """To the department's queue on its channel."""
        if not is_plain_id(department):
            raise BadRequest("an id is made of a-z, 0-9, _ and -, at most 64", field="department")
        x = self._known(interaction, now_ms)
        return self._send_on(x, agent, f"{department}/{self._channel_of(x)}")

    def _send_on(self, x: Interaction, agent: AgentId, to: str) -> Changed:
        refused, target = self._not_owned(x, agent), self.queues.get(to)
        if refused and x.state is not _S.IDLE:
            return _refused(refused)
        if refused == "not_owner":
            return _refused(refused)
        if target is None or target.closing:
            raise QueueUnknown(field="queue")
        if target.channel is not self._channel_of(x):
            raise BadRequest("that queue is on another channel", field="queue")
        if to == x.queue:
            return _refused("there")
        self._send(x, agent, target)
        return self._done("moved")

    def _send(self, x: Interaction, giver: AgentId, target: Queue) -> None:
        before = self.queues[x.queue]
        self._alone(x, "moved")
        self._unwatch(x, before)
        if x.state is not _S.IDLE:
            self._hand_off(x, self.agents[giver], before)
        x.requires, x.agent = "", None
        x.become(_S.WAITING, self.now_ms)
        self._lease(x, before)
        self._move(x, target.id, "transferred", giver)
        not_before_ms = self.now_ms + round(target.settings.decline_s * 1000)
        if giver in x.wraps:
            not_before_ms = max(not_before_ms, x.wraps[giver].until_ms)
        x.exclude(giver, not_before_ms, "gave", self.now_ms)

    # guests

    def invite(
        self, interaction: InteractionId, agent: AgentId, guest: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """A colleague is there at once, as a guest."""
        return self._bring_in(self._known(interaction, now_ms), agent, guest, "guest")

    def consult(
        self, interaction: InteractionId, agent: AgentId, target: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """A guest to whom it may be handed over; one at a time."""
        return self._bring_in(self._known(interaction, now_ms), agent, target, "consult")

    def _bring_in(self, x: Interaction, agent: AgentId, guest: AgentId, role: str) -> Changed:
        refused = self._not_owned(x, agent)
        if refused:
            return _refused(refused)
        if role == "consult" and x.consulted:
            return _refused("consulting")
        if len(x.guests) >= GUESTS_MAX:
            return _refused("too_many")
        a = self.agents.get(guest)
        refused, has = self._refusal(a, self._channel_of(x)), a and self._role(x, guest)
        if has in ("owner", "offered", "guest", "consult"):
            refused = {"owner": "there", "offered": "transferring"}.get(has, "guest")
        if a is None or refused:
            return _refused(refused or "")
        self._part(x, a)
        self._join(x, a, role, agent)
        return self._done("joined")

    def consult_complete(
        self, interaction: InteractionId, agent: AgentId, *, stay: bool = False, now_ms: int = 0
    ) -> Changed:
        """Owner and guest change places."""
        x = self._known(interaction, now_ms)
        refused = self._not_owned(x, agent) or ("" if x.consulted else "not_consulting")
        if refused or x.consulted is None:
            return _refused(refused)
        self._swap(x, self.agents[x.consulted], stay=stay)
        return self._done("completed")

    def _swap(self, x: Interaction, taker: Agent, *, stay: bool) -> None:
        queue, giver = self.queues[x.queue], self._owner(x)
        self._give_back(x, "taken")
        del x.guests[taker.id]
        if stay:
            x.guests[giver.id] = "guest"
        self._emit(EventType.GUEST_LEFT, {"reason": "owner"}, x=x, agent=taker)
        x.epoch += 1
        x.agent = x.winner = taker.id
        x.won = 0
        self._emit(EventType.TRANSFER_COMPLETED, {"to": taker.id}, x=x, agent=giver)
        self._say_assigned(x, taker, "consulted", giver.id, x.accepted_ms - x.enqueued_ms)
        if stay:
            said = {"role": "guest", "by": giver.id}
            self._emit(EventType.GUEST_JOINED, said, x=x, agent=giver)
        else:
            self._hand_off(x, giver, queue)

    def consult_cancel(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """The owner ends the consultation and keeps it."""
        x = self._known(interaction, now_ms)
        refused = self._not_owned(x, agent) or ("" if x.consulted else "not_guest")
        if refused or x.consulted is None:
            return _refused(refused)
        self._guest_leaves(x, self.agents[x.consulted], "cancelled")
        return self._done("left")

    def leave(self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """A guest leaves."""
        x = self._known(interaction, now_ms)
        if agent not in x.guests:
            return _refused("not_guest")
        self._guest_leaves(x, self.agents[agent], "left")
        return self._done("left")

    # human acts, over capacity if need be

    def assign(
        self, interaction: InteractionId, agent: AgentId, by: str, *, now_ms: int = 0
    ) -> Changed:
        """A supervisor gives it to an agent who is signed in."""
        x, a = self._known(interaction, now_ms), self.agents.get(agent)
        if x.state in (_S.ENDED, _S.CONNECTING):
            return _refused(x.state)
        refused = self._absent(a, self._channel_of(x))
        if a is None or refused:
            return _refused(refused or "")
        if x.queue not in self.queues:
            raise QueueUnknown(field="queue")
        if self._role(x, agent) == "owner" and x.state is _S.ACTIVE:
            return _refused("there")
        self._take(x, a, "assigned", short(by))
        return self._done("assigned")

    def pull(self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """A member takes it from the line out of turn."""
        x, a = self._known(interaction, now_ms), self.agents.get(agent)
        if x.state is not _S.WAITING:
            return _refused(x.state)
        if not self.queues[x.queue].settings.pull:
            return _refused("not_allowed")
        refused = self._absent(a, self._channel_of(x))
        if a is None or refused:
            return _refused(refused or "")
        if x.queue not in a.memberships:
            return _refused("not_member")
        self._take(x, a, "pulled", agent)
        return self._done("pulled")

    def _take(self, x: Interaction, a: Agent, cause: str, by: str) -> None:
        """It is theirs, wherever it is."""
        queue = self.queues[x.queue]
        if x.state in (_S.ACTIVE, _S.IDLE):
            waited_ms = x.accepted_ms - x.enqueued_ms
            self._give_back(x, "taken")
            self._part(x, a)
            self._pass(x, a, queue)
        else:
            waited_ms = self.now_ms - x.enqueued_ms
            self._out_of_line(x, a)
            self._part(x, a)
            self._pass(x, a, queue)
            x.accepted_ms = self.now_ms
            self._count_served(queue)
            self._count_departure(x, queue)
        a.held[x.id] = queue.channel
        x.won, fence = 0, {}
        if x.calls_back or queue.channel is Channel.CALL:
            # what connects it names an offer
            x.offers += 1
            x.won = x.offers
            x.remember(x.offers, "accepted")
            fence = {"offer": f"{x.id}.{x.offers}"}
            self._timer(f"n|{x.id}|{x.offers}", self.now_ms + self._connect_ms(x, queue))
            x.become(_S.CONNECTING, self.now_ms)
        else:
            x.become(_S.ACTIVE, self.now_ms)
        self._say_assigned(x, a, cause, by, waited_ms, fence)
        self._watch(x, queue)
        self._exceed(a, cause)

    def _pass(self, x: Interaction, a: Agent, queue: Queue) -> None:
        """The owner of before learns who has it now."""
        before = self.agents.get(x.agent or "")
        x.epoch += 1
        x.agent = x.winner = a.id
        if before:
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

    def _say_assigned(
        self, x: Interaction, a: Agent, cause: str, by: str, waited_ms: int,
        fence: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        said = {"cause": cause, "by": by, "state": x.state, "waited_ms": waited_ms}
        said |= fence or {}
        self._emit(EventType.INTERACTION_ASSIGNED, said, x=x, agent=a, contact=True)

    # what an agent begins

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
            return _refused(refused or "")
        if not has_room(a.capacity, a.profile.total, a.running, queue.channel):
            return _refused("full")
        if len(self.events) - self.trimmed >= self._events_max:
            raise Overloaded
        x = Interaction(
            arrival=Arrival(
                interaction=opening.interaction, queue=opening.queue, contact=opening.contact,
                conversation=opening.conversation, leased=False,
            ),
            queue=opening.queue, pool=opening.queue, requires="", level=opening.level,
            enqueued_ms=self.now_ms, entered_ms=self.now_ms, card=opening.card,
            since_ms=self.now_ms, state=_S.ACTIVE, epoch=1, agent=a.id, winner=a.id,
            accepted_ms=self.now_ms,
        )  # fmt: skip
        self.interactions[x.id] = x
        a.held[x.id] = queue.channel
        said = {"channel": queue.channel, "level": x.level, "enqueued_ms": x.enqueued_ms}
        self._emit(EventType.INTERACTION_OPENED, said, x=x, agent=a, contact=True)
        self._watch(x, queue)
        self._commit()
        return Opened(interaction=x.id, known=False, state=x.state)

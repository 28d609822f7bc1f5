"""Guests: colleagues who are brought in, and consultations that may change the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.events import EventType
from acd.domain.interaction import InteractionState
from acd.routing.model.transferring import Transferring, refusal

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.results import Changed

GUESTS_MAX: Final = 8
_S: Final = InteractionState


class Consulting(Transferring):
    """Owners bring in colleagues."""

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
            return refusal(refused)
        if role == "consult" and x.consulted:
            return refusal("consulting")
        if len(x.guests) >= GUESTS_MAX:
            return refusal("too_many")
        a = self.agents.get(guest)
        refused, has = self._refusal(a, self._channel_of(x)), a and self._role(x, guest)
        if has in ("owner", "offered", "guest", "consult"):
            refused = {"owner": "there", "offered": "transferring"}.get(has, "guest")
        if a is None or refused:
            return refusal(refused or "")
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
            return refusal(refused)
        self._swap(x, self.agents[x.consulted], stay=stay)
        return self._done("completed")

    def _swap(self, x: Interaction, taker: Agent, *, stay: bool) -> None:
        queue, giver = self.queues[x.queue], self._owner(x)
        self._give_back(x, "taken")
        del x.guests[taker.id]
        if stay:
            x.guests[giver.id] = "guest"
        self._emit(EventType.GUEST_LEFT, {"reason": "owner"}, x=x, agent=taker)
        x.agent = x.winner = taker.id
        x.won = 0
        self._emit(EventType.TRANSFER_COMPLETED, {"to": taker.id}, x=x, agent=giver)
        self._say_assigned(x, taker, "consulted", giver.id)
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
            return refusal(refused)
        self._guest_leaves(x, self.agents[x.consulted], "cancelled")
        return self._done("left")

    def leave(self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """A guest leaves."""
        x = self._known(interaction, now_ms)
        if agent not in x.guests:
            return refusal("not_guest")
        self._guest_leaves(x, self.agents[agent], "left")
        return self._done("left")

    def _say_assigned(self, x: Interaction, a: Agent, cause: str, by: str, **more: Any) -> None:
        said = {"cause": cause, "by": by, "state": x.state, **more}
        self._emit(EventType.INTERACTION_ASSIGNED, said, x=x, agent=a, contact=True)

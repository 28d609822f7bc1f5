"""Idle chats: a silent customer's chat gives its slot back; their next message gets it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability
from acd.domain.events import EventType
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.routing.model import times
from acd.routing.model.configuration import Configuration
from acd.routing.results import Heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import InteractionId
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

MOVE_MS: Final = 10_000
"""A timer is moved no oftener."""
END_MS: Final = 86_400_000
"""One that nobody comes back to ends after so long."""
_S: Final = InteractionState


class Idling(Configuration):
    """Silence, and its end."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"i": self._idle_due, "t": self._no_room_due}

    def _idle_due(self, at_ms: int, interaction: str, _rest: str) -> None:
        x = self.interactions.get(interaction)
        if x and x.state is _S.IDLE:
            self._end(x, Outcome.HANDLED, "system")
        elif x and x.state is _S.ACTIVE:
            self._fall_silent(x, at_ms)
        elif x and x.state is _S.CONNECTING:  # they are called back still
            self._watch(x, self.queues[x.queue])

    def _fall_silent(self, x: Interaction, at_ms: int) -> None:
        """At most two idle chats for each that may be active."""
        agent, idle_ms = self._owner(x), self.queues[x.queue].rules.get("idle")
        if not idle_ms:
            return
        most = 2 * agent.capacity[Channel.CHAT].max
        if self.gap and self._in_gap(at_ms):
            self._timer(f"i|{x.id}", self.gap[1] + idle_ms)
        elif x.transfer or x.guests or len(self._idle_of(agent.id)) >= most:
            self._timer(f"i|{x.id}", self.now_ms + idle_ms)
        else:
            self._free_slot(x, agent, worked=True)
            times.pause(x, self.now_ms)
            self._timer(f"i|{x.id}", self.now_ms + END_MS)
            x.become(_S.IDLE, self.now_ms)
            self._emit(EventType.INTERACTION_IDLE, {}, x=x, agent=agent, contact=True)

    def heard(self, interaction: InteractionId, *, now_ms: int = 0) -> Heard:
        """The customer of a chat wrote."""
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        if x is None:
            return Heard(effect="nothing", state=None)
        effect = self._hear(x)
        if effect in ("regained", "requeued"):
            self._commit()
        return Heard(effect=effect, state=x.state)

    def _hear(self, x: Interaction) -> str:
        queue, agent = self.queues.get(x.queue), self.agents.get(x.agent or "")
        if queue is None:
            return "nothing"
        if x.state is _S.ACTIVE:
            return "moved" if self._stay_awake(x, queue) else "nothing"
        here = (
            agent is not None
            and not agent.gone
            and agent.availability[Channel.CHAT] is not Availability.OFFLINE
        )
        if x.state is _S.IDLE:
            if agent and here:
                self._regain(x, agent, queue)
                return "regained"
            self._wait_anew(x, queue)
            return "requeued"
        # ended, and its slot in wrap-up: that slot is active again
        if not x.wrap_up_until_ms or not agent or not here:
            return "nothing"
        if queue.closing or queue.channel is not Channel.CHAT:
            return "nothing"
        self._untimer(f"w|{x.id}")
        times.pause(x, x.since_ms)
        x.outcome, x.wrap_up_until_ms, x.wrap_up_extended = None, 0, False
        self._regain(x, agent, queue)
        return "regained"

    def _stay_awake(self, x: Interaction, queue: Queue) -> bool:
        idle_ms = queue.rules.get("idle")
        if not idle_ms or queue.channel is not Channel.CHAT:
            return False
        at_ms = self.timers.get(f"i|{x.id}")
        if at_ms is not None and self.now_ms + idle_ms < at_ms + MOVE_MS:
            return False
        self._timer(f"i|{x.id}", self.now_ms + idle_ms)
        return True

    def _regain(self, x: Interaction, agent: Agent, queue: Queue) -> None:
        """The owner has it again, over the maximum if need be."""
        agent.held[x.id] = Channel.CHAT
        x.accepted_ms = self.now_ms
        x.become(_S.ACTIVE, self.now_ms)
        self._emit(EventType.INTERACTION_REGAINED, {}, x=x, agent=agent, contact=True)
        self._watch(x, queue)
        self._exceed(agent, "customer_returned")

    def _wait_anew(self, x: Interaction, queue: Queue) -> None:
        """Its owner is gone: since this message, for them if they can and for anybody else."""
        owner = x.agent
        self._untimer(f"i|{x.id}")
        x.agent = None
        x.enqueued_ms = self.now_ms
        times.wait_anew(x, self.now_ms)
        x.sticky = owner
        x.become(_S.WAITING, self.now_ms)
        self._emit(
            EventType.INTERACTION_REQUEUED,
            {"reason": "owner_gone", "enqueued_ms": self.now_ms},
            x=x, agent=self.agents.get(owner or ""), by_name=owner, contact=True,
        )  # fmt: skip
        self._lease(x, queue)
        self._orphans.append(x)

    def _no_room_due(self, _at_ms: int, interaction: str, _rest: str) -> None:
        """The target of a transfer had no room for too long."""
        self._give_back(self.interactions[interaction], "no_room")

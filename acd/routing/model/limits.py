"""What a queue's rules say: its hours, its length, how long one waits, whether anybody is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability
from acd.domain.interaction import InteractionState
from acd.routing.model.pooling import Pooling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.interaction import Channel
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

EMPTY_MS: Final = 30_000
"""So long a queue without anybody keeps those who came before."""
_S: Final = InteractionState


class Limits(Pooling):
    """Decisions only; what becomes of those whom a rule does not keep is in policy.py."""

    def _closed_since(self, queue: Queue) -> int | None:
        """0 where nobody knows since when; None while it is open. Without hours it always is."""
        if queue.hours is None:
            return None
        since_ms = 0
        for opens_ms, closes_ms in queue.hours:
            if self.now_ms < opens_ms:
                break
            if self.now_ms < closes_ms:
                return None
            since_ms = closes_ms
        return since_ms

    def _opens_at(self, queue: Queue) -> int | None:
        openings = (opens_ms for opens_ms, _ in queue.hours or ())
        return next((opens_ms for opens_ms in openings if opens_ms > self.now_ms), None)

    def _closes_at(self, queue: Queue) -> int | None:
        closings = (closes_ms for _, closes_ms in queue.hours or ())
        return next((closes_ms for closes_ms in closings if closes_ms > self.now_ms), None)

    def _nobody_here(self, queue: Queue) -> bool:
        return not queue.closing and not self._members(queue, queue.id)

    def _refuses(self, one: Interaction, queue: Queue) -> str | None:
        """The rule by which this one is not kept that comes."""
        rules = queue.rules
        if self._closed_since(queue) is not None:
            return "closed"
        if rules.get("on_nobody") and self._nobody_here(queue):
            return "nobody"
        others = [x for x in self.interactions.values() if x.queue == queue.id and x is not one]
        length = sum(x.state in (_S.WAITING, _S.RINGING) for x in others)
        return "full" if rules.get("max_length") and length >= rules["max_length"] else None

    def _applies(self, x: Interaction, queue: Queue) -> str | None:
        """The rule by which one that waits is not kept any longer. A callback keeps its place."""
        rules = queue.rules
        if x.calls_back:
            return None
        if rules.get("max_wait") and self.now_ms >= x.entered_ms + rules["max_wait"]:
            return "max_wait"
        if rules.get("at_close"):
            since_ms = self._closed_since(queue)
            if since_ms is not None and x.entered_ms < since_ms:
                return "closing"
        return None

    def _arm(self, x: Interaction, queue: Queue) -> None:
        """It stands in the line from now on: what will ask for it."""
        rules = queue.rules
        if x.calls_back:
            return
        if rules.get("max_wait"):
            self._timer(f"m|{x.id}", x.entered_ms + rules["max_wait"])
        empty = f"e|{queue.id}|"
        if rules.get("on_nobody") and self._nobody_here(queue) and empty not in self.timers:
            self._timer(empty, self.now_ms + EMPTY_MS)

    def _disarm(self, x: Interaction) -> None:
        queue = self.queues.get(x.queue)
        if queue and queue.rules.get("max_wait"):
            self._untimer(f"m|{x.id}")

    def _built(self, queue: Queue) -> None:
        """Made anew: asked for as if they came now."""
        empty = f"e|{queue.id}|"
        waits = any(x.in_line and x.queue == queue.id for x in self.interactions.values())
        if queue.rules.get("on_nobody") and waits and empty not in self.timers:
            self._left(queue)

    def _left(self, queue: Queue | None) -> None:
        """A member left: if nobody is there any more, those in line are asked for after a while."""
        if queue and queue.rules.get("on_nobody") and self._nobody_here(queue):
            self._timer(f"e|{queue.id}|", self.now_ms + EMPTY_MS)

    def _left_on(self, agent: Agent, before: Mapping[Channel, Availability]) -> None:
        """They left what they were a member of, on the channels on which they had been here."""
        for name in agent.memberships:
            queue = self.queues.get(name)
            if queue and before.get(queue.channel) is Availability.AVAILABLE:
                self._left(queue)

    def _divert(self, x: Interaction, queue: Queue, rule: str) -> None:
        """What becomes of it; see policy.py."""
        raise NotImplementedError

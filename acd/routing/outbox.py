"""What waits to be sent to Redis: verbs go at once, what is published goes along with them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    Call = tuple[str, tuple[str, ...], bytes, asyncio.Future[Any]]
    """A verb, the tenant's prefix and maybe the reconciler's token, the command, whom to answer."""

SENDERS: Final = 2
"""Pipelines under way at once: one travels while the other is being written."""
BATCH: Final = 128
GATHER_S: Final = 0.004
"""How long what is published waits for verbs to travel with: an exchange of its own costs more."""


class Outbox:
    """Handed out to the senders in batches; all that is published to the first of them."""

    def __init__(self) -> None:
        self._verbs: list[Call] = []
        self._said: list[Call] = []
        """What is to be published."""
        self._waits: asyncio.TimerHandle | None = None
        """Until it goes without a verb."""
        self._wakes = [asyncio.Event() for _ in range(SENDERS)]
        """One a sender; set while it works."""

    def put(self, verbs: Iterable[Call]) -> None:
        """Have verbs sent."""
        self._verbs += verbs
        self._rouse()

    def say(self, said: Iterable[Call]) -> None:
        """Have something published: in its order, and after what was said before."""
        self._said += said
        if self._waits is None:
            loop = asyncio.get_running_loop()
            self._waits = loop.call_later(GATHER_S, self._say_now)

    async def batch(self, sender: int) -> list[Call]:
        """What that sender sends next, as soon as there is something."""
        wake = self._wakes[sender]
        while True:
            await wake.wait()
            batch, self._verbs = self._verbs[:BATCH], self._verbs[BATCH:]
            if self._verbs:
                self._rouse()
            if sender == 0:  # one connection keeps the order
                batch += self._take_said(goes=bool(batch))
            if batch:
                return batch
            wake.clear()

    def empty(self) -> list[Call]:
        """All that waits; nothing does any more."""
        left = self._verbs + self._take_said(goes=True)
        self._verbs = []
        return left

    def _rouse(self) -> None:
        """Have the first sender that is free send."""
        for wake in self._wakes:
            if not wake.is_set():
                wake.set()
                break

    def _take_said(self, *, goes: bool) -> list[Call]:
        """What is to be published, if a verb goes or it has waited long enough."""
        if self._waits is not None:
            if not goes:
                return []
            self._waits.cancel()
            self._waits = None
        said, self._said = self._said, []
        return said

    def _say_now(self) -> None:
        self._waits = None
        self._wakes[0].set()

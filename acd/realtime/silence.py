"""What routing hears of a visitor's words: where their silence counts, and after an end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from acd.chat.sessions import ChatPhase
from acd.domain.interaction import Channel, Outcome

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.realtime.visit import Visit

SPOKEN_EVERY_S: Final = 5.0
"""How often routing hears that somebody writes on: it counts silence by tens of seconds."""


class Silence:
    """Of one visit."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._told_s = 0.0
        self._said_ms = 0
        """When the visitor last wrote into a chat that was thought to go on."""

    def broken(self) -> None:
        """The visitor wrote: routing learns it where their silence counts."""
        chat, relay = self._visit.chat, self._visit.relay
        if chat is None or chat.live.phase not in {ChatPhase.ACTIVE, ChatPhase.IDLE}:
            return
        self._said_ms = relay.clock.now_ms()
        now_s = asyncio.get_running_loop().time()
        idle = chat.live.phase is ChatPhase.IDLE
        counts = relay.people.silence_counts(chat.live.queue or chat.queue)
        if idle or (counts and now_s >= self._told_s + SPOKEN_EVERY_S):
            self._told_s = now_s
            relay.chores.start(self._tell(chat.interaction), "visitor-spoke")

    async def _tell(self, interaction: InteractionId) -> None:
        await self._visit.relay.router.heard(interaction)

    def over(self, ended_ms: int) -> None:
        """The chat is over since then: a word that came before the news takes it up again."""
        if self._said_ms > ended_ms:
            self._said_ms = 0
            self._visit.relay.chores.start(self._return(), "visit-returns")

    async def _return(self) -> None:
        await self.returns()

    async def returns(self) -> bool:
        """Whether a word of the visitor takes up the chat that just ended: its agent concludes it.

        Raises:
            StoreUnavailable: Redis is away.
        """
        visit = self._visit
        chat = visit.chat
        if chat is None or chat.live.outcome != Outcome.HANDLED or chat.channel != Channel.CHAT:
            return False
        if (await visit.relay.router.heard(chat.interaction)).effect != "regained":
            return False
        await visit.refresh()
        return visit.writable

"""Visitors who left the page: routing is told, and the agents they ring see it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from acd.chat.delivery import to_agent
from acd.domain.errors import StoreUnavailable
from acd.domain.interaction import Channel

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.realtime.relay import Relay
    from acd.realtime.visit import Visit

RETURN_S: Final = 0.4
"""How long a visitor without a socket is waited for: a reload takes about that."""


class Absence:
    """Of the visitors of one node."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self.caller_grace_s = 15.0
        """How long a call that nobody took outlasts its page."""

    async def begins(self, visit: Visit) -> None:
        """Whoever is not back in a moment is gone, unless another node has a socket of theirs."""
        relay = self._relay
        visit.elsewhere.clear()
        relay.delivery.publish(visit.address, {"type": "here.ask"})
        await asyncio.sleep(RETURN_S)
        if visit.connections or relay.visits.get(visit.visitor) is not visit:
            return  # back, or seen off before
        del relay.visits[visit.visitor]  # and all is said before anything is waited for:
        visit.announce(on=False)  # who comes from here on comes anew
        try:
            await self.say(visit)
        finally:
            await relay.delivery.forget(visit.address, visit)

    async def say(self, visit: Visit) -> None:
        """Who waits is not there: for how long the place is kept, or the ring goes on, is settled.

        A chat may be taken up from another page; nobody hears a call but in the page that called.
        """
        chat = visit.chat
        if chat is None or not visit.in_line or visit.elsewhere:
            return
        if chat.channel == Channel.CALL:
            await self.found(chat.interaction)
        elif (await self._relay.router.contact_lost(chat.interaction)).changed:
            await self._tell_rung(chat.interaction)

    async def found(self, call: InteractionId) -> None:
        """Nobody is at the page that called: also where an agent took it and could not talk."""
        if (await self._relay.router.contact_lost(call, grace_s=self.caller_grace_s)).changed:
            await self._tell_rung(call)

    async def ends(self, visit: Visit) -> None:
        """They are here, and nobody talks with them yet; the next heartbeat says what cannot be."""
        if visit.chat is None or not visit.unserved:
            return
        with contextlib.suppress(StoreUnavailable):
            back = await self._relay.router.contact_back(visit.chat.interaction)
            if back.changed:
                await self._tell_rung(visit.chat.interaction)

    async def _tell_rung(self, interaction: InteractionId) -> None:
        """Whoever it rings looks again: see `Rings`."""
        seen = await self._relay.router.interaction(interaction)
        for offer in seen.offers if seen is not None else ():
            self._relay.delivery.publish(to_agent(offer.agent), {"type": "contact"})

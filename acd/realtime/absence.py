"""Visitors who left the page: routing is told, and the agents they ring see it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from acd.chat.rung import look_again
from acd.domain.errors import StoreUnavailable
from acd.domain.interaction import Channel, InteractionState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import InteractionId
    from acd.realtime.relay import Relay
    from acd.realtime.visit import Visit

RETURN_S: Final = 0.4
"""How long a visitor without a socket is waited for: a reload takes about that."""


class Absence:
    """Of the visitors of one node."""

    def __init__(self, relay: Relay, caller_grace_s: float) -> None:
        """`caller_grace_s`: how long a call that nobody took outlasts its page."""
        self._relay = relay
        self._caller_grace_s = caller_grace_s

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
            await self._follow(visit)
            await self.say(visit)
        finally:
            await relay.delivery.forget(visit.address, visit)

    async def _follow(self, visit: Visit) -> None:
        """Where their call loses its agent while they are away, routing hears it again."""
        chat = visit.chat
        if chat is None or chat.channel != Channel.CALL or visit.over or visit.elsewhere:
            return
        with contextlib.suppress(StoreUnavailable):  # `missed` comes when the subscription stands
            await self._relay.delivery.listen(visit.address, _Gone(self._relay, visit))

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

    async def found(self, call: InteractionId, *, for_s: float = 0.0) -> None:
        """Nobody is at the page that called: also where an agent took it and could not talk.

        `for_s`: how long they are known to be away; the grace is shorter by that.
        """
        grace_s = max(0.0, self._caller_grace_s - for_s)
        if (await self._relay.router.contact_lost(call, grace_s=grace_s)).changed:
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
        await look_again(self._relay.router, self._relay.delivery, interaction)


class _Gone:
    """A website's caller without a page: listens to their call until they are back or it is over.

    Whoever talks with them may still hear them, and does not lose them by it. An agent who is lost
    is different: nobody else is to be asked for a caller who is not there.
    """

    def __init__(self, relay: Relay, visit: Visit) -> None:
        assert visit.chat is not None  # noqa: S101 - as was asked
        self._relay = relay
        self._visit = visit
        self._call = visit.chat.interaction
        self._since_s = asyncio.get_running_loop().time() - RETURN_S

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Something happened to the call, or a node says who is with it."""
        del address
        kind, start = str(payload.get("type")), self._relay.chores.start
        if kind == "here" and payload.get("on"):
            start(self._forget(), "visitor-followed")
        elif payload.get("interaction") != self._call:
            return
        elif kind == "interaction.ended":
            start(self._forget(), "visitor-followed")
        elif kind == "interaction.requeued":
            start(self._say(), "visitor-still-gone")

    def missed(self, address: str) -> None:
        """Events were lost: see how it stands."""
        del address
        self._relay.chores.start(self._compare(), "visitor-still-gone")

    async def _compare(self) -> None:
        seen = await self._relay.router.interaction(self._call)
        if seen is None or seen.state == InteractionState.ENDED:
            await self._forget()
        else:
            await self._say()

    async def _say(self) -> None:
        if self._visit.visitor in self._relay.visits:  # they came while this began to listen
            await self._forget()
            return
        away_s = asyncio.get_running_loop().time() - self._since_s
        await self._relay.absence.found(self._call, for_s=away_s)

    async def _forget(self) -> None:
        await self._relay.delivery.forget(self._visit.address, self)

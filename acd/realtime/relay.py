"""The relay: who is connected to this node, and the work done for all of them at once.

Everything of a kind is batched: one heartbeat for all consoles and waiting visitors every five
seconds, one look at the lines and at the waiting visitors' places every second.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import AcdError, StoreUnavailable
from acd.realtime.absence import Absence
from acd.realtime.board import Board
from acd.realtime.chores import Chores
from acd.realtime.clock import TenantClock
from acd.realtime.desk import Desk
from acd.realtime.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.delivery import Delivery
    from acd.chat.people import People
    from acd.chat.sessions import ChatService
    from acd.domain.contact import Visitor
    from acd.domain.directory import Agent
    from acd.domain.ids import AgentId, ContactId, InteractionId, SessionId
    from acd.realtime.namespaces import Connection
    from acd.realtime.visitor_calls import Anchor
    from acd.records.conversations import Conversations
    from acd.routing.router import Router
    from acd.telephony.webrtc.servers import IceServers

log = structlog.get_logger(__name__)

HEARTBEAT_S: Final = 5.0
ALIVE_S: Final = 9.0
"""A console that was silent for longer does not count as here: its lease runs out."""
TICK_S: Final = 1.0
PLACES_A_TICK: Final = 500
"""Waiting visitors whose place is read in one tick; more of them take turns."""
HERE_EVERY_S: Final = 15.0


class Relay:
    """One node's desks and visits. `run` does the periodic work until it is cancelled."""

    def __init__(
        self,
        *,
        router: Router,
        delivery: Delivery,
        chat: ChatService,
        conversations: Conversations,
        people: People,
        ice: IceServers,
        called_at: Callable[[ContactId], Awaitable[str | None]],
        caller_grace_s: float,
    ) -> None:
        """`called_at` knows the number that a contact left, as people write it.

        `caller_grace_s`: how long a call that nobody took outlasts its page.
        """
        self.router = router
        self.delivery = delivery
        self.chat = chat
        self.conversations = conversations
        self.people = people
        self.ice = ice
        self.called_at = called_at
        self.anchor: Anchor | None = None
        """What the audio of website calls goes through; without it, it goes from page to page."""
        self.dials = False
        """Whether the house calls back whoever called; else agents do, on a telephone they have."""
        self.board = Board(router, people, lambda: self.dials)
        self.absence = Absence(self, caller_grace_s)
        self.clock = TenantClock()
        self.chores = Chores()
        self.desks: dict[AgentId, Desk] = {}
        self.visits: dict[Visitor, Visit] = {}
        self.visitors: set[Connection[Any]] = set()
        """Every visitor's connection, anonymous ones included."""
        self._stopping = False
        self._turn = 0

    # who is here

    def anchored(self, call: InteractionId) -> bool:
        """Whether a website's call goes through the server now."""
        return self.anchor is not None and self.anchor.anchors(call)

    def desk(self, agent: Agent) -> Desk:
        """The agent's desk on this node, made if need be."""
        found = self.desks.get(agent.id)
        if found is None:
            found = self.desks[agent.id] = Desk(self, agent)
        found.agent = agent
        return found

    def talks(self, agent: AgentId, sessions: int) -> bool:
        """Whether one of an agent's consoles, so many in all, can talk.

        Those of other nodes are taken for pages that can, as nearly all are.
        """
        desk = self.desks.get(agent)
        opened = [each.who for each in desk.connections if each.who.opened] if desk else []
        return any(one.talks for one in opened) or sessions > len({one.session for one in opened})

    async def leave_desk(self, desk: Desk, connection: Connection[Any], session: SessionId) -> None:
        """A console went: its session ends with its last socket, the desk with its last console.

        While the node stops nothing is said to Redis: a restart within the lease is not noticed.
        """
        desk.connections.discard(connection)
        if self._stopping:
            return
        left = session not in _sessions(desk)
        if not desk.connections and self.desks.get(desk.agent.id) is desk:
            del self.desks[desk.agent.id]
        try:
            if left:  # said at once: a reload opens the same session again in a moment
                await self.router.close_session(desk.agent.id, session)
        finally:
            if not desk.connections:
                await desk.close()

    def vouch(self, desk: Desk) -> None:
        """Routing takes the agent for gone: their consoles say that they are here, if they are."""
        here = sorted(self._alive(desk))
        if here:
            self.chores.start(self.router.heartbeat(here, ()), "vouch")

    def sign_out(self, desk: Desk, session: str) -> None:
        """End the consoles of a sign-in that ended; of every sign-in when none is named."""
        for connection in list(desk.connections):
            if not session or connection.who.sign_in == session:
                connection.end()

    async def arrive(self, visitor: Visitor, connection: Connection[Any]) -> Visit:
        """A visitor's socket is here; who was lost is back. `depart` undoes it."""
        visit = self.visits.get(visitor)
        if visit is None:
            visit = self.visits[visitor] = Visit(self, visitor)
        first = not visit.connections
        visit.connections.add(connection)  # before anything is waited for: see `Absence.begins`
        try:
            if visit.chat is None:
                with contextlib.suppress(StoreUnavailable):  # chat.resume says it and tries again
                    await visit.load(asker=connection)
            if first:
                visit.announce(on=True)
                await self.absence.ends(visit)
        except BaseException:
            self.depart(visit, connection)
            raise
        return visit

    def depart(self, visit: Visit, connection: Connection[Any]) -> None:
        """A visitor's socket is gone; with the last one the visitor is, unless back at once."""
        visit.connections.discard(connection)
        if not visit.connections and not self._stopping:
            self.chores.start(self.absence.begins(visit), "visitor-left")

    # the work for all

    async def run(self) -> None:
        """Heartbeats, lines, places, and what returns with Redis; until cancelled."""
        forget = self.router.link.on_change(self._store_changed)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.delivery.run(), name="delivery")
                group.create_task(_every(HEARTBEAT_S, self.beat), name="heartbeats")
                group.create_task(_every(TICK_S, self.tick), name="lines-and-places")
                group.create_task(_every(HERE_EVERY_S, self._check_here), name="who-is-here")
        finally:
            forget()  # it may be begun again

    async def beat(self) -> None:
        """Renew the leases of everybody who is here."""
        sessions = {each for desk in self.desks.values() for each in self._alive(desk)}
        waiting = {
            visit.chat.interaction: visit
            for visit in self.visits.values()
            if visit.chat is not None and visit.in_line and visit.connections
        }
        if not sessions and not waiting:
            return
        await self.router.heartbeat(sorted(sessions), sorted(waiting))
        if self._stopping:
            return
        # whoever left meanwhile may have been brought back by it
        held = {(d.agent.id, session) for d in self.desks.values() for session in _sessions(d)}
        for agent, session in sessions - held:
            await self.router.close_session(agent, session)
        for visit in waiting.values():
            if visit.visitor not in self.visits:
                await self.absence.say(visit)

    def _alive(self, desk: Desk) -> set[tuple[AgentId, SessionId]]:
        """The sessions of consoles that were opened, and heard not long ago."""
        since_s = asyncio.get_running_loop().time() - ALIVE_S
        return {
            (desk.agent.id, connection.who.session)
            for connection in desk.connections
            if connection.who.opened and connection.socket.last_heard > since_s
        }

    async def tick(self) -> None:
        """Tell agents their lines and visitors their places, where these changed."""
        await self.people.refresh()
        for desk in self.desks.values():
            desk.agent = self.people.agents.get(desk.agent.id, desk.agent)
        if not self.delivery.available:
            return
        await self.board.tell(self.desks.values())
        await self._tell_places()

    async def _tell_places(self) -> None:
        waiting = [v for v in self.visits.values() if v.in_line and v.connections]
        if len(waiting) > PLACES_A_TICK:
            start = self._turn % len(waiting)
            self._turn = start + PLACES_A_TICK
            waiting = (waiting + waiting)[start : start + PLACES_A_TICK]
        await _all(visit.refresh() for visit in waiting)

    async def _check_here(self) -> None:
        if self.delivery.available:
            await self.delivery.catch_up()
            await _all(desk.whereabouts.check() for desk in self.desks.values())

    # Redis goes and comes

    def _store_changed(self, available: bool) -> None:
        service: dict[str, object] = {"ok": available}
        if not available:
            service["code"] = StoreUnavailable.code
        for desk in self.desks.values():
            desk.emit("service", service)
        for connection in list(self.visitors):
            connection.emit("service", service)
        if available:
            self.chores.start(self._resume(), "resume")

    async def _resume(self) -> None:
        """Redis is back: vouch for everybody at once, hear again, show what is true."""
        with contextlib.suppress(AcdError):  # the next turn says it; what follows is not left out
            await self.beat()
        await self.delivery.catch_up()
        for desk in list(self.desks.values()):
            desk.missed("")
        for visit in list(self.visits.values()):
            visit.missed("")

    async def stop(self) -> None:
        """From now on sockets that close say nothing about those who held them."""
        self._stopping = True
        await self.chores.close()


def _sessions(desk: Desk) -> set[SessionId]:
    return {connection.who.session for connection in desk.connections}


async def _every(period_s: float, work: Callable[[], Awaitable[None]]) -> None:
    """Repeat the work; a store that is away is tried again at the next turn."""
    while True:
        started = time.monotonic()
        try:
            await work()
        except AcdError as error:
            log.debug("turn left out", code=error.code)
        except Exception:
            log.exception("periodic work failed")
        await asyncio.sleep(max(0.05, period_s - (time.monotonic() - started)))


async def _all(work: Any) -> None:
    """Run all of it side by side; the first fault is raised once all have ended."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result

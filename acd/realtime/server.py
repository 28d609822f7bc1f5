"""The realtime face of one node: both namespaces on one Socket.IO server, mounted at /socket.io.

realtime = Realtime(Stores(…), …)
realtime.attach(app)
group.create_task(realtime.run())
…
await realtime.stop()   # before the stores are closed
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.chat.callbacks import Callbacks
from acd.chat.delivery import Delivery
from acd.chat.messages import Messages
from acd.chat.notes import Notes
from acd.chat.numbers import Numbers
from acd.chat.outreach import Outreach
from acd.chat.people import People
from acd.chat.presence import Presence
from acd.chat.sessions import ChatService
from acd.chat.steering import Steering
from acd.chat.threads import Threads
from acd.domain.errors import AcdError
from acd.flow.openings import Openings
from acd.realtime.agents import Agents
from acd.realtime.callbacks import CalledBack
from acd.realtime.calling import Calling
from acd.realtime.conversing import Conversing
from acd.realtime.lines import Lines
from acd.realtime.namespaces import Handshake, SocketServer
from acd.realtime.outreach import Beginning
from acd.realtime.relay import Relay
from acd.realtime.steering import Steered
from acd.realtime.visitors import Visitors
from acd.realtime.work import Work
from acd.telephony.webrtc.servers import IceServers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp import web

    from acd.flow.intake import Intake
    from acd.records.accounts import Accounts
    from acd.records.contacts import Contacts
    from acd.records.conversations import Conversations
    from acd.records.directory import Directory
    from acd.records.history import History
    from acd.records.intakes import Intakes
    from acd.reporting.metrics import Metrics
    from acd.routing.limits import Limits
    from acd.routing.router import Router

log = structlog.get_logger(__name__)

NO_SERVERS: Final = IceServers()
ANY_NUMBER: Final = Numbers()
PATH: Final = "/socket.io"
SIGN_INS_EVERY_S: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The repositories and the limits the face works with.

    `limits` must know `connect`, `chat_start`, `steering`, `visitor_message`, `visitor_signal` and
    `agent_message`; a token of the last three stands for `allowance.LEASE` messages.
    """

    router: Router
    directory: Directory
    accounts: Accounts
    contacts: Contacts
    conversations: Conversations
    history: History
    intakes: Intakes
    intake: Intake
    limits: Limits


class Realtime:
    """Puts the face together. Everything given stays open until `stop` has returned."""

    def __init__(
        self,
        stores: Stores,
        *,
        address_of: Callable[[web.Request], str],
        same_origin: Callable[[web.Request], bool],
        message_chars: int = 4000,
        numbers: Numbers = ANY_NUMBER,
        ice: IceServers = NO_SERVERS,
        caller_grace_s: float = 15,
        metrics: Metrics | None = None,
    ) -> None:
        """`address_of` and `same_origin` know the proxies in front of us."""
        self.people = People(stores.directory)
        self.delivery = Delivery(stores.router)
        messages = Messages(stores.conversations, self.delivery, message_chars=message_chars)
        notes = Notes(messages, self.people)
        self.steering = Steering(
            router=stores.router, notes=notes, history=stores.history, limits=stores.limits
        )
        self.chat = ChatService(
            router=stores.router,
            conversations=stores.conversations,
            history=stores.history,
            intakes=stores.intakes,
            intake=stores.intake,
            messages=messages,
            notes=notes,
        )
        self.presence = Presence(stores.router, self.steering)
        self.callbacks = Callbacks(
            router=stores.router,
            delivery=self.delivery,
            contacts=stores.contacts,
            people=self.people,
            steering=self.steering,
            notes=notes,
            numbers=numbers,
        )
        self.outreach = Outreach(
            openings=Openings(stores.router, stores.intake, stores.intakes),
            steering=self.steering,
            notes=notes,
        )
        self.relay = Relay(
            router=stores.router,
            delivery=self.delivery,
            chat=self.chat,
            conversations=stores.conversations,
            people=self.people,
            ice=ice,
            called_at=self.callbacks.called_at,
            caller_grace_s=caller_grace_s,
        )
        threads = Threads(
            conversations=stores.conversations,
            contacts=stores.contacts,
            history=stores.history,
            messages=messages,
            people=self.people,
        )
        self._address_of = address_of
        self._same_origin = same_origin
        self.sockets = SocketServer(origin_allowed=self._origin_allowed, handshake=self._handshake)
        self.sockets.add(
            Visitors(
                relay=self.relay,
                accounts=stores.accounts,
                limits=stores.limits,
                callbacks=self.callbacks,
                metrics=metrics,
            )
        )
        self._agents = Agents(
            relay=self.relay,
            accounts=stores.accounts,
            limits=stores.limits,
            presence=self.presence,
            more={
                **Conversing(self.relay, threads, metrics).handlers,
                **Calling(self.relay, numbers).handlers,
                **Work(self.relay, threads).handlers,
                **Lines(self.relay).handlers,
                **Steered(self.steering).handlers,
                **CalledBack(self.callbacks).handlers,
                **Beginning(self.outreach, threads).handlers,
            },
            metrics=metrics,
        )
        self.sockets.add(self._agents)

    def attach(self, app: web.Application) -> None:
        """Serve Socket.IO at /socket.io of this application."""
        self.sockets.attach(app, PATH)

    async def run(self) -> None:
        """The face's own work; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.relay.run(), name="relay")
            group.create_task(self._watch_sign_ins(), name="sign-ins")

    async def stop(self) -> None:
        """Close every socket. Clients come back by themselves; to Redis nobody has left."""
        await self.relay.stop()
        await self.sockets.stop()

    async def _watch_sign_ins(self) -> None:
        while True:
            await asyncio.sleep(SIGN_INS_EVERY_S)
            try:
                await self._agents.check_sign_ins()
            except AcdError as error:
                log.debug("sign-ins not checked", code=error.code)

    def _origin_allowed(self, origin: str, environ: Mapping[str, Any]) -> bool:
        """Before the namespace is known: some site's origin, or ours."""
        if origin in self.people.origins or "*" in self.people.origins:
            return True
        request = environ.get("aiohttp.request")
        return request is not None and self._same_origin(request)

    def _handshake(self, request: web.Request) -> Handshake:
        return Handshake(
            address=self._address_of(request),
            origin=request.headers.get("Origin"),
            same_origin=self._same_origin(request),
            cookies=dict(request.cookies),
        )

"""The namespace of visitors: who may enter, and what a visitor may do with their own chat."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from acd.domain.conversation import AuthorKind, Side
from acd.domain.errors import (
    ChatEnded,
    NotFound,
    NotSignedIn,
    OriginRefused,
    StoreUnavailable,
)
from acd.domain.ids import DepartmentId, SiteId
from acd.domain.interaction import Channel
from acd.flow.intake import ChatStart
from acd.realtime.allowance import Allowance
from acd.realtime.guest import Guest, visit_of
from acd.realtime.namespaces import Ack, Connection, Namespace, parsed
from acd.realtime.typing import Typing
from acd.realtime.visit import NAMESPACE, Visit
from acd.realtime.visitor_calls import VisitorCalls
from acd.realtime.wire import visitors as wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.callbacks import Callbacks
    from acd.domain.contact import Visitor
    from acd.realtime.relay import Relay
    from acd.realtime.wire.common import Nothing
    from acd.records.accounts import Accounts
    from acd.reporting.metrics import Metrics
    from acd.routing.limits import Limits


class Visitors(Namespace[Guest]):
    """Every verb acts on the visitor's own chat; an id that a verb takes must be that chat's."""

    name = NAMESPACE

    def __init__(
        self,
        *,
        relay: Relay,
        accounts: Accounts,
        limits: Limits,
        callbacks: Callbacks,
        metrics: Metrics | None = None,
    ) -> None:
        self._relay = relay
        self._accounts = accounts
        self._limits = limits
        self._metrics = metrics
        handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "chat.start": self._start,
            "chat.resume": self._resume,
            "message.send": self._send,
            "typing": self._typing,
            "messages.read": self._read,
            "chat.leave": self._leave,
            **VisitorCalls(relay, limits, callbacks).handlers,
        }
        self.events = {name: (wire.ASKED[name][0], handle) for name, handle in handlers.items()}

    # coming and going

    async def enter(self, connection: Connection[Guest], auth: object) -> None:
        """Check limit, site, origin and token.

        Raises:
            NotFound: no such site. OriginRefused. NotSignedIn: the token stands for nobody here.
            TooMany. StoreUnavailable: the database is away.
        """
        given = parsed(wire.VisitorAuth, auth)
        assert isinstance(given, wire.VisitorAuth)  # noqa: S101 - for the type checker
        with contextlib.suppress(StoreUnavailable):
            await self._limits.take("connect", connection.handshake.address)
        await self._relay.people.refresh()
        site = self._relay.people.sites.get(SiteId(given.site))
        if site is None:
            raise NotFound("There is no such site; check data-site.", field="site")
        shake = connection.handshake
        if shake.origin and not (shake.same_origin or site.admits(shake.origin)):
            raise OriginRefused
        connection.who = Guest(site, given.locale)
        if given.token is not None:
            visitor = await self._accounts.visitor(given.token)
            if visitor is None or visitor.site != site.id:
                raise NotSignedIn("This conversation is not known any more; start a new one.")
            connection.who.token = given.token
            await self._identify(connection, visitor)

    async def entered(self, connection: Connection[Guest]) -> None:
        self._relay.visitors.add(connection)
        if self._metrics is not None:
            self._metrics.socket_opened("visitor")
        if not self._relay.delivery.available:
            connection.emit("service", {"ok": False, "code": StoreUnavailable.code})

    async def gone(self, connection: Connection[Guest], reason: str) -> None:
        del reason
        if connection in self._relay.visitors:
            self._relay.visitors.discard(connection)
            if self._metrics is not None:
                self._metrics.socket_closed("visitor")
        guest = connection.who
        if guest.typing is not None:
            guest.typing.stop()
        if guest.visit is not None:
            self._relay.depart(guest.visit, connection)

    async def _identify(self, connection: Connection[Guest], visitor: Visitor) -> Visit:
        guest = connection.who
        guest.visit = visit = await self._relay.arrive(visitor, connection)
        if connection.is_gone:  # meanwhile, when there was nothing to depart from
            self._relay.depart(visit, connection)
        guest.allowance = Allowance(self._limits, "visitor_message", visitor.contact)
        guest.signals = Allowance(self._limits, "visitor_signal", visitor.contact)
        return visit

    # verbs

    async def _start(self, connection: Connection[Guest], asked: wire.ChatStart) -> Ack:
        guest = connection.who
        relay = self._relay
        with contextlib.suppress(StoreUnavailable):
            await self._limits.take("chat_start", connection.handshake.address)
        visit = guest.visit
        ended = visit.chat if visit is not None and visit.over else None
        started = await relay.chat.start(
            ChatStart(
                site=guest.site.id,
                client_id=asked.client_id,
                visitor=visit.visitor if visit is not None else None,
                department=DepartmentId(asked.department),
                name=asked.name.strip() or "-",
                email=asked.email or "",
                locale=guest.locale,
                text=asked.text,
                page=asked.page or "",
                channel=Channel(asked.channel),
                known_ended=ended.interaction if ended is not None else None,
            )
        )
        guest.token = started.token or guest.token
        if visit is None:
            visit = await self._identify(connection, started.visitor)
        await visit.load(asker=connection)
        messages = await relay.chat.messages.after(started.conversation, 0)
        return {
            "ok": True,
            "token": guest.token,
            "chat": visit.state(guest.locale),
            "messages": messages,
        }

    async def _resume(self, connection: Connection[Guest], asked: wire.ChatResume) -> Ack:
        guest = connection.who
        visit = guest.visit
        if visit is None:
            return {"ok": True, "chat": None, "messages": []}
        await visit.load(asker=connection)
        chat = visit.chat
        messages = []
        if chat is not None:
            messages = await self._relay.chat.messages.after(chat.conversation.id, asked.after_seq)
        return {"ok": True, "chat": visit.state(guest.locale), "messages": messages}

    async def _send(self, connection: Connection[Guest], asked: wire.VisitorMessageSend) -> Ack:
        guest = connection.who
        visit = visit_of(guest)
        if visit.chat is None:
            await visit.load()
        chat = visit.chat
        if chat is None:
            raise NotFound("There is no chat yet; start one.")
        if guest.allowance is not None:
            await guest.allowance.take()
        if not visit.writable and not await visit.silence.returns():
            raise ChatEnded
        if guest.typing is not None:
            guest.typing.stop()
        message, fresh = await self._relay.chat.messages.send(
            contact=chat.contact,
            conversation=chat.conversation.id,
            client_id=asked.client_id,
            author_kind=AuthorKind.VISITOR,
            author_id=chat.contact,
            author_name=chat.contact_name,
            text=asked.text,
            socket=connection.sid,
        )
        if fresh and self._metrics is not None:
            self._metrics.message_stored("visitor")
        visit.silence.broken()
        return {"ok": True, "message": message}

    async def _typing(self, connection: Connection[Guest], asked: wire.VisitorTyping) -> Ack:
        guest = connection.who
        visit = visit_of(guest)
        if visit.chat is None or visit.over:
            return {"ok": True}
        if guest.typing is None:
            guest.typing = Typing(lambda on: self._tell_typing(visit, connection, on=on))
        guest.typing.heard(on=asked.on)
        return {"ok": True}

    def _tell_typing(self, visit: Visit, connection: Connection[Guest], *, on: bool) -> None:
        if visit.chat is not None:
            self._relay.chat.messages.typing(
                contact=visit.chat.contact,
                conversation=visit.chat.conversation.id,
                side=Side.VISITOR,
                name=visit.chat.contact_name,
                on=on,
                socket=connection.sid,
            )

    async def _read(self, connection: Connection[Guest], asked: wire.VisitorMessagesRead) -> Ack:
        visit = visit_of(connection.who)
        if visit.chat is None:
            raise NotFound("There is no chat yet; start one.")
        if asked.seq > visit.visitor_read:
            await self._relay.chat.messages.read(
                contact=visit.chat.contact,
                conversation=visit.chat.conversation.id,
                side=Side.VISITOR,
                seq=asked.seq,
            )
        return {"ok": True}

    async def _leave(self, connection: Connection[Guest], asked: Nothing) -> Ack:
        del asked
        guest = connection.who
        visit = visit_of(guest)
        if visit.chat is None:
            await visit.load()
        if visit.chat is None:
            raise NotFound("There is no chat to leave.")
        await visit.refresh()
        await self._relay.chat.leave(visit.chat)
        await visit.refresh()
        return {"ok": True, "chat": visit.state(guest.locale)}

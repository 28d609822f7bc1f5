"""The namespace of agents: who may enter, and what an agent says of themselves and to a ring."""

from __future__ import annotations

import contextlib
import hmac
from typing import TYPE_CHECKING, Any

from acd.chat.actors import Actor
from acd.domain.agent import Availability, When
from acd.domain.errors import Forbidden, NotSignedIn, StoreUnavailable
from acd.domain.ids import ConversationId, OfferId, SessionId, new_id
from acd.domain.interaction import Channel
from acd.domain.offer import AcceptOutcome
from acd.realtime.allowance import Allowance
from acd.realtime.console import Console
from acd.realtime.desk import NAMESPACE
from acd.realtime.namespaces import Ack, Connection, Namespace, parsed
from acd.realtime.wire import agents as wire
from acd.records.accounts import SESSION_COOKIE
from acd.records.secrets import token_hash

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from acd.chat.presence import Presence
    from acd.realtime.desk import Desk
    from acd.realtime.relay import Relay
    from acd.realtime.wire.common import Nothing
    from acd.records.accounts import Accounts
    from acd.reporting.metrics import Metrics
    from acd.routing.limits import Limits

    Verb = Callable[..., Awaitable[Ack]]


class Agents(Namespace[Console]):
    """Verbs act on what the agent's own desk holds; only those of `Steering` reach further."""

    name = NAMESPACE

    def __init__(
        self,
        *,
        relay: Relay,
        accounts: Accounts,
        limits: Limits,
        presence: Presence,
        more: Mapping[str, Verb],
        metrics: Metrics | None = None,
    ) -> None:
        """Args: more is the verbs that have files of their own, by the names of their events."""
        self._relay = relay
        self._accounts = accounts
        self._limits = limits
        self._said = presence
        self._metrics = metrics
        handlers: dict[str, Verb] = {
            "console.open": self._open,
            "presence.set": self._presence,
            "offer.delivered": self._delivered,
            "offer.accept": self._accept,
            "offer.decline": self._decline,
            "heartbeat": self._heartbeat,
            **more,
        }
        self.events = {name: (wire.ASKED[name][0], handle) for name, handle in handlers.items()}

    # coming and going

    async def enter(self, connection: Connection[Console], auth: object) -> None:
        """Check origin, cookie and CSRF token.

        Raises:
            Forbidden: another website's page. NotSignedIn. TooMany. StoreUnavailable.
        """
        given = parsed(wire.AgentAuth, auth)
        assert isinstance(given, wire.AgentAuth)  # noqa: S101 - for the type checker
        if not connection.handshake.same_origin:
            raise Forbidden("The console is served by this server alone.")
        with contextlib.suppress(StoreUnavailable):
            await self._limits.take("connect", connection.handshake.address)
        token = connection.handshake.cookies.get(SESSION_COOKIE, "")
        signed_in = await self._accounts.session(token) if token else None
        if signed_in is None or not hmac.compare_digest(signed_in.csrf, given.csrf):
            raise NotSignedIn
        await self._relay.people.refresh()
        agent = signed_in.agent
        session = SessionId(given.session or new_id("ss"))
        desk = self._relay.desk(agent)
        desk.connections.add(connection)
        allowance = Allowance(self._limits, "agent_message", agent.id)
        connection.who = Console(desk, session, token, allowance, talks=given.talks)

    async def entered(self, connection: Connection[Console]) -> None:
        if self._metrics is not None:
            self._metrics.socket_opened("agent")
        # a page in the background is throttled, its answers to pings are not
        connection.socket.ping_s = 5.0
        connection.socket.schedule_ping()
        if not self._relay.delivery.available:
            connection.emit("service", {"ok": False, "code": StoreUnavailable.code})

    async def gone(self, connection: Connection[Console], reason: str) -> None:
        del reason
        if self._metrics is not None:
            self._metrics.socket_closed("agent")
        console = connection.who
        for typing in console.typing.values():
            typing.stop()
        await self._relay.leave_desk(console.desk, connection, console.session)

    async def check_sign_ins(self) -> None:
        """End the consoles whose sign-in has ended: signed out, expired, deactivated."""
        desks = {
            (desk, connection.who.token)
            for desk in self._relay.desks.values()
            for connection in desk.connections
        }
        standing = await self._accounts.standing({token for _, token in desks})
        for desk, token in desks:
            if token not in standing:
                self._relay.sign_out(desk, token_hash(token))

    # verbs

    async def _open(self, connection: Connection[Console], asked: Nothing) -> Ack:
        del asked
        console, relay = connection.who, self._relay
        desk = console.desk
        await desk.open()  # subscribed before the snapshot, and before the session counts
        opened = await relay.router.open_session(desk.agent.id, console.session)
        console.opened = True
        await desk.refresh()
        lines = await relay.board.of(desk.agent)
        desk.show_lines(lines)  # to the other consoles too: what differs is told, from now on
        agent = desk.agent
        now = relay.clock.now_ms()
        return {
            "ok": True,
            "now": now,
            "seq": max(opened.address_seq, desk.address_seq),
            "session": console.session,
            "me": {
                "id": agent.id,
                "name": agent.name,
                "role": agent.role.value,
                "departments": relay.people.departments_of(agent, agent.locale),
                "locale": agent.locale,
            },
            "presence": _presence_of(desk, now),
            "offers": [desk.rings.shown(offer) for offer in desk.rings.offers],
            "chats": [desk.described(chat) for chat in desk.chats.values()],
            "lines": lines,
        }

    async def _presence(self, connection: Connection[Console], asked: wire.PresenceSet) -> Ack:
        desk = connection.who.desk
        connection.who.check_opened()
        await self._said.set(
            Actor.person(desk.agent),
            desk.agent.id,
            channel=Channel(asked.channel) if asked.channel is not None else None,
            availability=Availability(asked.availability),
            reason=asked.reason,
            when=When(asked.when),
        )
        await desk.refresh()
        return {"ok": True, "presence": _presence_of(desk, self._relay.clock.now_ms())}

    async def _delivered(self, connection: Connection[Console], asked: wire.OfferName) -> Ack:
        await self._relay.router.delivered(OfferId(asked.offer), connection.who.desk.agent.id)
        return {"ok": True}

    async def _accept(self, connection: Connection[Console], asked: wire.OfferName) -> Ack:
        desk, relay = connection.who.desk, self._relay
        answer = await relay.router.accept(OfferId(asked.offer), desk.agent.id)
        ack: Ack = {"ok": True, "outcome": answer.outcome.value}
        if answer.winner is not None:
            winner = str(answer.winner)
            ack["winner"] = {"id": winner, "name": relay.people.agent_name(winner)}
        if answer.outcome is AcceptOutcome.ACCEPTED and answer.winner in (None, desk.agent.id):
            await desk.refresh()
            chat = desk.chats.get(answer.interaction)
            if chat is not None:
                if chat.callback is None or not chat.callback.number_ref:  # else once they answer
                    relay.chores.start(
                        relay.chat.notes.joined(
                            chat.contact,
                            chat.conversation,
                            chat.interaction,
                            asked.offer.rpartition(".")[2],
                            desk.agent.id,
                        ),
                        "joined",
                    )
                ack["chat"] = desk.described(chat)
        return ack

    async def _decline(self, connection: Connection[Console], asked: wire.OfferDecline) -> Ack:
        desk = connection.who.desk
        ended = await self._relay.router.decline(
            OfferId(asked.offer), desk.agent.id, asked.reason.strip()
        )
        return {"ok": True, "outcome": ended.outcome.value if ended.outcome else "unknown"}

    async def _heartbeat(self, connection: Connection[Console], asked: Nothing) -> Ack:
        del asked
        relay = self._relay
        open_ids = sorted({chat.conversation for chat in connection.who.desk.chats.values()})
        last: dict[ConversationId, int] = {}
        if open_ids:
            last = await relay.conversations.last_seqs(open_ids)
        return {"ok": True, "now": relay.clock.now_ms(), "last_seq": last}


def _presence_of(desk: Desk, now_ms: int) -> dict[str, Any]:
    if desk.presence is None:  # the directory's change has not reached routing yet
        raise StoreUnavailable
    return {**desk.presence, "now": now_ms}

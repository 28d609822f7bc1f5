"""Socket.IO over those sockets: namespaces, handshakes, events and their acknowledgements.

python-socketio decodes the packets. Its own bookkeeping of rooms is left out: a disconnect there
looks at every room of the namespace, so that ten thousand visitors leaving at once would stop the
node for many seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import socketio
import structlog
from pydantic import ValidationError
from socketio import packet as sio_packet

from acd.domain.errors import AcdError, BadRequest, MessageNotText
from acd.domain.ids import new_id
from acd.realtime import frames
from acd.realtime.transport import Engine, Socket
from acd.realtime.wire.common import MAX_PAYLOAD_BYTES, Inbound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aiohttp import web

log = structlog.get_logger(__name__)

Ack = dict[str, Any]
Identity = TypeVar("Identity")

PING_S: Final = 15.0
PONG_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """What the HTTP request that opened the socket said."""

    address: str
    origin: str | None
    same_origin: bool
    cookies: Mapping[str, str]


class _Json:
    """What the packets are read with: one decoder, where engineio's module makes one a packet."""

    loads: Final = staticmethod(json.JSONDecoder().decode)
    dumps: Final = staticmethod(json.dumps)


class _Packet(sio_packet.Packet):  # type: ignore[misc] # socketio ships no types
    json = _Json


class Connection(Generic[Identity]):
    """One client in one namespace. `who` is set by the namespace when it lets the client in.

    What is said before the client knows that it is in, is said after that.
    """

    __slots__ = ("_early", "handshake", "namespace", "sid", "socket", "who")

    def __init__(self, socket: Socket, namespace: str, handshake: Handshake) -> None:
        self.socket = socket
        self.namespace = namespace
        self.handshake = handshake
        self.sid = new_id("so")
        self.who: Identity
        self._early: list[frames.Packet] | None = []

    @property
    def is_gone(self) -> bool:
        """Whether the client's socket is closed, or about to be."""
        return self.socket.closed or self.socket.closing

    def let_in(self) -> None:
        """Tell the client that it is in the namespace."""
        early, self._early = self._early or (), None
        self.socket.push(frames.connected(self.namespace, self.sid))
        for packet in early:
            self.socket.push(packet)

    def emit(self, name: str, data: Mapping[str, object]) -> None:
        """Send an event; the client may be gone, then nothing happens."""
        self.push(frames.event(self.namespace, name, data))

    def push(self, packet: frames.Packet, *, soon: bool = False) -> None:
        """Send an event that was serialised for several; soon: see `Socket.push`."""
        if self._early is None:
            self.socket.push(packet, soon=soon)
        else:
            self._early.append(packet)

    def end(self) -> None:
        """Put the client out of the namespace; it does not come back by itself."""
        self.socket.push(frames.left(self.namespace))
        self.socket.server.own(self.socket.close(wait=False))


class Namespace(Generic[Identity]):
    """One namespace: who may enter, and what they may say there."""

    name: str
    events: dict[str, tuple[type[Inbound], Callable[[Connection[Identity], Any], Awaitable[Ack]]]]

    async def enter(self, connection: Connection[Identity], auth: object) -> None:
        """Let the client in and set `who`; raises AcdError to refuse."""
        raise NotImplementedError

    async def entered(self, connection: Connection[Identity]) -> None:
        """The client knows that it is in: what it is told first goes here."""

    async def gone(self, connection: Connection[Identity], reason: str) -> None:
        """The client left or was lost."""
        raise NotImplementedError

    async def hear(self, connection: Connection[Identity], name: str, data: object) -> Ack:
        """Handle one event; the acknowledgement says what came of it, errors included."""
        try:
            known = self.events.get(name)
            if known is None:
                raise BadRequest(f"There is no event {name[:40]!r} here.", field="event")
            model, handle = known
            return await handle(connection, parsed(model, data))
        except AcdError as error:
            return {"ok": False, "error": described(error)}
        except Exception:  # the face answers whatever happens, and the log has the rest
            log.exception("socket event failed", event_name=name, namespace=self.name)
            return {"ok": False, "error": described(AcdError())}


def parsed(model: type[Inbound], data: object) -> Inbound:
    """Raises BadRequest with the field at fault, or MessageNotText for a lone surrogate."""
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        if first["type"] == "string_unicode" and field == "text":
            raise MessageNotText(field="text") from None
        message = f"{field}: {first['msg']}" if field else first["msg"]
        raise BadRequest(message, field=field) from None


def described(error: AcdError) -> Ack:
    """An error as the wire says it."""
    out: Ack = {"code": error.code, "message": error.detail, "retryable": error.retryable}
    if error.field is not None:
        out["field"] = error.field
    retry_after_s = getattr(error, "retry_after_s", None)
    if retry_after_s is not None:
        out["retry_after_s"] = retry_after_s
    return out


class SocketServer(socketio.AsyncServer):  # type: ignore[misc] # socketio ships no types
    """The Socket.IO server: one registry of namespaces, one of connections."""

    eio: Engine

    def __init__(
        self,
        *,
        origin_allowed: Callable[[str, Mapping[str, Any]], bool],
        handshake: Callable[[web.Request], Handshake],
        transports: list[str] | None = None,
    ) -> None:
        super().__init__(
            async_handlers=False,  # the events of one client are handled in the order it sent them
            cors_allowed_origins=origin_allowed,
            cors_credentials=False,
            max_http_buffer_size=MAX_PAYLOAD_BYTES,
            http_compression=False,
            ping_interval=PING_S,
            ping_timeout=PONG_S,
            transports=transports,
        )
        self._handshake = handshake
        self._rooms: dict[str, Namespace[Any]] = {}
        self._connections: dict[tuple[str, str], Connection[Any]] = {}
        self._handshakes: dict[str, Handshake] = {}
        self.eio.on_opened = self._opened
        self.eio.on_text = self._heard
        self.eio.on_closed = self._closed
        self.eio.has_entered = self._has_entered

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    def add(self, namespace: Namespace[Any]) -> None:
        """Serve a namespace."""
        self._rooms[namespace.name] = namespace

    def connections(self, namespace: str) -> list[Connection[Any]]:
        """Everyone in a namespace now."""
        return [c for (_, name), c in self._connections.items() if name == namespace]

    async def stop(self) -> None:
        """Close every socket; clients reconnect by themselves."""
        await self.eio.stop()

    def _opened(self, socket: Socket, request: web.Request) -> None:
        self._handshakes[socket.sid] = self._handshake(request)

    def _has_entered(self, socket: Socket) -> bool:
        return any((socket.sid, name) in self._connections for name in self._rooms)

    async def _closed(self, socket: Socket, reason: str) -> None:
        self._handshakes.pop(socket.sid, None)
        for name in self._rooms:
            await self._left(socket, name, reason)

    async def _left(self, socket: Socket, name: str, reason: str) -> None:
        connection = self._connections.pop((socket.sid, name), None)
        if connection is None:
            return
        try:
            await self._rooms[name].gone(connection, reason)
        except AcdError as error:
            log.warning("leaving failed", namespace=name, code=error.code)
        except Exception:
            log.exception("leaving failed", namespace=name)

    async def _heard(self, socket: Socket, text: str) -> None:
        try:
            received = _Packet(encoded_packet=text)
        except (ValueError, TypeError, IndexError, RecursionError):
            await socket.close(wait=False)  # not this protocol
            return
        name = received.namespace or "/"
        kind = received.packet_type
        if kind == sio_packet.EVENT:
            await self._event(socket, name, received)
        elif kind == sio_packet.CONNECT:
            await self._enter(socket, name, received.data)
        elif kind == sio_packet.DISCONNECT:
            await self._left(socket, name, self.reason.CLIENT_DISCONNECT)
        elif kind != sio_packet.ACK:  # nothing of ours asks for an acknowledgement, or is binary
            await socket.close(wait=False)

    async def _event(self, socket: Socket, name: str, received: Any) -> None:
        connection = self._connections.get((socket.sid, name))
        if connection is None:
            return
        match received.data:
            case [str() as event]:
                ack = await self._rooms[name].hear(connection, event, None)
            case [str() as event, data]:
                ack = await self._rooms[name].hear(connection, event, data)
            case _:
                ack = {"ok": False, "error": described(BadRequest("An event is [name, data]."))}
        if received.id is not None:
            socket.push(frames.acknowledgement(name, received.id, ack))

    async def _enter(self, socket: Socket, name: str, auth: object) -> None:
        room = self._rooms.get(name)
        handshake = self._handshakes.get(socket.sid)
        if room is None or handshake is None or (socket.sid, name) in self._connections:
            refusal = {"code": "bad_request", "message": "There is no such namespace."}
            socket.push(frames.refused(name, refusal))
            return
        connection: Connection[Any] = Connection(socket, name, handshake)
        try:
            await room.enter(connection, auth)
        except AcdError as error:
            socket.push(frames.refused(name, described(error)))
            return
        except Exception:
            log.exception("entering failed", namespace=name)
            socket.push(frames.refused(name, described(AcdError())))
            return
        if connection.is_gone:
            await room.gone(connection, self.reason.TRANSPORT_CLOSE)
            return
        self._connections[(socket.sid, name)] = connection
        connection.let_in()
        await room.entered(connection)

"""Engine.IO sockets that cost little: no deflate, no task a message, no queue once on WebSocket.

python-engineio keeps handshake, long polling and upgrade. What is replaced here, and why, on
python-engineio 4.15: per message it starts two tasks and a timeout, per connection it keeps a
writer task, a sleeping ping task and (through aiohttp's default) a deflate context of about
100 KiB. A frame is written straight to the transport; whoever reads too slowly is disconnected,
so that no slow reader ever holds up the others.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import engineio
from aiohttp import WSMsgType, web
from engineio import async_socket, exceptions
from engineio import packet as eio_packet

from acd.realtime import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

SLOW_READER_BYTES: Final = 1024 * 1024
"""Unsent bytes at which a WebSocket counts as gone."""

SLOW_READER_PACKETS: Final = 1000
"""Unfetched packets at which a polling client counts as gone."""

SOON_S: Final = 0.02
"""How long what is said soon may be held for what is said next: a write costs more than a frame."""

_CLOSE_FRAME: Final = b"\x88\x02\x03\xe8"  # 1000, normal closure
_PING: Final = frames.packet(b"2")
_NAMELESS_S: Final = 20.0  # a socket that enters no namespace within this is closed


class PlainWebSocket:
    """What engineio calls a WebSocket: the same handshake as its own, without deflate."""

    def __init__(self, handler: Callable[[PlainWebSocket], Any], server: Any) -> None:
        self._handler = handler
        self._server = server
        self.response: web.WebSocketResponse
        self.transport: asyncio.Transport

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        request: web.Request = environ["aiohttp.request"]
        self.response = web.WebSocketResponse(
            max_msg_size=self._server.max_http_buffer_size, compress=False
        )
        await self.response.prepare(request)
        if request.transport is None:  # gone meanwhile
            return self.response
        self.transport = request.transport
        environ.clear()  # engineio would keep the headers for the life of the socket
        await self._handler(self)
        return self.response


class Socket(async_socket.AsyncSocket):  # type: ignore[misc] # engineio ships no types
    """One client's connection, whichever transport carries it."""

    server: Engine
    sid: str
    connected: bool
    upgraded: bool
    closing: bool
    closed: bool

    def __init__(self, server: Engine, sid: str) -> None:
        super().__init__(server, sid)
        self.ping_s: float = server.ping_interval
        self.last_heard: float = server.loop.time()
        self._wire: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._inbox = asyncio.Lock()
        self._held: list[bytes] = []
        self._release: asyncio.TimerHandle | None = None

    # outgoing

    def push(self, packet: frames.Packet, *, soon: bool = False) -> None:
        """Send without waiting, in the order of the calls; nothing happens when the client is gone.

        Soon: within `SOON_S`, in one write with what is sent until then.
        """
        if self._wire is None:
            if not self.closed and not self.closing:
                self.queue.put_nowait(
                    eio_packet.Packet(eio_packet.MESSAGE, packet.text[1:])
                    if packet.frame[packet.text_at] == ord("4")
                    else eio_packet.Packet(encoded_packet=packet.text)
                )
                if self.queue.qsize() > SLOW_READER_PACKETS:
                    self.server.own(self.close(wait=False, abort=True))
        elif soon:
            self._held.append(packet.frame)
            if self._release is None:
                self._release = self.server.loop.call_later(SOON_S, self._write, b"")
        else:
            self._write(packet.frame)

    def _write(self, frame: bytes) -> None:
        """What is held, and this."""
        if self._release is not None:
            self._release.cancel()
            self._release = None
            self._held.append(frame)
            frame = b"".join(self._held)
            self._held.clear()
        wire = self._wire
        if wire is None or wire.is_closing():
            return
        if wire.get_write_buffer_size() > SLOW_READER_BYTES:
            wire.abort()
            return
        wire.write(frame)

    async def send(self, pkt: Any) -> None:
        """What engineio itself sends: its handshake, and packets of the upgrade."""
        if self.closed:
            raise exceptions.SocketIsClosedError
        if self._wire is None:
            self.queue.put_nowait(pkt)
        else:
            self.push(frames.packet(pkt.encode().encode()))

    # liveness: a client whose answer to a ping does not come in time is gone

    def schedule_ping(self) -> None:
        """Ping after `ping_s` seconds; replaces any earlier plan."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.server.loop.call_later(self.ping_s, self._ping)

    def _ping(self) -> None:
        if self.closed or self.closing:
            return
        self.push(_PING)
        self._timer = self.server.loop.call_later(self.server.ping_timeout, self._lost)

    def _lost(self) -> None:
        if self._wire is not None:
            self._wire.abort()  # the reader ends, and with it the socket
        else:
            self.server.own(
                self.close(wait=False, abort=True, reason=self.server.reason.PING_TIMEOUT)
            )

    # incoming

    async def receive(self, pkt: Any) -> None:
        """One packet of a polling client, in order even if it posts in parallel."""
        async with self._inbox:
            await self._received(str(pkt.packet_type) + (pkt.data or ""))

    async def _received(self, text: str) -> None:
        self.last_heard = self.server.loop.time()
        kind = text[:1]
        if kind == "4":
            await self.server.on_text(self, text[1:])
        elif kind == "3":
            self.schedule_ping()
        elif kind == "5":
            await self.send(eio_packet.Packet(eio_packet.NOOP))
        elif kind == "1":
            await self.close(wait=False, abort=True, reason=self.server.reason.CLIENT_DISCONNECT)
        else:
            await self.close(wait=False, reason=self.server.reason.TRANSPORT_ERROR)

    async def _websocket_handler(self, ws: PlainWebSocket) -> None:
        if self.connected:
            self.upgrading = True
            try:
                if not await self._upgrade(ws):
                    return
            finally:
                self.upgrading = False
        self.connected = self.upgraded = True
        self._attach(ws.transport)
        try:
            while not self.closed:
                message = await ws.response.receive()
                if message.type is not WSMsgType.TEXT:
                    break
                await self._received(message.data)
        finally:
            self._wire = None
            await self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    async def _upgrade(self, ws: PlainWebSocket) -> bool:
        probe = await ws.response.receive()
        if probe.data != "2probe":
            return False
        await ws.response.send_str("3probe")
        self.queue.put_nowait(eio_packet.Packet(eio_packet.NOOP))  # ends the poll in flight
        return bool((await ws.response.receive()).data == "5")

    def _attach(self, transport: asyncio.Transport) -> None:
        self._wire = transport
        while not self.queue.empty():
            if (waiting := self.queue.get_nowait()) is not None:
                self.push(frames.packet(waiting.encode().encode()))

    # the end

    async def close(
        self, wait: bool = True, abort: bool = False, reason: str | None = None
    ) -> None:
        """Close once; `abort` says the client is gone already. Never waits for the client."""
        if self.closed or self.closing:
            return
        self.closing = True
        for timer in (self._timer, self._release if abort else None):
            if timer is not None:
                timer.cancel()
        try:
            await self.server.on_closed(self, reason or self.server.reason.SERVER_DISCONNECT)
        finally:
            self.closed = True
            self.server.sockets.pop(self.sid, None)
            if self._wire is None:
                if not abort:
                    self.queue.put_nowait(eio_packet.Packet(eio_packet.CLOSE))
                self.queue.put_nowait(None)
            else:
                if not abort:
                    self._write(frames.packet(b"1").frame + _CLOSE_FRAME)
                self._wire.close()


class Engine(engineio.AsyncServer):  # type: ignore[misc] # engineio ships no types
    """The Engine.IO server with our sockets."""

    sockets: dict[str, Socket]
    _async: dict[str, Any]

    def __init__(self, **options: Any) -> None:
        super().__init__(async_mode="aiohttp", monitor_clients=False, **options)
        self._async = {**self._async, "websocket": PlainWebSocket}
        self._owned: set[asyncio.Task[None]] = set()
        self.on_text: Callable[[Socket, str], Coroutine[Any, Any, None]]
        self.on_closed: Callable[[Socket, str], Coroutine[Any, Any, None]]
        self.on_opened: Callable[[Socket, web.Request], None]
        self.has_entered: Callable[[Socket], bool]

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def own(self, work: Coroutine[Any, Any, None]) -> None:
        """Run short work to its end; `stop` waits for it."""
        task = asyncio.get_running_loop().create_task(work, name="engine-close")
        self._owned.add(task)
        task.add_done_callback(self._owned.discard)

    async def _handle_connect(
        self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None
    ) -> Any:
        sid = self.generate_id()
        socket = self.sockets[sid] = Socket(self, sid)
        await socket.send(
            eio_packet.Packet(
                eio_packet.OPEN,
                {
                    "sid": sid,
                    "upgrades": self._upgrades(sid, transport),
                    "pingTimeout": int(self.ping_timeout * 1000),
                    "pingInterval": int(self.ping_interval * 1000),
                    "maxPayload": self.max_http_buffer_size,
                },
            )
        )
        self.on_opened(socket, environ["aiohttp.request"])
        self.loop.call_later(_NAMELESS_S, self._close_nameless, sid)
        socket.schedule_ping()
        if transport == "websocket":
            return await socket.handle_get_request(environ)
        socket.connected = True
        return self._ok(await socket.poll(), jsonp_index=jsonp_index)

    def _close_nameless(self, sid: str) -> None:
        socket = self.sockets.get(sid)
        if socket is not None and not self.has_entered(socket):
            self.own(socket.close(wait=False))

    async def stop(self) -> None:
        """Tell every client that the connection ends; they reconnect to another node, or to us."""
        await asyncio.gather(*(socket.close(wait=False) for socket in list(self.sockets.values())))
        while self._owned:
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*self._owned, return_exceptions=True)

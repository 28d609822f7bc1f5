"""A Socket.IO client that costs little, so that the load does not become the bottleneck.

Engine.IO 4 over one WebSocket, text packets only: what the console and the widget speak. It is
written here because a client library's would cost as much of the machine as the node does: browsers
are elsewhere, and only what they send and when is part of what is measured.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from pydantic_core import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BEAT_S: Final = 5.0
_CONNECT_S: Final = 30.0
_UPGRADE: Final = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
    "Host: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: YmVuY2gtY29uc29sZS0wMA==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)
_UNMASKED: Final = b"\0\0\0\0"
"""A client masks what it sends (RFC 6455, 5.3); under this key it stays what it is."""
_TEXT, _CLOSE = 1, 8
_FARE_WELL: Final = b"\x88\x80" + _UNMASKED


class Refused(Exception):
    """The server answered a connection or an event with an error."""


class Gone(Exception):
    """The connection ended before the answer came."""


class Socket(asyncio.Protocol):
    """One connected namespace. Handlers are plain functions and must not block."""

    def __init__(self, namespace: str, auth: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._auth = auth
        self._event = f'42{namespace},["'.encode()
        self._answer = f"43{namespace},".encode()
        self._transport: asyncio.Transport
        self._received = b""
        self._speaks = False
        """Whether the server has changed to WebSocket."""
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._handlers: dict[bytes, Callable[[Any], None]] = {}
        self._sent = 0
        self._beat: asyncio.TimerHandle | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        """The connection is over, whoever ended it."""

    @classmethod
    async def connect(
        cls,
        url: str,
        namespace: str,
        auth: Mapping[str, Any],
        *,
        headers: Mapping[str, str],
    ) -> Self:
        """Opens the socket and joins the namespace.

        Raises:
            OSError: nobody serves there.
            Refused: the server did not let us in.
            Gone: the connection ended meanwhile.
        """
        where = urlsplit(url)
        transport, socket = await asyncio.get_running_loop().create_connection(
            lambda: cls(namespace, auth), where.hostname, where.port
        )
        socket._transport = transport
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        transport.write(_UPGRADE.format(host=where.netloc, more=more).encode())
        await asyncio.wait_for(socket._ready, _CONNECT_S)
        return socket

    def on(self, event: str, handler: Callable[[Any], None]) -> None:
        """Call `handler(data)` for the event."""
        self._handlers[event.encode()] = handler

    async def ask(self, event: str, data: Mapping[str, Any]) -> Any:
        """Sends an event and waits for its answer.

        Raises:
            Refused: the answer is an error.
            Gone: there will be none.
        """
        if self.gone.is_set():
            raise Gone
        self._sent += 1
        answer = self._acks[self._sent] = asyncio.get_running_loop().create_future()
        packet = f"42{self._namespace},{self._sent}".encode() + to_json([event, data])
        self._transport.write(_framed(packet))
        reply = await answer
        if not reply["ok"]:
            raise Refused(reply["error"])
        return reply

    def beat(self) -> None:
        """Says every five seconds that the console is here, until it is not."""
        if self.gone.is_set():
            return
        self._sent += 1
        packet = f'42{self._namespace},{self._sent}["heartbeat",{{}}]'
        self._transport.write(_framed(packet.encode()))
        self._beat = asyncio.get_running_loop().call_later(BEAT_S, self.beat)

    def close(self) -> None:
        """Leaves."""
        if not self.gone.is_set():
            self._transport.write(_FARE_WELL)
            self._transport.close()

    def drop(self) -> None:
        """The network is gone: no word of farewell."""
        self._transport.abort()

    # what the loop calls

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.gone.set()
        if self._beat is not None:
            self._beat.cancel()
        for answer in (self._ready, *self._acks.values()):
            if not answer.done():
                answer.set_exception(Gone())
                answer.exception()  # whoever asked may be gone, too

    def data_received(self, data: bytes) -> None:
        self._received = data = self._received + data if self._received else data
        if not self._speaks:
            end = data.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            if not data.startswith(b"HTTP/1.1 101 "):
                self._refuse(data[:end].decode())
                return
            self._speaks, data = True, data[end:]
        self._received = self._hear_frames(data)

    def _hear_frames(self, data: bytes) -> bytes:
        """What is left of them."""
        at, size = 0, len(data)
        while size - at >= 2:
            length, begin = data[at + 1], at + 2
            if length >= 126:
                begin += 2 if length == 126 else 8
                if size < begin:
                    break
                length = int.from_bytes(data[at + 2 : begin], "big")
            if size < begin + length:
                break
            kind, at = data[at] & 15, begin + length
            if kind == _TEXT:
                self._hear(data[begin:at])
            elif kind == _CLOSE:
                self._transport.close()
                break
        return data[at:]

    def _hear(self, text: bytes) -> None:
        if text.startswith(self._event):
            begin = len(self._event)
            quote = text.index(b'"', begin)
            if handler := self._handlers.get(text[begin:quote]):
                handler(from_json(text[quote + 2 : -1]))
        elif text.startswith(self._answer):
            begin = len(self._answer)
            bracket = text.index(b"[", begin)
            answer = self._acks.pop(int(text[begin:bracket]), None)
            if answer is not None and not answer.done():
                answer.set_result(from_json(text[bracket:])[0])
        elif text == b"2":
            self._transport.write(_framed(b"3"))
        elif text.startswith(b"0"):  # the server's greeting; its ping interval is its business
            self._transport.write(
                _framed(f"40{self._namespace},".encode() + to_json(dict(self._auth)))
            )
        elif text.startswith(b"40"):
            if not self._ready.done():
                self._ready.set_result(None)
        elif text.startswith(b"44"):
            self._refuse(text.decode())

    def _refuse(self, why: str) -> None:
        if not self._ready.done():
            self._ready.set_exception(Refused(why))
        self._transport.close()


def _framed(text: bytes) -> bytes:
    """One whole text frame of a client."""
    size = len(text)
    if size < 126:
        return b"\x81" + bytes((0x80 | size,)) + _UNMASKED + text
    if size < 1 << 16:
        return b"\x81\xfe" + size.to_bytes(2, "big") + _UNMASKED + text
    return b"\x81\xff" + size.to_bytes(8, "big") + _UNMASKED + text

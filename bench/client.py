"""A Socket.IO client that costs little, so that the load does not become the bottleneck.

Engine.IO 4 over one WebSocket, text packets only: what the console and the widget speak.
"""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import TYPE_CHECKING, Any, Self

from aiohttp import ClientConnectionResetError, ClientSession, WSMsgType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp import ClientWebSocketResponse

Handler = "Callable[[Any], None]"


class Refused(Exception):
    """The server answered a connection or an event with an error."""


class Gone(Exception):
    """The connection ended before the answer came."""


class Socket:
    """One connected namespace. Handlers are plain functions and must not block."""

    def __init__(self, ws: ClientWebSocketResponse, namespace: str) -> None:
        self._ws = ws
        self._namespace = namespace
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._handlers: dict[str, Callable[[Any], None]] = {}
        self._sent = 0
        self._reader: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        """The connection is over, whoever ended it."""

    @classmethod
    async def connect(
        cls,
        session: ClientSession,
        url: str,
        namespace: str,
        auth: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        group: asyncio.TaskGroup,
    ) -> Self:
        """Opens the socket and joins the namespace.

        Raises:
            Refused: the server did not let us in.
        """
        address = f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
        ws = await session.ws_connect(address, headers=headers, compress=0, max_msg_size=1 << 20)
        socket = cls(ws, namespace)
        await ws.receive()  # the server's greeting; its ping interval is the server's business
        await ws.send_str(f"40{namespace},{json.dumps(auth)}")
        socket._reader = group.create_task(socket._read())
        await asyncio.wait_for(socket._ready, 30)
        return socket

    def on(self, event: str, handler: Callable[[Any], None]) -> None:
        """Call `handler(data)` for the event."""
        self._handlers[event] = handler

    async def ask(self, event: str, data: Mapping[str, Any]) -> Any:
        """Sends an event and waits for its answer.

        Raises:
            Refused: the answer is an error.
            Gone: there will be none.
        """
        if self.gone.is_set():
            raise Gone
        self._sent += 1
        answer = asyncio.get_running_loop().create_future()
        self._acks[self._sent] = answer
        packet = json.dumps([event, data], ensure_ascii=False, separators=(",", ":"))
        try:
            await self._ws.send_str(f"42{self._namespace},{self._sent}{packet}")
        except ClientConnectionResetError as error:
            raise Gone from error
        reply = await answer
        if not reply["ok"]:
            raise Refused(reply["error"])
        return reply

    async def beat(self) -> None:
        """Says every five seconds that the console is here, until it is not."""
        with suppress(ClientConnectionResetError):
            while not self._ws.closed:
                self._sent += 1
                await self._ws.send_str(f'42{self._namespace},{self._sent}["heartbeat",{{}}]')
                await asyncio.sleep(5)

    async def close(self) -> None:
        """Leaves."""
        await self._ws.close()

    def drop(self) -> None:
        """The network is gone: no word of farewell."""
        transport = self._ws.get_extra_info("socket")
        if transport is not None:
            with socket(fileno=os.dup(transport.fileno())) as same, suppress(OSError):
                same.shutdown(SHUT_RDWR)

    async def _read(self) -> None:
        try:
            await self._hear()
        finally:
            self.gone.set()
            for answer in (self._ready, *self._acks.values()):
                if not answer.done():
                    answer.set_exception(Gone())
                    answer.exception()  # whoever asked may be gone, too

    async def _hear(self) -> None:
        skip = len(self._namespace) + 3  # "42/visitor,"
        async for message in self._ws:
            if message.type is not WSMsgType.TEXT:
                break
            text = message.data
            if text == "2":
                # the node may be closing just now: then there is nobody to answer
                with suppress(ClientConnectionResetError):
                    await self._ws.send_str("3")
            elif text.startswith("42"):
                event, data = json.loads(text[skip:])
                if handler := self._handlers.get(event):
                    handler(data)
            elif text.startswith("43"):
                bracket = text.index("[")
                answer = self._acks.pop(int(text[skip:bracket]), None)
                if answer is not None and not answer.done():
                    answer.set_result(json.loads(text[bracket:])[0])
            elif text.startswith("40"):
                self._ready.set_result(None)
            elif text.startswith("44"):
                self._ready.set_exception(Refused(text[skip:]))

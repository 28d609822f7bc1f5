"""One simulated person's connection: a real Socket.IO client against the real server."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final, Self

import aiohttp
import socketio

from acd.domain.errors import AcdError
from acd.tasks import stay_cancelled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

PATIENCE_S: Final = 10.0
GOODBYE_S: Final = 2.0
_GONE: Final = "disconnected"


class Gone(AcdError):
    """The connection of a simulated person ended; they come back by themselves."""

    code = "simulation_gone"
    retryable = True


class Refused(AcdError):
    """The server refused what a simulated person asked for."""

    code = "simulation_refused"

    def __init__(self, event: str = "", reason: str = "") -> None:
        super().__init__(f"{event}: {reason}" if event else "")
        self.reason = reason


class Line:
    """A connection to one namespace. What the server sends is read with `next_event`."""

    def __init__(self, base_url: str, namespace: str) -> None:
        self._base_url = base_url
        self._namespace = namespace
        self._heard: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self._client.on("*", self._hear, namespace=namespace)
        self._client.on("disconnect", self._lose, namespace=namespace)

    async def open(self, auth: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Self:
        """Connects.

        Raises:
            Gone: the server is not there, or does not let us in.
        """
        try:
            await self._client.connect(
                self._base_url,
                headers={"Origin": self._base_url, **(headers or {})},
                auth=dict(auth),
                namespaces=[self._namespace],
                transports=["websocket"],
                wait_timeout=PATIENCE_S,
            )
        except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError) as error:
            raise Gone(str(error)) from error
        stay_cancelled()
        return self

    async def call(self, event: str, **data: Any) -> dict[str, Any]:
        """The acknowledgement of an event.

        Raises:
            Refused: it is a refusal.
            Gone: there is none.
        """
        try:
            answer = await self._client.call(
                event, data, namespace=self._namespace, timeout=PATIENCE_S
            )
        except socketio.exceptions.SocketIOError as error:
            raise Gone(event) from error
        stay_cancelled()
        if not answer.get("ok"):
            raise Refused(event, str(answer.get("error", {}).get("code", "")))
        return dict(answer)

    async def next_event(self) -> tuple[str, dict[str, Any]]:
        """What the server sends next: its name and payload.

        Raises:
            Gone: the connection has ended.
        """
        event, data = await self._heard.get()
        if event == _GONE:
            raise Gone
        return event, data

    async def close(self) -> None:
        """Says goodbye, or leaves without one; never raises."""
        with contextlib.suppress(socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(GOODBYE_S):
                await self._client.disconnect()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _hear(self, event: str, data: Any = None, *_more: Any) -> None:
        self._heard.put_nowait((event, data if isinstance(data, dict) else {}))

    async def _lose(self, *_reason: Any) -> None:
        self._heard.put_nowait((_GONE, {}))

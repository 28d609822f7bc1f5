"""Clients of both sides: what they ask, and everything they are told."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import socketio

WAIT_S = 5.0


class Client:
    """One socket in one namespace, and everything the server said to it."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.socket = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._news = asyncio.Event()
        self.gone = asyncio.Event()
        self.socket.on("*", self._hear, namespace=namespace)
        self.socket.on("disconnect", self._lost, namespace=namespace)

    async def _hear(self, event: str, data: dict[str, Any]) -> None:
        self.heard.append((event, data))
        self._news.set()

    async def _lost(self, *_: object) -> None:
        self.gone.set()

    async def call(self, event: str, data: object = None) -> dict[str, Any]:
        """Ask, and return the acknowledgement."""
        answer = await self.socket.call(
            event, {} if data is None else data, namespace=self.namespace, timeout=WAIT_S
        )
        assert isinstance(answer, dict)
        return answer

    async def done(self, event: str, data: object = None) -> dict[str, Any]:
        """Ask for something that must succeed."""
        answer = await self.call(event, data)
        assert answer["ok"] is True, answer
        return answer

    async def refused(self, event: str, data: object = None) -> str:
        """Ask for something that must be refused; the code it was refused with."""
        answer = await self.call(event, data)
        assert answer["ok"] is False, answer
        assert answer["error"]["message"]
        return str(answer["error"]["code"])

    async def hears(
        self, event: str, *, after: int = 0, within_s: float = WAIT_S, **fields: object
    ) -> dict[str, Any]:
        """The first such event with these fields, already heard or still to come."""
        async with asyncio.timeout(within_s):
            while True:
                for name, data in self.heard[after:]:
                    if name == event and all(data.get(k) == v for k, v in fields.items()):
                        return data
                self._news.clear()
                await self._news.wait()

    def all(self, event: str) -> list[dict[str, Any]]:
        """Every such event so far."""
        return [data for name, data in self.heard if name == event]

    async def leave(self) -> None:
        """Close the page."""
        await self.socket.disconnect()
        await self.socket.shutdown()
        # after a close by the server, this client's loops would wait for their timeouts
        loops = [self.socket.eio.read_loop_task, self.socket.eio.write_loop_task]
        for loop in filter(None, loops):
            loop.cancel()
        await asyncio.gather(*filter(None, loops), return_exceptions=True)

    async def vanish(self) -> None:
        """The network goes away without a word."""
        self.socket.eio.ws._response.connection.transport.abort()
        await asyncio.wait_for(self.gone.wait(), WAIT_S)
        await self.leave()


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what no event tells."""
    async with asyncio.timeout(WAIT_S):
        while not await check():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def new_start(**fields: Any) -> dict[str, Any]:
    """What the widget sends to start a chat."""
    start = {"client_id": secrets.token_hex(16), "department": "support", "name": "Jean Martin"}
    return {**start, **fields}

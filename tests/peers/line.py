"""A UDP socket of a peer, and the tasks behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, cast


class Line(asyncio.DatagramProtocol):
    """Where it is, and how it sends."""

    def __init__(self) -> None:
        self.host, self.port = "", 0
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.host, self.port = place_of(transport.get_extra_info("sockname"))

    def put(self, text: str | bytes, peer: tuple[str, int]) -> None:
        """Anything at all."""
        assert self._transport is not None
        data = text.encode() if isinstance(text, str) else text
        self._transport.sendto(data, (peer[0].strip("[]"), peer[1]))

    def own(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """It ends with the line."""
        task = asyncio.create_task(work, name="peer")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Hear and say nothing more."""
        if self._transport is not None:
            self._transport.close()


def place_of(address: tuple[Any, ...]) -> tuple[str, int]:
    """As it stands in messages: an IPv6 address in brackets."""
    host, port = address[:2]
    return (f"[{host}]" if ":" in host else host), port

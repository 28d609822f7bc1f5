"""Many commands in one exchange with the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    InvalidResponse,
    MasterDownError,
    MovedError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
)

from acd.routing.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

_REFUSES: Final = (
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)
_REFUSALS: Final = ("NOREPLICAS", "UNBLOCKED", "BUSY", "MISCONF")


def serves_nobody(reply: Exception) -> bool:
    """Whether a refusal is about the server and not about what it was asked."""
    return isinstance(reply, _REFUSES) or str(reply).startswith(_REFUSALS)


def knows_no_library(reply: Any) -> bool:
    """Whether the server lacks our library: it was restarted without its data, or replaced."""
    return isinstance(reply, ResponseError) and "unction not found" in str(reply)


class Pipe:
    """One connection; exchanges on it follow each other.

    A pipeline of the client's does the same for many times the work: it takes a connection of the
    pool, starts a task to write, and a timer for each reply.
    """

    def __init__(self, client: Redis, reply_timeout_s: float) -> None:
        """Args: client says where to; it must wait for replies for ever, since the pipe does not.

        Nothing is sent before the first exchange.
        """
        self._wire = Wire(client)
        self._reply_timeout_s = reply_timeout_s
        self._turn = asyncio.Lock()
        self._closed = False

    async def exchange(self, commands: Sequence[bytes]) -> list[Any]:
        """Send packed commands in one go; a reply for each, an exception where it was refused.

        Raises:
            What is in `redis_link.AWAY`, and other errors of the client's.
        """
        async with self._turn:
            try:
                if not self._closed:
                    await self._wire.connect()
                if self._closed:
                    raise RedisConnectionError("closed")
                return await self._ask(commands)
            except BaseException:
                await self._wire.disconnect(at_once=True)  # what is still said is of this exchange
                raise

    async def _ask(self, commands: Sequence[bytes]) -> list[Any]:
        wire = self._wire
        limit = asyncio.get_running_loop().call_later(self._reply_timeout_s, wire.abort)
        try:
            wire.write(b"".join(commands))
            replies = await wire.hear()
            while len(replies) < len(commands):
                replies += await wire.hear()
        finally:
            limit.cancel()
        if len(replies) > len(commands):
            raise InvalidResponse("the server answered what was not asked")
        return replies

    async def close(self) -> None:
        """Disconnect for good: an exchange in flight, and those that come, fail."""
        self._closed = True
        await self._wire.disconnect()

"""Many commands in one exchange with the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import hiredis
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis
    from redis.asyncio.connection import AbstractConnection

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


def packed(*command: str | float | bytes) -> bytes:
    """A command as it travels. The client's own way of saying it costs ten times as much.

    Raises:
        TypeError: a part of it is none of these.
        UnicodeEncodeError: a text cannot be encoded.
    """
    return bytes(hiredis.pack_command(command))  # type: ignore[arg-type] # any number of parts


class Pipe:
    """One connection; exchanges on it follow each other.

    A pipeline of the client's does the same for four times the work: it takes a connection of the
    pool, starts a task to write, and a timer for each reply.
    """

    def __init__(self, client: Redis, reply_timeout_s: float) -> None:
        """Args: client says where to; it must wait for replies for ever, since the pipe does not.

        Nothing is sent before the first exchange.
        """
        self._connection: AbstractConnection = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        self._reply_timeout_s = reply_timeout_s
        self._turn = asyncio.Lock()
        self._closed = asyncio.Event()

    async def exchange(self, commands: Sequence[bytes]) -> list[Any]:
        """Send packed commands in one go; a reply for each, an exception where it was refused.

        Raises:
            What is in `redis_link.AWAY`, and other errors of the client's.
        """
        connection = self._connection
        async with self._turn, asyncio.timeout(self._reply_timeout_s):
            if self._closed.is_set():
                raise ConnectionError("closed")
            if connection.is_connected and await connection.can_read():
                await connection.disconnect()  # the server ended it while nothing was asked
            try:
                await connection.send_packed_command(b"".join(commands))
                return [await _reply(connection) for _ in commands]
            finally:
                if self._closed.is_set():  # it was just connecting
                    await connection.disconnect()

    async def close(self) -> None:
        """Disconnect for good: an exchange in flight, and those that come, fail."""
        self._closed.set()
        await self._connection.disconnect()


async def _reply(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as refusal:
        return refusal

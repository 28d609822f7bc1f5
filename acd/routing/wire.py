"""One connection to Redis, over which packed commands go and from which whole replies come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import hiredis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse

from acd.routing.redis_url import REPLY_TIMEOUT_S

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.connection import AbstractConnection

_READ_BYTES: Final = 1 << 16
_MORE: Final = object()
"""What the parser says when the next reply is not there in full."""


def packed(*command: str | float | bytes) -> bytes:
    """A command as it travels. The client's own way of saying it costs ten times as much.

    Raises:
        TypeError: a part of it is none of these.
        UnicodeEncodeError: a text cannot be encoded.
    """
    return bytes(hiredis.pack_command(command))  # type: ignore[arg-type] # any number of parts


class Wire:
    """A connection as redis-py makes it: it knows addresses, passwords and TLS.

    What redis-py does for each reply (a timeout, a retry, a look at the protocol, a coroutine or
    four) costs more than reading it: here all that came is parsed at once.
    """

    def __init__(self, client: Redis) -> None:
        """Args: client says where to. Nothing is connected before `connect`."""
        self._connection: AbstractConnection = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._parser: hiredis.Reader

    async def connect(self) -> None:
        """Be connected: anew if the server ended the connection while nothing was asked.

        Raises:
            What is in `redis_link.AWAY`, and other errors of the client's.
        """
        connection = self._connection
        if connection.is_connected:
            if not await connection.can_read():
                return
            await connection.disconnect()
        async with asyncio.timeout(REPLY_TIMEOUT_S):
            await connection.connect()  # type: ignore[no-untyped-call]
        reader, writer = connection._reader, connection._writer
        if reader is None or writer is None:  # disconnected meanwhile
            raise RedisConnectionError("closed")
        self._reader, self._writer = reader, writer
        self._parser = hiredis.Reader(
            protocolError=InvalidResponse,
            replyError=connection._parser.parse_error,
            encoding="utf-8",
            notEnoughData=_MORE,
        )

    def write(self, commands: bytes) -> None:
        """Send packed commands; where the connection is lost, `hear` says it."""
        if not self._writer.transport.is_closing():  # uvloop raises what is no OSError
            self._writer.write(commands)

    async def hear(self) -> list[Any]:
        """The replies that are there in full once more has come; a refusal is one of them.

        Raises:
            OSError, redis.ConnectionError: the connection is lost, or the server takes none.
        """
        data = await self._reader.read(_READ_BYTES)
        if not data:
            raise RedisConnectionError("the server has ended the connection")
        self._parser.feed(data)
        replies = []
        while (reply := self._parser.gets()) is not _MORE:
            if isinstance(reply, RedisConnectionError):
                raise reply
            replies.append(reply)
        return replies

    def abort(self) -> None:
        """End the connection where it waits: `hear` says that it is lost."""
        self._writer.transport.abort()

    async def disconnect(self, *, at_once: bool = False) -> None:
        """End the connection; it may be made anew. At once: what is written is not waited for."""
        await self._connection.disconnect(nowait=at_once)

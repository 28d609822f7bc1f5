"""Many commands in one exchange with the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redis.exceptions import ResponseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis
    from redis.asyncio.connection import AbstractConnection


async def exchange(client: Redis, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Send commands in one go; a reply for each, which is an exception where it was refused.

    A pipeline of the client's does the same and costs twice as much.

    Raises:
        What is in `redis_link.AWAY`, and other errors of the client's.
    """
    connection = await client.connection_pool.get_connection()  # type: ignore[no-untyped-call]
    try:
        await connection.send_packed_command(connection.pack_commands(commands))
        return [await _reply(connection) for _ in commands]
    finally:
        await client.connection_pool.release(connection)


async def _reply(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as refusal:
        return refusal

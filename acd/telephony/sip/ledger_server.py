"""The server that has the ledger, asked by a client that waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from redis.sentinel import Sentinel

from acd.routing.wire import packed

if TYPE_CHECKING:
    from redis.connection import ConnectionInterface

    from acd.routing.redis_url import RedisUrl

Asks = Callable[..., Any]
"""Given a command, answers what the server does; raises what the client does."""


def connected(url: RedisUrl, wait_s: float) -> Asks:
    """The server of that URL, which may take so long for each answer."""
    options: dict[str, Any] = {
        "decode_responses": True,
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": wait_s,
        "socket_connect_timeout": wait_s,
    }
    if url.kind == "plain":
        return _Connection(Redis.from_url(url.text, **options)).ask
    options |= {"username": url.username, "password": url.password, "ssl": url.tls}
    if url.kind == "sentinel":
        watch = {"socket_connect_timeout": wait_s, "socket_timeout": wait_s}
        sentinel = Sentinel(list(url.nodes), sentinel_kwargs=watch)  # type: ignore[no-untyped-call]
        found = sentinel.discover_master(url.service)  # type: ignore[no-untyped-call]
        options |= {"host": found[0], "port": found[1], "db": url.database}
        return _Connection(Redis(**options)).ask
    nodes = [ClusterNode(*node) for node in url.nodes]  # type: ignore[no-untyped-call]
    cluster: Asks = RedisCluster(startup_nodes=nodes, **options).execute_command
    return cluster


class _Connection:
    """One connection. The client's own way of asking on one costs four times as much."""

    def __init__(self, client: Redis) -> None:
        self._connection: ConnectionInterface = client.connection_pool.make_connection()

    def ask(self, *command: str | int) -> Any:
        """As `Asks`. Asked again, should the server have hung up meanwhile: that does no harm."""
        text, was_up = packed(*command), self._connection.is_connected
        try:
            return self._exchange(text)
        except RedisConnectionError:
            if not was_up:
                raise
        return self._exchange(text)

    def _exchange(self, text: bytes) -> Any:
        held = self._connection
        held.send_packed_command([text], check_health=False)  # type: ignore[no-untyped-call]
        return held.read_response()

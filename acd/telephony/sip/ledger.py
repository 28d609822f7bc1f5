"""What a process that was killed leaves to the next one on the same address: its calls.

Written from the SIP thread before the messages that depend on it go out, so that it is never behind
what the other end knows: hence a client that waits. When Redis is away, calls go on unwritten.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final, Protocol

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

from acd.routing.redis_url import parse_redis_url

_log = structlog.get_logger(__name__)

_WAIT_S: Final = 0.3
"""Longer than that no caller waits for a write."""
_PAUSE_S: Final = 5.0
"""After a failure nothing is tried for so long."""

DIALOG: Final = "d:"
"""How the names of dialogs begin."""
CALL: Final = "c:"
"""How the names of calls do."""

# How far a dialog has come.
ARRIVING: Final = "arriving"
"""Their INVITE is not surely answered."""
CALLING: Final = "calling"
"""Ours is not."""
UP: Final = "up"
LEAVING: Final = "leaving"
"""One side said BYE."""

Record = dict[str, Any]


class Ledger(Protocol):
    """Records by name. Used in the SIP thread alone."""

    def read(self) -> dict[str, Record]:
        """All there are."""

    def write(self, name: str, record: Record) -> None: ...

    def drop(self, name: str) -> None: ...


class RedisLedger:
    """A hash in Redis, wherever the URL says that is; `key` names the tenant and the address."""

    def __init__(self, url: str, key: str) -> None:
        self._url = parse_redis_url(url)
        self._key = key
        self._client: Redis | RedisCluster | None = None
        self._written: dict[str, str] = {}
        self._silent_until = 0.0

    def read(self) -> dict[str, Record]:
        """All there are; none when Redis does not answer.

        What is read is taken for written: it stays until it is dropped.
        """
        try:
            found = self._redis().hgetall(self._key)
        except RedisError as error:
            _log.warning("sip.ledger_unread", error=type(error).__name__)
            return {}
        self._written = dict(found)  # type: ignore[arg-type] # it is no coroutine here
        return {name: json.loads(text) for name, text in self._written.items()}

    def write(self, name: str, record: Record) -> None:
        """Returns once it is there, or could not be written; the same again costs nothing."""
        text = json.dumps(record, separators=(",", ":"))
        if self._written.get(name) != text and self._do("HSET", name, text):
            self._written[name] = text

    def drop(self, name: str) -> None:
        if self._written.pop(name, None) is not None:
            self._do("HDEL", name)

    def _do(self, command: str, *given: str) -> bool:
        if time.monotonic() < self._silent_until:
            return False
        try:
            self._redis().execute_command(  # type: ignore[no-untyped-call]
                command, self._key, *given
            )
        except RedisError as error:
            self._silent_until = time.monotonic() + _PAUSE_S
            self._client = None  # another server may have taken over
            _log.warning("sip.ledger_unwritten", error=type(error).__name__)
            return False
        return True

    def _redis(self) -> Redis | RedisCluster:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> Redis | RedisCluster:
        url = self._url
        options: dict[str, Any] = {
            "decode_responses": True,
            "protocol": 2,
            "retry": Retry(NoBackoff(), 0),
            "socket_timeout": _WAIT_S,
            "socket_connect_timeout": _WAIT_S,
        }
        if url.kind == "plain":
            return Redis.from_url(url.text, **options)
        options |= {"username": url.username, "password": url.password, "ssl": url.tls}
        if url.kind == "sentinel":
            watch = {"socket_connect_timeout": _WAIT_S, "socket_timeout": _WAIT_S}
            sentinel = Sentinel(  # type: ignore[no-untyped-call]
                list(url.nodes), sentinel_kwargs=watch
            )
            found = sentinel.discover_master(url.service)  # type: ignore[no-untyped-call]
            options |= {"host": found[0], "port": found[1], "db": url.database}
            return Redis(**options)
        host, port = url.nodes[0]
        return RedisCluster(host=host, port=port, **options)

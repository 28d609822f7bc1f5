"""Where Redis is: one URL for every way of running it.

    unix:///path/to/redis.sock          redis://user:password@host:6379/0      rediss://… (TLS)
    redis+sentinel://:password@host:26379,host:26379/service    (rediss+sentinel: TLS, too)
    redis+cluster://:password@host:6379,host:6379               (rediss+cluster: TLS)

A tenant lives in one slot, so a cluster needs no cluster client: the owner of the slot is asked
for, and asked for anew when it has moved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import ClusterDownError

from acd.domain.errors import ConfigInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

PORT: Final = 6379
SENTINEL_PORT: Final = 26379
CONNECT_TIMEOUT_S: Final = 2.0
REPLY_TIMEOUT_S: Final = 10.0
# urlsplit allows brackets round the first host only, and here there are several
_URL: Final = re.compile(r"(unix|rediss?)(?:\+(sentinel|cluster))?://([^/?#]*)([^?#]*).*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisUrl:
    """A parsed URL; `nodes` are empty for a plain server."""

    text: str
    kind: str
    """`plain`, `sentinel` or `cluster`."""
    nodes: tuple[tuple[str, int], ...] = ()
    service: str = ""
    database: int = 0
    username: str | None = None
    password: str | None = None
    tls: bool = False


def parse_redis_url(text: str) -> RedisUrl:
    """Read a URL.

    Raises:
        ConfigInvalid: it has none of the forms above.
    """
    parts = _URL.fullmatch(text)
    if not parts:
        raise ConfigInvalid("redis.url begins with unix, redis, rediss or …+sentinel, …+cluster")
    scheme, kind, netloc, behind = parts.groups()
    if not kind:
        return RedisUrl(text=text, kind="plain")
    credentials, _, hosts = netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    path = behind.strip("/").split("/")
    if kind == "sentinel" and not path[0]:
        raise ConfigInvalid("redis+sentinel:// ends in /<service>, the name Sentinel knows it by")
    return RedisUrl(
        text=text,
        kind=kind,
        nodes=tuple(
            _node(h, SENTINEL_PORT if kind == "sentinel" else PORT) for h in hosts.split(",")
        ),
        service=path[0] if kind == "sentinel" else "",
        database=int(path[1]) if kind == "sentinel" and len(path) > 1 else 0,
        username=unquote(username) or None,
        password=unquote(password) or None,
        tls=scheme == "rediss",
    )


def _node(text: str, port: int) -> tuple[str, int]:
    bracketed = re.fullmatch(r"\[(.+)\](?::(\d+))?", text)
    if bracketed:
        return bracketed.group(1), int(bracketed.group(2) or port)
    host, _, given = text.partition(":")
    if not host or (given and not given.isdigit()):
        raise ConfigInvalid(f"{text!r} in redis.url is not <host>:<port>")
    return host, int(given or port)


def _options(url: RedisUrl, reply_timeout_s: float | None, name: str | None) -> dict[str, Any]:
    return {
        "client_name": name,
        "decode_responses": True,
        "protocol": 2,  # 3 has other shapes, and a nil cuts an array in a script's reply
        "retry": Retry(NoBackoff(), 0),  # an outcome unknown is the caller's to judge
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": reply_timeout_s,
        "socket_keepalive": not url.text.startswith("unix"),
    }


async def connect(
    url: RedisUrl,
    slot_of: str,
    *,
    reply_timeout_s: float | None = REPLY_TIMEOUT_S,
    name: str | None = None,
) -> Redis:
    """A client of the server that owns `slot_of`'s slot; it connects at its first command.

    Args:
        url: where to ask.
        slot_of: any key of the tenant.
        reply_timeout_s: how long a reply is waited for; None is for ever.
        name: what the server calls these connections in its list.

    Raises:
        redis.RedisError: no sentinel or no node of the cluster could say which that is.
    """
    options = _options(url, reply_timeout_s, name)
    if url.kind == "plain":
        if url.text.startswith("unix"):
            options.pop("socket_keepalive")
        return Redis.from_url(url.text, **options)
    options |= {"username": url.username, "password": url.password}
    if url.tls:
        options["ssl"] = True
    if url.kind == "sentinel":
        watch: dict[str, Any] = {"socket_connect_timeout": CONNECT_TIMEOUT_S, "protocol": 2}
        sentinel = Sentinel(  # type: ignore[no-untyped-call]
            list(url.nodes), sentinel_kwargs=watch
        )
        try:
            host, port = await sentinel.discover_master(url.service)
        finally:
            for one in sentinel.sentinels:
                await one.aclose()
        return Redis(host=host, port=port, db=url.database, **options)
    return await _owner(url, slot_of, options)


async def _owner(url: RedisUrl, slot_of: str, options: Mapping[str, Any]) -> Redis:
    slot = key_slot(slot_of.encode())
    failure: Exception | None = None
    for host, port in url.nodes:
        node = Redis(host=host, port=port, **options)
        try:
            ranges = await node.execute_command("CLUSTER", "SLOTS")  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - any node may be the one that is down
            failure = error
            continue
        finally:
            await node.aclose()
        # depending on the client's version a list, or a mapping already parsed
        if isinstance(ranges, dict):
            for (first, last), entry in ranges.items():
                if first <= slot <= last:
                    owner = entry["primary"]
                    return Redis(host=owner[0] or host, port=owner[1], **options)
        else:
            for first, last, owner, *_ in ranges:
                if first <= slot <= last:
                    return Redis(host=owner[0] or host, port=owner[1], **options)
    if failure:
        raise failure
    raise ClusterDownError("no node of the cluster serves this tenant's slot")

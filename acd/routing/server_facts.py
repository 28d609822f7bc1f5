"""What kind of server it is and whether it keeps what it is told; for `acd doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from acd.domain.errors import StoreUnavailable
from acd.routing.redis_link import AWAY

if TYPE_CHECKING:
    from acd.routing.redis_link import RedisLink


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """`name` is redis or valkey; in a cluster it is one node that is asked."""

    name: str
    version: tuple[int, ...]
    append_only: bool
    eviction: str


async def server_facts(link: RedisLink) -> ServerFacts:
    """Ask the server about itself.

    Raises:
        StoreUnavailable: it does not answer, or not to us.
    """
    try:
        info = _one(await link.client.info())
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable(f"Redis does not tell about itself: {error}") from error
    version = str(info.get("valkey_version") or info.get("redis_version") or "0")
    return ServerFacts(
        name=str(info.get("server_name") or "redis"),
        version=tuple(int(part) for part in version.split(".") if part.isdigit()),
        append_only=bool(int(info.get("aof_enabled", 0))),
        eviction=str(info.get("maxmemory_policy", "unknown")),
    )


def _one(info: dict[str, Any]) -> dict[str, Any]:
    """A cluster answers with a dictionary per node."""
    first = next(iter(info.values()), None)
    return first if isinstance(first, dict) and "redis_version" in first else info

"""What kind of server it is and whether it keeps what it is told; for `acd doctor`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import RedisError

from acd.domain.errors import StoreUnavailable
from acd.routing.redis_link import AWAY

if TYPE_CHECKING:
    from acd.routing.redis_link import RedisLink


WHOLE_SLOTS: Final = (9, 0)
"""Since this release of Valkey."""

_MOVING: Final = re.compile(r"\[(\d+)-[<>]-")  # as in `[93->-<node>]`


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """`name` is redis or valkey; in a cluster it is one node that is asked."""

    name: str
    version: tuple[int, ...]
    append_only: bool
    eviction: str
    cluster: bool = False
    moving_slots: tuple[int, ...] = ()
    """Slots that are being moved key by key, which no script survives."""

    @property
    def moves_slots_whole(self) -> bool:
        """Whether the cluster can move a slot in one step (`CLUSTER MIGRATESLOTS`)."""
        return self.name == "valkey" and self.version >= WHOLE_SLOTS


async def server_facts(link: RedisLink) -> ServerFacts:
    """Ask the server about itself.

    Raises:
        StoreUnavailable: it does not answer, or not to us.
    """
    client: Any = link.client
    moving: list[int] = []
    try:
        info = _one(await client.info())
        cluster = bool(int(info.get("cluster_enabled", 0)))
        if cluster:
            nodes = str(await client.execute_command("CLUSTER", "NODES"))
            moving = [int(slot) for slot in _MOVING.findall(nodes)]
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable(f"Redis does not tell about itself: {error}") from error
    version = str(info.get("valkey_version") or info.get("redis_version") or "0")
    return ServerFacts(
        name=str(info.get("server_name") or "redis"),
        version=tuple(int(part) for part in version.split(".") if part.isdigit()),
        append_only=bool(int(info.get("aof_enabled", 0))),
        eviction=str(info.get("maxmemory_policy", "unknown")),
        cluster=cluster,
        moving_slots=tuple(sorted(moving)),
    )


def _one(info: dict[str, Any]) -> dict[str, Any]:
    """A cluster answers with a dictionary per node."""
    first = next(iter(info.values()), None)
    return first if isinstance(first, dict) and "redis_version" in first else info

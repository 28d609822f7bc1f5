"""Function libraries of releases that no node runs any more: found, and removed.

Each release loads its verbs under a name of its own, so nodes of two releases share a server while
an upgrade rolls. Every connection of a node bears its library's name: what no connection names at
two looks a minute apart is of the past. A node that was away at both loads its library again with
its first call.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog
from redis.exceptions import RedisError

from acd.domain.errors import StoreUnavailable
from acd.routing.redis_link import AWAY
from acd.routing.scripts import LIBRARY_PREFIX, load_library
from acd.tasks import stay_cancelled

if TYPE_CHECKING:
    from acd.routing.redis_link import RedisLink

LOOK_EVERY_S: Final = 60.0

log = structlog.get_logger(__name__)


async def unused_libraries(link: RedisLink) -> set[str]:
    """Our libraries on the server that no connection bears the name of.

    Raises:
        StoreUnavailable: the server is away, or does not tell.
    """
    client: Any = link.client
    try:
        loaded = await client.execute_command(
            "FUNCTION", "LIST", "LIBRARYNAME", f"{LIBRARY_PREFIX}*"
        )
        connections = await client.client_list()
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable("Redis does not list its libraries") from error
    names = {_name(entry) for entry in loaded}
    return names - {one.get("name", "") for one in connections} - {load_library().name}


def _name(entry: Any) -> str:
    """The library's name in an entry of FUNCTION LIST: a mapping, or a flat list."""
    if isinstance(entry, dict):
        return str(entry["library_name"])
    return str(entry[entry.index("library_name") + 1])


async def remove_libraries_forever(link: RedisLink, *, every_s: float = LOOK_EVERY_S) -> None:
    """Remove what is unused at two looks in a row, until cancelled; any number of nodes may."""
    before: set[str] = set()
    while True:
        stay_cancelled()
        await asyncio.sleep(every_s)
        try:
            unused = await unused_libraries(link)
            for name in sorted(unused & before):
                await link.client.function_delete(name)
                log.info("old function library removed", library=name)
        except (StoreUnavailable, *AWAY, RedisError):
            unused = set()  # not told, or another node was faster: look again
        before = unused

"""The layout of live state: keys that another release laid out otherwise are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from redis.exceptions import RedisError

from acd.domain.errors import AcdError, StoreUnavailable
from acd.routing.keys import meta
from acd.routing.redis_link import AWAY

if TYPE_CHECKING:
    from acd.routing.redis_link import RedisLink

LAYOUT: Final = "3"
"""Raised whenever what is stored could not be read as it was."""


class LayoutUnknown(AcdError):
    """The live state in Redis was laid out by another release. Stop every node and remove it (the
    folder `redis` in `server.data_dir`, or the keys `acd:*` of your own Redis): history, messages
    and whoever waits are in the database and are taken up.
    """  # noqa: D205

    code = "layout_unknown"


async def check_layout(link: RedisLink, tenant: str) -> None:
    """Make sure that the tenant's state is laid out as this release reads it; mark a new one.

    Raises:
        LayoutUnknown: it is another release's.
        StoreUnavailable: the server does not answer.
    """
    try:
        # the first layout bore no mark, and kept its clock here
        first = await link.client.hexists(meta(tenant), "clock")
        found = await link.client.hget(meta(tenant), "layout")
        if found is None and not first:
            await link.client.hsetnx(meta(tenant), "layout", LAYOUT)
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable("Redis does not answer") from error
    if first or found not in {None, LAYOUT}:
        raise LayoutUnknown

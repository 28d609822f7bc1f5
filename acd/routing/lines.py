"""Which node has the line of a callback: one at a time, as long as it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from redis.exceptions import RedisError

from acd.domain.errors import StoreUnavailable
from acd.routing import keys
from acd.routing.redis_link import AWAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acd.domain.ids import InteractionId
    from acd.routing.redis_link import RedisLink

_RELEASE: Final = """
if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("DEL", KEYS[1]) end
"""
"""In one: between a read and a deletion the lease may lapse, and another node take the line."""


class Lines:
    """One node's claims on a tenant's calls. Raises StoreUnavailable while Redis is away."""

    def __init__(self, link: RedisLink, tenant: str, node: str) -> None:
        self._link = link
        self._tenant = tenant
        self._node = node

    async def hold(
        self, interactions: Sequence[InteractionId], lease_ms: int
    ) -> list[InteractionId]:
        """Have them for that long from now; those of them that no other node has."""
        if not interactions:
            return []
        names = {one: keys.line(self._tenant, one) for one in interactions}
        try:
            client = self._link.client
            pipe = client.pipeline(transaction=False)
            for name in names.values():
                pipe.set(name, self._node, nx=True, px=lease_ms)
            taken = dict(zip(names, await pipe.execute(), strict=True))
            had = [one for one, new in taken.items() if not new]
            for one in had:
                pipe.get(names[one])
            nodes = dict(zip(had, await pipe.execute() if had else (), strict=True))
            own = [one for one, node in nodes.items() if node == self._node]
            for one in own:
                pipe.pexpire(names[one], lease_ms)
            kept = dict(zip(own, await pipe.execute() if own else (), strict=True))
        except (*AWAY, RedisError) as error:
            raise StoreUnavailable("Redis does not answer") from error
        return [one for one in names if taken[one] or kept.get(one)]

    async def release(self, interaction: InteractionId) -> None:
        """Another node may have it at once."""
        name = keys.line(self._tenant, interaction)
        try:
            await self._link.client.eval(_RELEASE, 1, name, self._node)
        except (*AWAY, RedisError) as error:
            raise StoreUnavailable("Redis does not answer") from error

"""Which node has the line of a call that nobody is on: one at a time, as long as it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from acd.domain.errors import StoreUnavailable
from acd.routing import keys
from acd.routing.redis_link import AWAY

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.routing.redis_link import RedisLink


class Lines:
    """One node's claims on a tenant's calls. Raises StoreUnavailable while Redis is away."""

    def __init__(self, link: RedisLink, tenant: str, node: str) -> None:
        self._link = link
        self._tenant = tenant
        self._node = node

    async def hold(self, interaction: InteractionId, lease_ms: int) -> bool:
        """Have it for that long from now; False while another node has it."""
        name, client = keys.line(self._tenant, interaction), self._link.client
        try:
            if await client.set(name, self._node, nx=True, px=lease_ms):
                return True
            if await client.get(name) != self._node:
                return False
            return bool(await client.pexpire(name, lease_ms))
        except (*AWAY, RedisError) as error:
            raise StoreUnavailable("Redis does not answer") from error

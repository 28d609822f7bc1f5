"""Rate limits: token buckets in Redis, one a limit and a person, shared by every node.

A bucket holds as many tokens as its rate allows in a minute and refills evenly, so a burst passes
and a flood does not. Who is asking is hashed into the key: no address nor e-mail is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from acd.domain.errors import TooMany
from acd.routing.keys import prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acd.routing.redis_link import RedisLink

MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many a minute; `burst` at once (by default a minute's worth)."""

    per_minute: float
    burst: int = 0

    @property
    def step_ms(self) -> float:
        """How long one token takes to come back."""
        return MINUTE_MS / self.per_minute

    @property
    def room_ms(self) -> float:
        """How much the bucket holds, told in time."""
        return (self.burst or self.per_minute) * self.step_ms


class Limits:
    """The named limits of one tenant."""

    def __init__(
        self,
        link: RedisLink,
        tenant: str,
        rates: Mapping[str, Rate],
        *,
        on_refused: Callable[[str], None] | None = None,
    ) -> None:
        """Args: rates by name; on_refused hears the name of a limit that refused."""
        self._link = link
        self._prefix = prefix(tenant)
        self._rates = rates
        self._on_refused = on_refused

    async def take(self, limit: str, who: str, *, now_ms: int = 0) -> None:
        """Take one token of that person's bucket.

        Raises:
            TooMany: the bucket is empty; `retry_after_s` says when a token is back.
            StoreUnavailable: Redis is away; the caller decides whether that lets through.
            KeyError: there is no limit of that name.
        """
        rate = self._rates[limit]
        _, wait_ms = await self._link.call(
            "limit_take", self._prefix, now_ms, 0, bucket(limit, who), rate.step_ms, rate.room_ms
        )
        if wait_ms:
            if self._on_refused is not None:
                self._on_refused(limit)
            raise TooMany(retry_after_s=wait_ms / 1000)

    async def give_back(self, limit: str, who: str, *, now_ms: int = 0) -> None:
        """Put a token back that was taken for something that did not happen.

        Raises:
            StoreUnavailable: Redis is away; the token stays taken.
            KeyError: there is no limit of that name.
        """
        rate = self._rates[limit]
        await self._link.call(
            "limit_give_back", self._prefix, now_ms, 0, bucket(limit, who), rate.step_ms
        )


def bucket(limit: str, who: str) -> str:
    """The name of a bucket within the tenant's keys."""
    return f"{limit}:{hashlib.sha256(who.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"

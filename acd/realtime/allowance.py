"""What one person may send: a rate limit asked once for several messages.

The buckets are in Redis and shared by the nodes; a question for each message would cost as much
as the message itself. So a node takes leave for `LEASE` messages at once.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from acd.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from acd.routing.limits import Limits

LEASE: Final = 5
"""Messages a token stands for: the rate of the limit counts these."""


class Allowance:
    """One person's leave to send on this node."""

    __slots__ = ("_left", "_limit", "_limits", "_who")

    def __init__(self, limits: Limits, limit: str, who: str) -> None:
        self._limits = limits
        self._limit = limit
        self._who = who
        self._left = 0

    async def take(self) -> None:
        """One message.

        Raises:
            TooMany: with the time after which it will pass. While Redis is away all pass: what is
            sent is still stored, and losing it would be worse than a flood.
        """
        if self._left <= 0:
            self._left = LEASE
            try:
                with contextlib.suppress(StoreUnavailable):
                    await self._limits.take(self._limit, self._who)
            except BaseException:
                self._left = 0
                raise
        self._left -= 1

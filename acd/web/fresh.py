"""Answers that may be a moment old: a rush of readers costs one look at the stores."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")
K = TypeVar("K", bound="Hashable")


class Fresh(Generic[T]):
    """One answer, asked for anew once it is older than `for_s` seconds. A failure is not kept."""

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self._lock = asyncio.Lock()
        self._kept: tuple[float, T] | None = None

    async def of(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer; those who come while it is asked for wait for the same one."""
        async with self._lock:
            if self._kept is None or self.stale:
                # asked now, true now: the time it takes counts against it
                asked_s = time.monotonic()
                self._kept = (asked_s, await ask())
            return self._kept[1]

    @property
    def stale(self) -> bool:
        """Whether the next one asks anew."""
        return self._kept is not None and time.monotonic() - self._kept[0] >= self._for_s


class FreshOnes(Generic[K, T]):
    """One such answer a key; those that nobody asks for any more are forgotten."""

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self._ones: dict[K, Fresh[T]] = {}

    def of(self, key: K) -> Fresh[T]:
        """The answer under that key."""
        if key not in self._ones:
            self._ones = {known: one for known, one in self._ones.items() if not one.stale}
            self._ones[key] = Fresh(self._for_s)
        return self._ones[key]

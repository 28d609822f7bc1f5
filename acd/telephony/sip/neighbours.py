"""Which other nodes fell silent, as one node sees it by its own clock. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT: Final = "left"
"""What a node says that ends and leaves its calls."""


class Neighbours:
    """Each node says something new at every beat; one that repeats itself for long is dead.

    One that has left is so at once.

    Only what was seen without a gap counts: while Redis is away, everybody falls silent.
    """

    def __init__(self, mine: str, lease_s: float) -> None:
        """Args: mine is this node's address; lease_s is how long one may be silent."""
        self._mine = mine
        self._lease_s = lease_s
        self._since: dict[str, tuple[str, float]] = {}

    @property
    def others(self) -> list[str]:
        """Their addresses."""
        return sorted(self._since)

    def see(self, said: Mapping[str, str], now_s: float) -> None:
        """What every node said last, at this moment."""
        self._since = {
            node: self._seen(node, word, now_s) for node, word in said.items() if node != self._mine
        }

    def _seen(self, node: str, word: str, now_s: float) -> tuple[str, float]:
        before = self._since.get(node)
        if before is not None and before[0] == word:
            return before
        return word, now_s - self._lease_s if word == LEFT else now_s

    def see_nothing(self) -> None:
        """Nothing could be seen: whoever is seen next begins anew."""
        self._since = dict.fromkeys(self._since, ("", math.inf))

    def silent(self, now_s: float, *, leases: int = 1) -> dict[str, str]:
        """Who is dead, for so many leases, and what they said last."""
        return {
            node: word
            for node, (word, since_s) in self._since.items()
            if now_s - since_s >= leases * self._lease_s
        }

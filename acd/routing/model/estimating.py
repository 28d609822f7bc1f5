"""How fast a line moves, from which waits are estimated."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from acd.domain.estimate import LEAST
from acd.routing.model.draining import Draining
from acd.routing.model.interaction import Told
from acd.routing.model.queue import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

FADE_MS: Final = 600_000
"""Over which what happened fades."""


class Estimating(Draining):
    """Departures of those who waited, and the time in which somebody waited for them.

    Both fade; their quotient is the rate. `acd.domain.estimate` makes times of it.
    """

    def _faded(self, since_ms: int) -> float:
        return math.exp((since_ms - self.now_ms) / FADE_MS)

    def _count_served(self, queue: Queue) -> None:
        queue.served = queue.served * self._faded(queue.served_ms) + 1
        queue.served_ms = self.now_ms

    def _count_departure(self, x: Interaction, queue: Queue, left_ms: int) -> None:
        """Somebody has it who left the line then. Who rang at once tells nothing of the line."""
        if left_ms <= x.entered_ms:
            return
        rate = queue.rates.get(x.pool, Rate())
        faded = self._faded(rate.as_of_ms)
        waited_ms = self.now_ms - max(rate.as_of_ms, x.entered_ms)
        queue.rates[x.pool] = Rate(
            left=math.floor((rate.left * faded + 1) * 1000 + 0.5) / 1000,
            busy_ms=math.floor(rate.busy_ms * faded + waited_ms + 0.5),
            as_of_ms=self.now_ms,
        )

    def _figures(self, queue: Queue, pool: str) -> tuple[float, int]:
        """Departures and the ms they took, as of now."""
        rate = queue.rates.get(pool, Rate())
        faded = self._faded(rate.as_of_ms)
        left = math.floor(rate.left * faded * 1000 + 0.5) / 1000
        return left, math.floor(rate.busy_ms * faded + 0.5)

    def _tell(self, x: Interaction, queue: Queue) -> None:
        """What an arrival that waits is told, kept for the first accept.

        Some may stand behind it who came before, with a worse level.
        """
        left, busy_ms = self._figures(queue, x.pool)
        if left < LEAST or x.personal:
            return
        place = self._line(queue, x.pool).index(x) + 1
        x.told = Told(place=place, left=left, busy_ms=busy_ms)

    def _was_told(self, x: Interaction) -> Mapping[str, object]:
        if x.told is None or x.won:
            return {}
        return {"told": {"place": x.told.place, "left": x.told.left, "busy_ms": x.told.busy_ms}}

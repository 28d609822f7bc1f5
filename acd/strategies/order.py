"""What a strategy is: an order of the eligible agents, as data.

The same declaration drives the index in Redis, the decision recorded with every offer and the
documentation. Lower ranks first; ties of the coarse keys are broken by the fine key, then by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from acd.domain.errors import ConfigInvalid
from acd.domain.queue import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

COARSE_STEPS: Final = 2048
"""A score is coarse · 2^42 + fine, which a double holds exactly below this many coarse steps."""
PRIORITY_STEPS: Final = 100
RATIO_STEPS: Final = 1001


class By(StrEnum):
    """What a coarse key looks at."""

    PRIORITY = "priority"
    """The agent's own priority in the queue, 1 (first) to 100."""
    RUNNING = "running"
    """Slots held on the channel: offers, active ones and wrap-up; see `Measure`."""


class Fine(StrEnum):
    """What decides between equals; the value is its letter in a compiled order."""

    IDLE_SINCE = "i"
    """When the last interaction ended, or sign-in if later: the longest idle first."""
    LAST_OFFERED = "l"
    """Whoever was asked longest ago first."""
    LOT = "z"
    """Drawn by lot, uniformly, from a number passed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoarseKey:
    """One coarse key; `most_first` ranks the other way round."""

    by: By
    most_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A strategy. `ring_all` asks all eligible agents at once, in this order, up to the limit."""

    coarse: tuple[CoarseKey, ...] = ()
    fine: Fine = Fine.IDLE_SINCE
    ring_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RankKey:
    """A coarse key with the number of steps it tells apart; from the last one on all is equal."""

    by: By
    most_first: bool
    ratio: bool
    steps: int

    def rank(self, *, priority: int, running: int, maximum: int) -> int:
        """Where an agent of that priority, with that many slots running of that many, stands."""
        if self.by is By.PRIORITY:
            value = priority - 1
        elif self.ratio:
            value = (self.steps - 1) * running // maximum
        else:
            value = running
        value = min(value, self.steps - 1)
        return self.steps - 1 - value if self.most_first else value

    @property
    def text(self) -> str:
        """The key as described in `lua/_lib/order.lua`."""
        letter = "p" if self.by is By.PRIORITY else "x" if self.ratio else "r"
        return f"{letter.upper() if self.most_first else letter}{self.steps}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledOrder:
    """What the index and the reference model interpret."""

    keys: tuple[RankKey, ...]
    fine: Fine
    ring_all: bool

    @property
    def text(self) -> str:
        """The order as described in `lua/_lib/order.lua`."""
        return f"{''.join(key.text for key in self.keys)}/{self.fine.value}"


def compose(orders: Sequence[Order], measure: Measure = Measure.COUNT) -> CompiledOrder:
    """Rank by the first and, where equal, by the next.

    In company, running is told apart in `COARSE_STEPS` over the other keys' steps (20 beside
    priority): from there on up it counts as equal.

    Raises:
        ConfigInvalid: there is none, one leaves no ties to the next, or there are too many keys.
    """
    if not orders:
        raise ConfigInvalid("name at least one strategy", field="strategy")
    for order in orders[:-1]:
        if not order.coarse and not order.ring_all:
            raise ConfigInvalid(
                "a strategy without coarse key leaves no ties: it can only stand last",
                field="strategy",
            )
    keys = [key for order in orders for key in order.coarse]
    if len({key.by for key in keys}) < len(keys):
        raise ConfigInvalid("two of the strategies rank by the same thing", field="strategy")
    return CompiledOrder(
        keys=tuple(_with_steps(key, measure, alone=len(keys) == 1) for key in keys),
        fine=orders[-1].fine,
        ring_all=any(order.ring_all for order in orders),
    )


def _with_steps(key: CoarseKey, measure: Measure, *, alone: bool) -> RankKey:
    ratio = key.by is By.RUNNING and measure == Measure.RATIO
    if key.by is By.PRIORITY:
        steps = PRIORITY_STEPS
    elif alone:
        steps = RATIO_STEPS if ratio else COARSE_STEPS
    else:
        steps = COARSE_STEPS // PRIORITY_STEPS
    return RankKey(by=key.by, most_first=key.most_first, ratio=ratio, steps=steps)

"""Which strategies there are: this table, and what other packages declare.

A package adds one with an entry point in the group `acd.strategies`, called by a-z, 0-9, _ and -,
that names an `Order`:

    [project.entry-points."acd.strategies"]
    quietest = "my_package.quietest:ORDER"
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from acd.domain.errors import ConfigInvalid, StrategyUnknown
from acd.domain.ids import is_plain_id
from acd.strategies import (
    average_utilization,
    longest_idle,
    max_utilization,
    priority,
    random,
    ring_all,
    round_robin,
)
from acd.strategies.order import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUP: Final = "acd.strategies"

TABLE: Final[Mapping[str, Order]] = {
    "ring_all": ring_all.ORDER,
    "priority": priority.ORDER,
    "max_utilization": max_utilization.ORDER,
    "average_utilization": average_utilization.ORDER,
    "random": random.ORDER,
    "round_robin": round_robin.ORDER,
    "longest_idle": longest_idle.ORDER,
}


@cache
def strategies() -> Mapping[str, Order]:
    """Every strategy by name. A name of the table cannot be taken by another package.

    Raises:
        ConfigInvalid: an entry point does not name an `Order`, or its name is none that scripts
            can store and events quote.
    """
    found: dict[str, Order] = {}
    for point in entry_points(group=GROUP):
        if not is_plain_id(point.name):
            raise ConfigInvalid(
                f"the strategy {point.name!r} ({point.value}) must be named by a-z, 0-9, _ and -,"
                " at most 64",
                field="strategy",
            )
        order = point.load()
        if not isinstance(order, Order):
            raise ConfigInvalid(f"the strategy {point.name!r} ({point.value}) is not an Order")
        found[point.name] = order
    return {**found, **TABLE}


def find(name: str) -> Order:
    """The strategy of that name.

    Raises:
        StrategyUnknown: there is none; the error lists those there are.
    """
    known = strategies()
    if name not in known:
        raise StrategyUnknown(
            f"no strategy is called {name!r}; there are {', '.join(sorted(known))}",
            field="strategy",
        )
    return known[name]

"""A queue, its pools, and how fast their lines move."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from acd.domain.queue import due_ms, line_score
from acd.routing.compiled import compile_queue
from acd.routing.model.values import ms
from acd.strategies.order import compose
from acd.strategies.registry import find

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import QueueId
    from acd.domain.interaction import Channel
    from acd.domain.queue import Measure, QueueSettings
    from acd.routing.model.interaction import Interaction
    from acd.strategies.order import CompiledOrder


@cache
def _order(strategy: tuple[str, ...], measure: Measure) -> CompiledOrder:
    return compose([find(name) for name in strategy], measure)


@cache
def _rules(text: str) -> Mapping[str, Any]:
    rules: Mapping[str, Any] = json.loads(text)
    return rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How a line moved: so many left it in so many ms in which somebody waited, as of then."""

    left: float = 0.0
    busy_ms: int = 0
    as_of_ms: int = 0


@dataclass(slots=True, kw_only=True)
class Pool:
    """A queue narrowed by a requirement. `build` is the number of its making."""

    build: int
    used_ms: int
    """When it was last required, noted once a minute."""
    ready: bool = False
    """Whether it offers: from its first timer on."""


@dataclass(slots=True, kw_only=True)
class Queue:
    """A queue as the directory has it. What stands in its line is asked of the interactions."""

    settings: QueueSettings
    closing: bool = False
    given: str = ""
    """Its hours as they were told."""
    hours: tuple[tuple[int, int], ...] | None = None
    """When it opens and closes, in order; None is always open."""
    served: float = 0.0
    """How many were accepted lately: a count that fades, as of `served_ms`."""
    served_ms: int
    rates: dict[str, Rate] = field(default_factory=dict)
    """By pool."""
    pools: dict[str, Pool] = field(default_factory=dict)
    """Those besides the bare queue."""
    builds: int = 0
    """How many pools were made, ever."""

    @property
    def id(self) -> QueueId:
        return self.settings.queue

    @property
    def channel(self) -> Channel:
        return self.settings.channel

    @property
    def rules(self) -> Mapping[str, Any]:
        """What not every queue has, as the scripts read it; times in ms."""
        return _rules(compile_queue(self.settings).rules)

    @property
    def order(self) -> CompiledOrder:
        """How its agents rank."""
        return _order(self.settings.strategy, self.settings.measure)

    @property
    def fan(self) -> int:
        """How many a ring asks at once."""
        return self.settings.ring_limit if self.order.ring_all else self.settings.ring

    @property
    def lines(self) -> list[str]:
        """The pools that have lines: the bare queue, then the others as they were made."""
        return [self.id, *self.pools]

    def serves(self, pool: str) -> bool:
        """Whether that pool offers."""
        return not self.closing and (
            pool == self.id or (pool in self.pools and self.pools[pool].ready)
        )

    @property
    def _credit_ms(self) -> int:
        return ms(self.settings.credit_s)

    def score(self, x: Interaction) -> int:
        """Where an interaction stands in this line; lower is served first."""
        return line_score(self.settings.order, x.level, x.enqueued_ms, self._credit_ms)

    def due(self, x: Interaction) -> int:
        """What compares interactions of different lines."""
        return due_ms(x.level, x.enqueued_ms, self._credit_ms)

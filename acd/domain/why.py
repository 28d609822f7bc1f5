"""The decision behind an offer, as its event tells it."""

from __future__ import annotations

from typing import TypedDict


class WhyKey(TypedDict):
    """One key the strategy ranked by, and this agent's value."""

    name: str
    value: int


class Why(TypedDict, total=False):
    """Why this agent: strategy, keys, how many were eligible for it, who was next.

    Drawn by lot, `seed`, `draw` and `of` derive the choice: the so-manieth number of that seed,
    below `of`, is the place among those who ranked alike, by their ids. Who became free and serves
    the line is not drawn. `by` asked for this agent, by a transfer. `pool` is named if skills were
    required, `relaxed` counts the steps that opened the requirement, and `sticky` says that they
    served the contact last and were preferred, or waited for.
    """

    strategy: str
    keys: list[WhyKey]
    eligible: int
    next: str | None
    priority: int
    seed: int
    draw: int
    of: int
    by: str
    config: int
    pool: str
    relaxed: int
    sticky: str

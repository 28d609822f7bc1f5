"""The decision behind an offer, as its event tells it."""

from __future__ import annotations

from typing import TypedDict


class WhyKey(TypedDict):
    """One key the strategy ranked by, and this agent's value."""

    name: str
    value: int


class Why(TypedDict, total=False):
    """Why this agent: strategy, keys, how many were eligible, who was next, the seed of chance.

    `pool` is named if skills were required, `relaxed` counts the steps that opened the requirement,
    and `sticky` says that they served the contact last and were preferred, or waited for.
    """

    strategy: str
    keys: list[WhyKey]
    eligible: int
    next: str | None
    priority: int
    seed: int
    config: int
    pool: str
    relaxed: int
    sticky: str

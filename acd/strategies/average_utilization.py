"""Whoever has fewest running: the load is spread evenly."""

from __future__ import annotations

from acd.strategies.order import By, CoarseKey, Order

ORDER = Order(coarse=(CoarseKey(by=By.RUNNING),))

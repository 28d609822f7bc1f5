"""Whoever has most running and still a free slot, so that others stay free for other work."""

from __future__ import annotations

from acd.strategies.order import By, CoarseKey, Order

ORDER = Order(coarse=(CoarseKey(by=By.RUNNING, most_first=True),))

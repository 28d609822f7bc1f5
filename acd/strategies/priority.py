"""The lowest priority number rings first; among equals the longest idle."""

from __future__ import annotations

from acd.strategies.order import By, CoarseKey, Order

ORDER = Order(coarse=(CoarseKey(by=By.PRIORITY),))

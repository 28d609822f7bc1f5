"""Whoever has been without work longest; breaks and missed rings do not count as work."""

from __future__ import annotations

from acd.strategies.order import Order

ORDER = Order()

"""All eligible agents ring, the first to answer wins; in waves of the queue's `ring_limit`."""

from __future__ import annotations

from acd.strategies.order import Order

ORDER = Order(ring_all=True)

"""By lot, each eligible agent as likely as the next."""

from __future__ import annotations

from acd.strategies.order import Fine, Order

ORDER = Order(fine=Fine.LOT)

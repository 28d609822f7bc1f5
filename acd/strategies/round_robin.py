"""In turn: whoever was asked longest ago."""

from __future__ import annotations

from acd.strategies.order import Fine, Order

ORDER = Order(fine=Fine.LAST_OFFERED)

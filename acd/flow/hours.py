"""When queues are open: calendars as instants, which is all that routing knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.calendar import next_opening, openings
from acd.domain.public_holidays import public_holidays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acd.domain.calendar import Hours
    from acd.domain.directory import Queue
    from acd.domain.ids import HoursId

_DAY_MS: Final = 86_400_000
AHEAD_MS: Final = 10 * _DAY_MS
"""How far instants are computed: long enough for a node to be away over the holidays."""
BEHIND_MS: Final = _DAY_MS
"""The closing before now tells since when it is closed."""


def instants(
    queue: Queue, hours: Mapping[HoursId, Hours], now_ms: int
) -> Sequence[tuple[int, int]] | None:
    """The queue's openings around now, as (opens, closes) in ms; None is always open."""
    calendar = _calendar(queue, hours)
    if calendar is None:
        return None
    is_holiday = public_holidays(calendar.holidays)
    return openings(calendar, now_ms - BEHIND_MS, now_ms + AHEAD_MS, is_holiday)


def opens_at(queue: Queue, hours: Mapping[HoursId, Hours], now_ms: int) -> int | None:
    """When the queue is next open, now if it is; None where that is not within 400 days."""
    calendar = _calendar(queue, hours)
    if calendar is None:
        return now_ms
    return next_opening(calendar, now_ms, public_holidays(calendar.holidays))


def _calendar(queue: Queue, hours: Mapping[HoursId, Hours]) -> Hours | None:
    return None if queue.hours is None else hours.get(queue.hours)

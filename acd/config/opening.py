"""`[[hours]]` as the calendar understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.config.hours import ClosedDays
from acd.domain.calendar import DaySpan, Hours, Period, parse_period
from acd.domain.ids import HoursId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acd.config.hours import HoursSettings

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def days_of(text: str) -> list[int]:
    """The weekdays of `mon` or `sat-mon`, Monday being 0."""
    first, _, last = text.partition("-")
    begin, end = _DAYS.index(first), _DAYS.index(last or first)
    return [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]


def business_hours(entry: HoursSettings) -> Hours:
    """The hours of that table, which has been checked."""
    week: list[tuple[Period, ...]] = [()] * 7
    for days, texts in entry.week.items():
        for day in days_of(days):
            week[day] = _periods(texts)
    return Hours(
        id=HoursId(entry.id),
        zone=entry.zone,
        week=tuple(week),
        holidays=entry.holidays,
        closed_days=tuple(
            DaySpan(first=said.first, last=said.last)
            if isinstance(said, ClosedDays)
            else DaySpan(first=said, last=said)
            for said in entry.closed_days
        ),
        open_days={own.day: _periods(own.periods) for own in entry.open_days},
    )


def _periods(texts: Iterable[str]) -> tuple[Period, ...]:
    return tuple(map(parse_period, texts))

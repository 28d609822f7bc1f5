"""Business hours: from a week of wall-clock periods to instants. Pure; the caller brings the time.

A period belongs to the day it begins on, and may end on the next. A day's periods are its own of
`open_days`, else none if it is closed or a public holiday, else those of the week.

Clocks that jump (summer time): whatever the clock on the wall says lies inside a period is open. A
time that the jump leaves out is the moment of the jump; of a time that comes twice, a period takes
the first to begin and the second to end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from acd.domain.ids import HoursId

DAY_MIN: Final = 24 * 60
_DAY_MS: Final = DAY_MIN * 60_000
_MARGIN: Final = timedelta(days=3)
"""A period of yesterday may still run, and zones are up to a day away from UTC."""
_LOOK_AHEAD_DAYS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From and to, in minutes of wall clock after the midnight a day begins with.

    `closes_min` is above `opens_min` by a day at most, so beyond 1,440 it is tomorrow.
    """

    opens_min: int
    closes_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpan:
    """A run of days, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When something is open. `week` has seven entries, Monday first; `zone` is an IANA name.

    `holidays` names a country or a region of one (`FR`, `DE-BY`), whose public holidays are
    closed; empty for none.
    """

    id: HoursId
    zone: str
    week: tuple[tuple[Period, ...], ...]
    holidays: str = ""
    closed_days: tuple[DaySpan, ...] = ()
    open_days: Mapping[date, tuple[Period, ...]] = field(default_factory=dict)


def parse_period(text: str) -> Period:
    """The period of `09:00-12:30`, `22:00-02:00` or `00:00-24:00`.

    Raises:
        ValueError: it is none, or it begins when it ends.
    """
    opens, closes = (_minutes(part) for part in text.split("-"))
    if opens == closes:
        raise ValueError("a period cannot end when it begins")
    return Period(opens_min=opens, closes_min=closes if closes > opens else closes + DAY_MIN)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def periods_of(hours: Hours, day: date, is_holiday: Callable[[date], bool]) -> tuple[Period, ...]:
    """The periods that begin on that day."""
    if (own := hours.open_days.get(day)) is not None:
        return own
    if any(span.first <= day <= span.last for span in hours.closed_days) or is_holiday(day):
        return ()
    return hours.week[day.weekday()]


def openings(
    hours: Hours, from_ms: int, until_ms: int, is_holiday: Callable[[date], bool]
) -> tuple[tuple[int, int], ...]:
    """Every opening that touches the time between, as (opens, closes) in ms since the epoch.

    In order, apart from one another, and each whole: the first may have begun before `from_ms`.
    What stays open beyond `until_ms` is told to last a few days longer.
    """
    found: list[tuple[int, int]] = []
    for opens, closes in _each(hours, from_ms, until_ms, is_holiday):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(span for span in found if span[1] > from_ms and span[0] < until_ms)


def next_opening(hours: Hours, now_ms: int, is_holiday: Callable[[date], bool]) -> int | None:
    """When it is next open: `now_ms` if it is, None if it is not within the next 400 days."""
    until_ms = now_ms + _LOOK_AHEAD_DAYS * _DAY_MS
    for opens, closes in _each(hours, now_ms, until_ms, is_holiday):
        if closes > now_ms:
            return max(opens, now_ms)
    return None


def _each(
    hours: Hours, from_ms: int, until_ms: int, is_holiday: Callable[[date], bool]
) -> Iterator[tuple[int, int]]:
    """The periods of the days around, as instants in the order in which they begin."""
    zone = ZoneInfo(hours.zone)
    day = (_utc(from_ms) - _MARGIN).date()
    last = (_utc(until_ms) + _MARGIN).date()
    while day <= last:
        midnight = datetime.combine(day, datetime.min.time())
        spans = [
            (
                _instant(midnight + timedelta(minutes=period.opens_min), zone, fold=0),
                _instant(midnight + timedelta(minutes=period.closes_min), zone, fold=1),
            )
            for period in periods_of(hours, day, is_holiday)
        ]
        yield from sorted(span for span in spans if span[0] < span[1])
        day += timedelta(days=1)


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _instant(wall: datetime, zone: ZoneInfo, *, fold: int) -> int:
    """When the zone's clocks say that, in ms since the epoch; `fold` chooses of two."""
    before, after = (wall.replace(tzinfo=zone, fold=f).astimezone(UTC) for f in (0, 1))
    if before <= after:  # the usual: once (equal), or twice
        return round((after if fold else before).timestamp() * 1000)
    # It is left out: the clocks jump somewhere between the two readings.
    low, high = int(after.timestamp()), int(before.timestamp())
    jumped = datetime.fromtimestamp(high, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == jumped:
            high = middle
        else:
            low = middle
    return high * 1000

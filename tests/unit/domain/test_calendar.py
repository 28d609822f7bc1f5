"""Business hours as instants: zones, clocks that jump, nights, holidays, days that differ."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.domain.calendar import (
    DAY_MIN,
    DaySpan,
    Hours,
    Period,
    next_opening,
    openings,
    parse_period,
    periods_of,
)
from acd.domain.ids import HoursId
from acd.domain.public_holidays import public_holidays, regions

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
OFFICE = ("09:00-12:30", "14:00-18:00")
NO_HOLIDAY = public_holidays("")


def hours(*week: tuple[str, ...], zone: str = "Europe/Paris", **more: object) -> Hours:
    days = [tuple(map(parse_period, day)) for day in week]
    return Hours(id=HoursId("office"), zone=zone, week=(*days, *[()] * (7 - len(days))), **more)


def ms(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def told(spans: tuple[tuple[int, int], ...], zone: str = "UTC") -> list[str]:
    """Spans as `day opens-closes` of that zone's clocks."""
    said = []
    for opens, closes in spans:
        first, last = (datetime.fromtimestamp(at / 1000, ZoneInfo(zone)) for at in (opens, closes))
        said.append(f"{first:%a %d %H:%M}-{last:%a %H:%M}")
    return said


class TestPeriods:
    def test_are_written_in_24_hours(self) -> None:
        assert parse_period("09:00-12:30") == Period(opens_min=540, closes_min=750)
        assert parse_period("22:00-02:00") == Period(opens_min=1320, closes_min=1560)
        assert parse_period("00:00-24:00") == Period(opens_min=0, closes_min=DAY_MIN)

    def test_that_end_when_they_begin_are_none(self) -> None:
        with pytest.raises(ValueError, match="when it begins"):
            parse_period("08:00-08:00")


class TestAWeek:
    def test_opens_several_times_a_day(self) -> None:
        spans = openings(hours(OFFICE), ms("2026-03-02"), ms("2026-03-10"), NO_HOLIDAY)
        assert told(spans, "Europe/Paris") == [
            "Mon 02 09:00-Mon 12:30", "Mon 02 14:00-Mon 18:00",
            "Mon 09 09:00-Mon 12:30", "Mon 09 14:00-Mon 18:00",
        ]  # fmt: skip

    def test_runs_past_midnight(self) -> None:
        night = hours(*[("22:00-06:00",)] * 7)
        spans = openings(night, ms("2026-03-02T00:00"), ms("2026-03-02T12:00"), NO_HOLIDAY)
        assert told(spans, "Europe/Paris") == ["Sun 01 22:00-Mon 06:00"]

    def test_that_never_closes_is_one_opening(self) -> None:
        always = hours(*[("00:00-24:00",)] * 7)
        [(opens, closes)] = openings(always, ms("2026-03-01"), ms("2026-04-10"), NO_HOLIDAY)
        assert opens <= ms("2026-03-01")
        assert closes >= ms("2026-04-10")

    def test_periods_that_touch_or_overlap_are_one(self) -> None:
        odd = hours(("10:00-12:00", "09:00-10:00", "11:00-13:00"))
        spans = openings(odd, ms("2026-03-02"), ms("2026-03-03"), NO_HOLIDAY)
        assert told(spans, "Europe/Paris") == ["Mon 02 09:00-Mon 13:00"]

    def test_without_periods_never_opens(self) -> None:
        assert openings(hours(), ms("2026-03-02"), ms("2026-04-02"), NO_HOLIDAY) == ()
        assert next_opening(hours(), ms("2026-03-02"), NO_HOLIDAY) is None


class TestDaysThatDiffer:
    def test_holidays_and_closed_days_are_closed_and_open_days_open(self) -> None:
        always = hours(
            *[("09:00-17:00",)] * 7,
            holidays="FR",
            closed_days=(DaySpan(first=date(2026, 7, 11), last=date(2026, 7, 12)),),
            open_days={
                date(2026, 7, 12): (parse_period("10:00-11:00"),),
                date(2026, 7, 14): (parse_period("08:00-09:00"),),
            },
        )
        spans = openings(always, ms("2026-07-10"), ms("2026-07-15"), public_holidays("FR"))
        assert told(spans, "Europe/Paris") == [
            "Fri 10 09:00-Fri 17:00",
            "Sun 12 10:00-Sun 11:00",
            "Mon 13 09:00-Mon 17:00",
            "Tue 14 08:00-Tue 09:00",
        ]
        closed = periods_of(always, date(2027, 7, 14), public_holidays("FR"))
        assert closed == ()

    def test_the_night_before_a_closed_day_runs_into_it(self) -> None:
        night = hours(
            *[("22:00-06:00",)] * 7,
            closed_days=(DaySpan(first=date(2026, 3, 3), last=date(2026, 3, 3)),),
        )
        spans = openings(night, ms("2026-03-03T00:00"), ms("2026-03-04T12:00"), NO_HOLIDAY)
        assert told(spans, "Europe/Paris") == ["Mon 02 22:00-Tue 06:00"]

    def test_regions_differ_from_their_country(self) -> None:
        epiphany = date(2026, 1, 6)
        assert public_holidays("DE-BY")(epiphany)
        assert not public_holidays("DE")(epiphany)
        assert "BY" in regions()["DE"]
        for unknown in ("ZZ", "DE-ZZ"):
            with pytest.raises(ValueError, match=f"known of {unknown}"):
                public_holidays(unknown)


class TestTheNextOpening:
    def test_is_now_while_open_and_else_when_it_opens(self) -> None:
        office = hours(OFFICE)
        at = ms("2026-03-02T10:00", "Europe/Paris")
        assert next_opening(office, at, NO_HOLIDAY) == at
        closing = ms("2026-03-02T12:30", "Europe/Paris")
        assert next_opening(office, closing, NO_HOLIDAY) == ms("2026-03-02T14:00", "Europe/Paris")
        over = ms("2026-03-02T18:00", "Europe/Paris")
        assert next_opening(office, over, NO_HOLIDAY) == ms("2026-03-09T09:00", "Europe/Paris")

    def test_is_found_behind_a_long_pause(self) -> None:
        season = hours(open_days={date(2026, 12, 1): (parse_period("09:00-10:00"),)})
        found = next_opening(season, ms("2026-02-01"), NO_HOLIDAY)
        assert found == ms("2026-12-01T09:00", "Europe/Paris")


class TestClocksThatJump:
    """Paris: 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00."""

    @pytest.mark.parametrize(
        ("day", "period", "opens", "closes"),
        [
            pytest.param("2026-03-29", "02:30-05:00", "01:00", "03:00", id="opens-in-the-gap"),
            pytest.param("2026-03-29", "01:00-02:30", "00:00", "01:00", id="closes-in-the-gap"),
            pytest.param("2026-10-25", "02:30-05:00", "00:30", "04:00", id="opens-at-the-first"),
            pytest.param("2026-10-25", "01:00-02:30", "23:00", "01:30", id="closes-at-the-second"),
        ],
    )
    def test_a_time_left_out_is_the_jump_and_one_that_comes_twice_is_both(
        self, day: str, period: str, opens: str, closes: str
    ) -> None:
        sunday = hours(*[()] * 6, (period,))
        [(first, last)] = openings(
            sunday, ms(f"{day}T00:00") - HOUR_MS, ms(f"{day}T12:00"), NO_HOLIDAY
        )
        assert f"{datetime.fromtimestamp(first / 1000, UTC):%H:%M}" == opens
        assert f"{datetime.fromtimestamp(last / 1000, UTC):%H:%M}" == closes

    def test_a_period_inside_the_gap_does_not_open(self) -> None:
        sunday = hours(*[()] * 6, ("02:10-02:50",))
        assert openings(sunday, ms("2026-03-28"), ms("2026-03-30"), NO_HOLIDAY) == ()

    def test_a_day_that_a_country_left_out_does_not_open(self) -> None:
        samoa = hours(*[("09:00-17:00",)] * 7, zone="Pacific/Apia")
        spans = openings(samoa, ms("2011-12-28T12:00"), ms("2012-01-01"), NO_HOLIDAY)
        opened = [datetime.fromtimestamp(o / 1000, ZoneInfo("Pacific/Apia")).day for o, _ in spans]
        assert opened == [28, 29, 31, 1]


ZONES = (
    "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
    "America/Sao_Paulo", "Africa/Casablanca", "UTC",
)  # fmt: skip
JUMPS = tuple(
    date.fromisoformat(day)
    for day in (
        "2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-04-04", "2026-10-03",
        "2011-12-29", "2018-11-03", "2018-02-17", "2026-02-14", "2026-03-21",
    )
)  # fmt: skip
"""Days before those zones' clocks jump: an hour, half an hour, a day; at night, at midnight."""
PERIODS = st.tuples(
    st.integers(0, DAY_MIN // 15 - 1), st.integers(1, DAY_MIN // 15)
).map(lambda pair: Period(opens_min=pair[0] * 15, closes_min=(pair[0] + pair[1]) * 15))  # fmt: skip


@given(
    week=st.lists(st.lists(PERIODS, max_size=3).map(tuple), min_size=7, max_size=7).map(tuple),
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(JUMPS) | st.dates(date(2010, 1, 1), date(2030, 12, 31)),
    closed=st.sets(st.integers(-2, 4)),
)
@settings(max_examples=200, deadline=None)
def test_it_is_open_when_the_clock_on_the_wall_says_so(
    week: tuple[tuple[Period, ...], ...], zone: str, day: date, closed: set[int]
) -> None:
    """Every quarter of an hour of two days, by another way: ask the wall clock.

    Only where a time comes twice may it be open beyond what the wall clock says, since it opens at
    the first and closes at the second.
    """
    spans_closed = tuple(
        DaySpan(first=day + timedelta(days=n), last=day + timedelta(days=n)) for n in closed
    )
    calendar = Hours(id=HoursId("x"), zone=zone, week=week, closed_days=spans_closed)
    begin = round(datetime.combine(day, datetime.min.time(), UTC).timestamp() * 1000)
    until = begin + 2 * DAY_MIN * MINUTE_MS
    spans = openings(calendar, begin, until, NO_HOLIDAY)

    assert all(opens < closes for opens, closes in spans)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    assert all(closes > begin and opens < until for opens, closes in spans)

    where = ZoneInfo(zone)
    for at in range(begin, until, 15 * MINUTE_MS):
        wall = datetime.fromtimestamp(at / 1000, where)
        naive = wall.replace(tzinfo=None, fold=0)
        today = datetime.combine(naive.date(), datetime.min.time())
        by_wall = any(
            period.opens_min <= (naive - midnight) / timedelta(minutes=1) < period.closes_min
            for midnight in (today, today - timedelta(days=1))
            for period in periods_of(calendar, midnight.date(), NO_HOLIDAY)
        )  # fmt: skip
        is_open = any(opens <= at < closes for opens, closes in spans)
        if by_wall:
            assert is_open, (wall, spans)
        elif is_open:
            first = naive.replace(tzinfo=where, fold=0).utcoffset()
            second = naive.replace(tzinfo=where, fold=1).utcoffset()
            assert first != second, (wall, spans)
        upcoming = next_opening(calendar, at, NO_HOLIDAY)
        assert (upcoming == at) == is_open

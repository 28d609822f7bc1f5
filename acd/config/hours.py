"""Business hours: a week, public holidays, and days that differ."""

import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from acd.config.base import DAYS, PERIOD, REGION, Section, Slug

Days = Annotated[str, StringConstraints(pattern=DAYS)]
"""A day (`mon`) or a run of days (`mon-fri`, `sat-mon`)."""

Period = Annotated[str, StringConstraints(pattern=PERIOD)]
"""Two times of the day; one that ends before it begins goes past midnight."""


class ClosedDays(Section):
    """A run of days, both ends included."""

    first: datetime.date
    """The first closed day."""
    last: datetime.date
    """The last closed day."""


class OpenDay(Section):
    """A day with periods of its own, whatever the week, the holidays or `closed_days` say."""

    day: datetime.date
    """Which day."""
    periods: Annotated[tuple[Period, ...], Field(min_length=1)]
    """When it is open, such as `["10:00-12:00"]`."""


class HoursSettings(Section):
    """When queues are open. Departments and queues name it in `hours`."""

    id: Slug
    """Its id; not `always`, which is there anyway."""
    zone: str
    """The time zone, such as `Europe/Paris`: times are those of its clocks, in summer too."""
    week: dict[Days, tuple[Period, ...]] = Field(default_factory=dict)
    """Periods by day or run of days, such as
    `{ mon-fri = ["09:00-12:30", "14:00-18:00"], sat = ["22:00-02:00"] }`. A period past midnight
    belongs to the day it begins on; days that are not named are closed."""
    holidays: Annotated[str, Field(pattern=REGION)] = ""
    """The country whose public holidays are closed, such as `FR`, or a region of it, such as
    `DE-BY`; empty for none."""
    closed_days: tuple[datetime.date | ClosedDays, ...] = ()
    """Further closed days: dates, and runs such as `{ first = 2026-12-24, last = 2027-01-03 }`."""
    open_days: tuple[OpenDay, ...] = ()
    """Days with periods of their own, such as
    `[{ day = 2026-12-20, periods = ["10:00-16:00"] }]`."""

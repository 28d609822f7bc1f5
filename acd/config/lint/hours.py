"""Hours that cannot be, and hours that are not meant."""

from __future__ import annotations

import zoneinfo
from itertools import pairwise
from typing import TYPE_CHECKING

from acd.config.hours import ClosedDays
from acd.config.lint.view import warning
from acd.config.opening import business_hours, days_of
from acd.config.problems import KeyPath, Problem, did_you_mean
from acd.config.rules import ALWAYS
from acd.domain.calendar import DAY_MIN, Period, next_opening, parse_period
from acd.domain.public_holidays import public_holidays, regions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from acd.config.hours import HoursSettings
    from acd.config.model import Config


def broken(config: Config) -> Iterator[Problem]:
    """Hours that no calendar can be made of."""
    for index, entry in enumerate(config.hours):
        path: KeyPath = ("hours", index)
        if entry.id == ALWAYS:
            yield Problem(
                path=(*path, "id"),
                code="hours_reserved",
                message=f"`{ALWAYS}` is there anyway and means always open",
                remedy="Choose another id.",
            )
        yield from _zone(entry, path)
        yield from _region(entry, path)
        yield from _week(entry, path)
        yield from _days(entry, path)


def _zone(entry: HoursSettings, path: KeyPath) -> Iterator[Problem]:
    known = zoneinfo.available_timezones()
    if entry.zone not in known:
        # of some 600 zones those of one's own city are near; all of them would be no help
        near = did_you_mean(entry.zone, known)
        yield Problem(
            path=(*path, "zone"),
            code="unknown_zone",
            message=f"there is no time zone `{entry.zone}`",
            remedy=near if near.startswith("Did") else "Write it as in `Europe/Paris`.",
        )


def _region(entry: HoursSettings, path: KeyPath) -> Iterator[Problem]:
    try:
        public_holidays(entry.holidays)
    except ValueError as error:
        country = entry.holidays.partition("-")[0]
        parts = regions().get(country, ())
        yield Problem(
            path=(*path, "holidays"),
            code="unknown_region",
            message=str(error),
            remedy=did_you_mean("", [country, *(f"{country}-{part}" for part in parts)])
            if country in regions()
            else "Write the country as two capital letters, such as `FR`, or add `closed_days`.",
        )


def _week(entry: HoursSettings, path: KeyPath) -> Iterator[Problem]:
    told: dict[int, str] = {}
    for days, texts in entry.week.items():
        yield from _times(texts, (*path, "week", days))
        twice = [told[day] for day in days_of(days) if day in told]
        if twice:
            yield Problem(
                path=(*path, "week", days),
                code="twice",
                message=f"a day of `{days}` is already in `{twice[0]}`",
                remedy="Name each day once, such as `mon-thu` and `fri`.",
            )
        told.update(dict.fromkeys(days_of(days), days))


def _days(entry: HoursSettings, path: KeyPath) -> Iterator[Problem]:
    for at, said in enumerate(entry.closed_days):
        if isinstance(said, ClosedDays) and said.last < said.first:
            yield Problem(
                path=(*path, "closed_days", at),
                code="days_backwards",
                message=f"the last day, {said.last}, is before the first, {said.first}",
                remedy="Swap them.",
            )
    told = set()
    for at, own in enumerate(entry.open_days):
        yield from _times(own.periods, (*path, "open_days", at, "periods"))
        if own.day in told:
            yield Problem(
                path=(*path, "open_days", at, "day"),
                code="twice",
                message=f"{own.day} is there already",
                remedy="Write all its periods in one entry.",
            )
        told.add(own.day)


def _times(texts: Iterable[str], path: KeyPath) -> Iterator[Problem]:
    for text in texts:
        try:
            parse_period(text)
        except ValueError:
            yield Problem(
                path=path,
                code="period_empty",
                message=f"`{text}` ends when it begins",
                remedy="For a whole day write `00:00-24:00`.",
            )


def findings(config: Config, now_ms: int) -> Iterator[Problem]:
    """Hours never open, never used, or with periods that run into one another."""
    used = {
        rules.hours for department in config.departments for rules in department.queues().values()
    } | {device.hours for agent in config.agents for device in agent.devices}
    for index, entry in enumerate(config.hours):
        path: KeyPath = ("hours", index)
        hours = business_hours(entry)
        if next_opening(hours, now_ms, public_holidays(entry.holidays)) is None:
            yield warning(
                path,
                "hours_never_open",
                f"`{entry.id}` is not open once in the next 400 days",
                'Give it a `week`, such as `{ mon-fri = ["09:00-17:00"] }`.',
            )
        if entry.id not in used:
            yield warning(
                path,
                "hours_unused",
                f"no department, no queue and no device has the hours `{entry.id}`",
                f'Write `hours = "{entry.id}"` in one, or take these away.',
            )
        for days, texts in entry.week.items():
            if overlapping := _overlap(map(parse_period, texts)):
                yield warning(
                    (*path, "week", days),
                    "periods_overlap",
                    f"two periods overlap from {overlapping}",
                    "It is open for both together; correct a time if that is not meant.",
                )


def _overlap(periods: Iterable[Period]) -> str:
    """The time at which a second period begins before the first has ended, or nothing."""
    ordered = sorted(periods, key=lambda period: period.opens_min)
    for first, second in pairwise(ordered):
        if second.opens_min < first.closes_min:
            minute = second.opens_min % DAY_MIN
            return f"{minute // 60:02}:{minute % 60:02}"
    return ""

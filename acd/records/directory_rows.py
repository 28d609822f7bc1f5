"""Rows of the directory to values and back."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from acd.domain.calendar import DaySpan, Hours, Period
from acd.domain.capacity import DEFAULT_CHANNELS, ChannelCapacity
from acd.domain.directory import (
    Agent,
    ApiKey,
    ChannelOverride,
    Department,
    DepartmentMembership,
    Queue,
    Role,
    Site,
    Skill,
)
from acd.domain.interaction import Channel
from acd.domain.queue import (
    DIVERSIONS,
    Diversion,
    Divert,
    LastAgent,
    LineOrder,
    Measure,
    QueueSettings,
    RelaxStep,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_NAMED_BY_ROW = {"queue", "version", "channel", "department"}  # columns of their own
_RULES = {field.name for field in dataclasses.fields(QueueSettings)} - _NAMED_BY_ROW


def _divert(said: dict[str, Any] | None) -> Divert | None:
    return Divert(to=Diversion(said["to"]), queue=said["queue"]) if said else None


_MAKE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "strategy": tuple,
    "measure": Measure,
    "order": LineOrder,
    "last_agent": LastAgent,
    "relax": lambda steps: tuple(RelaxStep(**step) for step in steps),
    **dict.fromkeys(DIVERSIONS, _divert),
}


def department(row: Any) -> Department:
    """The department of that row."""
    return Department(id=row.id, names=row.names, active=row.active, provisioned=row.provisioned)


def queue(row: Any) -> Queue:
    """The queue of that row; its settings carry version 0."""
    channel = Channel(row.channel)
    # Rules that this version no longer knows are passed over, those it knows anew take defaults.
    rules = {name: value for name, value in row.settings.items() if name in _RULES}
    rules = {name: _MAKE[name](rule) if name in _MAKE else rule for name, rule in rules.items()}
    return Queue(
        id=row.id,
        department=row.department,
        channel=channel,
        settings=QueueSettings(
            queue=row.id, version=0, channel=channel, department=row.department, **rules
        ),
        hours=row.hours,
        active=row.active,
        provisioned=row.provisioned,
    )


def queue_rules(settings: QueueSettings) -> dict[str, Any]:
    """What is stored of a queue's settings: the rules, not what the row names itself."""
    return {name: _plain(getattr(settings, name)) for name in sorted(_RULES)}


def _plain(rule: Any) -> Any:
    """What JSON takes: the steps and diversions as objects."""
    if isinstance(rule, tuple):
        return [_plain(entry) for entry in rule]
    return dataclasses.asdict(rule) if dataclasses.is_dataclass(rule) else rule  # type: ignore[arg-type]


def hours(row: Any) -> Hours:
    """The hours of that row."""
    said = row.calendar
    return Hours(
        id=row.id,
        zone=said["zone"],
        week=tuple(map(_periods, said["week"])),
        holidays=said["holidays"],
        closed_days=tuple(
            DaySpan(first=date.fromisoformat(first), last=date.fromisoformat(last))
            for first, last in said["closed_days"]
        ),
        open_days={
            date.fromisoformat(day): _periods(own) for day, own in said["open_days"].items()
        },
    )


def hours_row(value: Hours) -> dict[str, Any]:
    """The row of those hours."""
    return {
        "id": value.id,
        "calendar": {
            "zone": value.zone,
            "week": [_pairs(day) for day in value.week],
            "holidays": value.holidays,
            "closed_days": [
                [span.first.isoformat(), span.last.isoformat()] for span in value.closed_days
            ],
            "open_days": {day.isoformat(): _pairs(own) for day, own in value.open_days.items()},
        },
    }


def _periods(pairs: Iterable[Sequence[int]]) -> tuple[Period, ...]:
    return tuple(Period(opens_min=opens, closes_min=closes) for opens, closes in pairs)


def _pairs(periods: Iterable[Period]) -> list[list[int]]:
    return [[period.opens_min, period.closes_min] for period in periods]


def skill(row: Any) -> Skill:
    """The skill of that row."""
    return Skill(id=row.id, name=row.name, active=row.active, provisioned=row.provisioned)


def site(row: Any) -> Site:
    """The site of that row."""
    return Site(
        id=row.id,
        name=row.name,
        origins=tuple(row.origins),
        locales=tuple(row.locales),
        departments=tuple(row.departments),
        requires=row.requires,
        requires_by_locale=row.requires_by_locale,
        active=row.active,
        provisioned=row.provisioned,
    )


def site_row(value: Site) -> dict[str, Any]:
    """The row of that site."""
    return {
        "id": value.id,
        "name": value.name,
        "origins": list(value.origins),
        "locales": list(value.locales),
        "departments": list(value.departments),
        "requires": dict(value.requires),
        "requires_by_locale": {name: dict(own) for name, own in value.requires_by_locale.items()},
        "active": value.active,
        "provisioned": value.provisioned,
    }


def api_key(row: Any) -> ApiKey:
    """The API key of that row, without its hash."""
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=tuple(row.scopes),
        active=row.active,
        provisioned=row.provisioned,
        created_ms=row.created_ms,
    )


def agent(row: Any, places: Iterable[Any], levels: Mapping[str, int]) -> Agent:
    """The agent of that row, with the rows of its memberships and its skill levels."""
    return Agent(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        locale=row.locale,
        total=row.total,
        channels={Channel(name): ChannelOverride(**own) for name, own in row.channels.items()},
        memberships=tuple(
            DepartmentMembership(
                department=place.department,
                priority=place.priority,
                rank=place.rank,
                channels=tuple(Channel(name) for name in place.channels),
            )
            for place in places
        ),
        skills=dict(levels),
        active=row.active,
        provisioned=row.provisioned,
        has_password=bool(row.password_hash),
    )


def agent_row(value: Agent) -> dict[str, Any]:
    """The row of that agent, without its password."""
    return {
        "id": value.id,
        "name": value.name,
        "email": value.email.strip().lower(),
        "role": value.role.value,
        "locale": value.locale,
        "total": value.total,
        "channels": {
            channel.value: dataclasses.asdict(own) for channel, own in value.channels.items()
        },
        "active": value.active,
        "provisioned": value.provisioned,
    }


def membership_rows(value: Agent) -> list[dict[str, Any]]:
    """The rows of that agent's memberships."""
    return [
        {
            "agent": value.id,
            "department": place.department,
            "priority": place.priority,
            "rank": place.rank,
            "channels": [channel.value for channel in place.channels],
        }
        for place in value.memberships
    ]


def skill_rows(value: Agent) -> list[dict[str, Any]]:
    """The rows of that agent's skills."""
    return [
        {"agent": value.id, "skill": name, "level": level}
        for name, level in sorted(value.skills.items())
    ]


def capacities(stored: Mapping[str, Mapping[str, Any]]) -> dict[Channel, ChannelCapacity]:
    """The tenant's capacity per channel; the product's where nothing is stored."""
    own = {Channel(name): ChannelCapacity(**value) for name, value in stored.items()}
    return {**DEFAULT_CHANNELS, **own}

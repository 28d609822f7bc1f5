"""Rows of the directory to values and back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

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
from acd.domain.queue import LineOrder, Measure, QueueSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Row

_NAMED_BY_ROW = {"queue", "version", "channel", "department"}  # columns of their own
_RULES = {field.name for field in dataclasses.fields(QueueSettings)} - _NAMED_BY_ROW


def department(row: Row[Any]) -> Department:
    """The department of that row."""
    return Department(id=row.id, names=row.names, active=row.active, provisioned=row.provisioned)


def queue(row: Row[Any]) -> Queue:
    """The queue of that row; its settings carry version 0."""
    channel = Channel(row.channel)
    # Rules that this version no longer knows are passed over, those it knows anew take defaults.
    rules = {name: value for name, value in row.settings.items() if name in _RULES}
    for name, make in (("strategy", tuple), ("measure", Measure), ("order", LineOrder)):
        if name in rules:
            rules[name] = make(rules[name])
    return Queue(
        id=row.id,
        department=row.department,
        channel=channel,
        settings=QueueSettings(
            queue=row.id, version=0, channel=channel, department=row.department, **rules
        ),
        active=row.active,
        provisioned=row.provisioned,
    )


def queue_rules(settings: QueueSettings) -> dict[str, Any]:
    """What is stored of a queue's settings: the rules, not what the row names itself."""
    rules = {name: getattr(settings, name) for name in sorted(_RULES)}
    return {**rules, "strategy": list(settings.strategy)}


def skill(row: Row[Any]) -> Skill:
    """The skill of that row."""
    return Skill(id=row.id, name=row.name, active=row.active, provisioned=row.provisioned)


def site(row: Row[Any]) -> Site:
    """The site of that row."""
    return Site(
        id=row.id,
        name=row.name,
        origins=tuple(row.origins),
        locales=tuple(row.locales),
        departments=tuple(row.departments),
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
        "active": value.active,
        "provisioned": value.provisioned,
    }


def api_key(row: Row[Any]) -> ApiKey:
    """The API key of that row, without its hash."""
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=tuple(row.scopes),
        active=row.active,
        provisioned=row.provisioned,
        created_ms=row.created_ms,
    )


def agent(row: Row[Any], places: Iterable[Row[Any]], levels: Mapping[str, int]) -> Agent:
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

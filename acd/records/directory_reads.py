"""What is read of the directory within one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, bindparam, select

from acd.records import directory_rows as rows
from acd.records.devices import agents_reached_without_console
from acd.records.prepared import Prepared
from acd.records.tables.directory import (
    agent_skills,
    agents,
    departments,
    directory_state,
    hours,
    memberships,
    queues,
    skills,
)
from acd.records.version import version_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acd.domain.calendar import Hours
    from acd.domain.capacity import ChannelCapacity
    from acd.domain.directory import Agent, Department, Queue, Skill
    from acd.domain.ids import AgentId, QueueId
    from acd.domain.interaction import Channel


@cache
def listed(table: Table, *, inactive: bool = False) -> Prepared:
    """The rows of a table by their id; those that are active, unless asked otherwise."""
    query = select(table).order_by(table.c.id)
    return Prepared(query if inactive else query.where(table.c.active))


@cache
def by_id(table: Table) -> Prepared:
    """The row of a table with that `id`."""
    return Prepared(select(table).where(table.c.id == bindparam("id")))


_places_of = Prepared.among(
    select(memberships).order_by(memberships.c.priority, memberships.c.department),
    memberships.c.agent,
)
_skills_of = Prepared.among(select(agent_skills), agent_skills.c.agent)


def read_channels(tx: Connection) -> Mapping[Channel, ChannelCapacity]:
    """The tenant's capacity per channel."""
    return rows.capacities(tx.execute(select(directory_state.c.channels)).scalar() or {})


def agents_of(tx: Connection, found: Sequence[Any]) -> list[Agent]:
    """The agents of those rows, with their memberships and skills."""
    if not found:
        return []
    ids = {"ids": [row.id for row in found]}
    places: dict[str, list[Any]] = {}
    for row in _places_of.all(tx, ids):
        places.setdefault(row.agent, []).append(row)
    levels: dict[str, dict[str, int]] = {}
    for row in _skills_of.all(tx, ids):
        levels.setdefault(row.agent, {})[row.skill] = row.level
    return [rows.agent(row, places.get(row.id, []), levels.get(row.id, {})) for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The active directory and what has left it, at least as new as its version."""

    version: int
    channels: Mapping[Channel, ChannelCapacity]
    departments: tuple[Department, ...]
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    hours: tuple[Hours, ...] = ()
    skills: tuple[Skill, ...] = ()
    closed_console: frozenset[AgentId] = frozenset()
    """Who has a telephone that rings although no console of theirs is open."""
    gone_queues: tuple[QueueId, ...] = ()
    gone_agents: tuple[AgentId, ...] = ()


def read_snapshot(tx: Connection) -> Snapshot:
    """The active directory. The version is read first: rows may be newer than it, never older."""
    version = version_of(tx)
    return Snapshot(
        version=version,
        channels=read_channels(tx),
        departments=tuple(map(rows.department, listed(departments).all(tx))),
        queues=tuple(map(rows.queue, listed(queues).all(tx))),
        agents=tuple(agents_of(tx, listed(agents).all(tx))),
        hours=tuple(map(rows.hours, listed(hours).all(tx))),
        skills=tuple(map(rows.skill, listed(skills).all(tx))),
        closed_console=agents_reached_without_console(tx),
        gone_queues=tuple(tx.execute(select(queues.c.id).where(~queues.c.active)).scalars()),
        gone_agents=tuple(tx.execute(select(agents.c.id).where(~agents.c.active)).scalars()),
    )

"""What is read of the directory within one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from acd.records import directory_rows as rows
from acd.records.devices import agents_reached_without_console
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
    from collections.abc import Mapping

    from sqlalchemy import Row, Select

    from acd.domain.calendar import Hours
    from acd.domain.capacity import ChannelCapacity
    from acd.domain.directory import Agent, Department, Queue, Skill
    from acd.domain.ids import AgentId, QueueId
    from acd.domain.interaction import Channel


def listed(table: Any, *, inactive: bool = False) -> Select[Any]:
    """The rows of a table by their id; those that are active, unless asked otherwise."""
    query = select(table).order_by(table.c.id)
    return query if inactive else query.where(table.c.active)


def read_channels(tx: Connection) -> Mapping[Channel, ChannelCapacity]:
    """The tenant's capacity per channel."""
    return rows.capacities(tx.execute(select(directory_state.c.channels)).scalar() or {})


def read_agents(tx: Connection, query: Select[Any]) -> list[Agent]:
    """The agents of that query, with their memberships and skills."""
    found = tx.execute(query).all()
    ids = select(query.order_by(None).subquery().c.id)
    places: dict[str, list[Row[Any]]] = {}
    for row in tx.execute(
        select(memberships)
        .where(memberships.c.agent.in_(ids))
        .order_by(memberships.c.priority, memberships.c.department)
    ):
        places.setdefault(row.agent, []).append(row)
    levels: dict[str, dict[str, int]] = {}
    for row in tx.execute(select(agent_skills).where(agent_skills.c.agent.in_(ids))):
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
        departments=tuple(map(rows.department, tx.execute(listed(departments)))),
        queues=tuple(map(rows.queue, tx.execute(listed(queues)))),
        agents=tuple(read_agents(tx, listed(agents))),
        hours=tuple(map(rows.hours, tx.execute(listed(hours)))),
        skills=tuple(map(rows.skill, tx.execute(listed(skills)))),
        closed_console=agents_reached_without_console(tx),
        gone_queues=tuple(tx.execute(select(queues.c.id).where(~queues.c.active)).scalars()),
        gone_agents=tuple(tx.execute(select(agents.c.id).where(~agents.c.active)).scalars()),
    )

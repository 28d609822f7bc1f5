"""How agents stood at a moment of the past, as far as history knows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, or_, select

from acd.domain.agent import Availability
from acd.domain.events import EventType
from acd.domain.history import LastPresence, PastStanding
from acd.domain.interaction import Channel
from acd.records.sql import padded
from acd.records.tables.happened import (
    events,
    interactions,
    offers,
    presence_intervals,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Select

    from acd.domain.ids import AgentId
    from acd.records.engine import Database

_FREES: Final = frozenset(
    {
        EventType.INTERACTION_IDLE,
        EventType.INTERACTION_REQUEUED,
        EventType.INTERACTION_MOVED,
        EventType.INTERACTION_PARKED,
    }
)
"""What gives a slot back before the end."""
_HOLDS: Final = frozenset(
    {
        EventType.OFFER_ACCEPTED,
        EventType.INTERACTION_ASSIGNED,
        EventType.INTERACTION_ACTIVE,
        EventType.INTERACTION_REGAINED,
    }
)


async def standings_at(
    database: Database, agents: Collection[AgentId], channel: Channel, at_ms: int
) -> dict[AgentId, PastStanding]:
    """How each of them stood on that channel; who was never here was offline.

    What rang there counts as what they had. What several had counts for the last of them.

    Raises:
        StoreUnavailable: the database is away.
    """

    def work(tx: Connection) -> dict[AgentId, PastStanding]:
        wanted = padded(agents)
        span, x, o = presence_intervals.c, interactions.c, offers.c
        here = select(span.agent, span.availability, span.reason).where(
            span.agent.in_(wanted),
            span.channel == channel.value,
            span.from_ms <= at_ms,
            or_(span.to_ms.is_(None), span.to_ms > at_ms),
        )
        until = func.coalesce(x.wrapped_up_ms, x.ended_ms)
        had = select(x.id, x.agent, x.channel).where(
            x.agent.in_(wanted),
            x.channel != "",
            x.accepted_ms <= at_ms,
            or_(until.is_(None), until > at_ms),
        )
        rang = (
            select(o.agent, x.channel)
            .join_from(offers, interactions, x.id == o.interaction)
            .where(
                o.agent.in_(wanted),
                x.channel != "",
                o.made_ms <= at_ms,
                or_(o.ended_ms.is_(None), o.ended_ms > at_ms),
            )
        )
        presence = {row.agent: row for row in tx.execute(here.order_by(span.event_seq))}
        counts: dict[str, Counter[Channel]] = {}
        free = _holding_nothing(tx, had.with_only_columns(x.id), at_ms)
        theirs = (row for row in tx.execute(had) if row.id not in free)
        for row in (*theirs, *tx.execute(rang)):
            counts.setdefault(row.agent, Counter())[Channel(row.channel)] += 1
        return {
            agent: PastStanding(
                availability=Availability(presence[agent].availability)
                if agent in presence
                else Availability.OFFLINE,
                reason=presence[agent].reason if agent in presence else "",
                held=counts.get(agent, {}),
            )
            for agent in agents
        }

    return await database.read(work) if agents else {}


def last_presence(
    tx: Connection, agents: Collection[AgentId]
) -> dict[AgentId, dict[Channel, LastPresence]]:
    """What each of them was last heard to be; who was never here is missing.

    So is what no release of ours wrote: it must not keep a server from being served.
    """
    span = presence_intervals.c
    query = select(span.agent, span.channel, span.availability, span.reason, span.cause)
    query = query.where(span.agent.in_(padded(agents)), span.to_ms.is_(None))
    found: dict[AgentId, dict[Channel, LastPresence]] = {}
    for row in tx.execute(query.where(span.availability.in_([*Availability]))):
        found.setdefault(row.agent, {})[Channel(row.channel)] = LastPresence(
            availability=Availability(row.availability), reason=row.reason, cause=row.cause
        )
    return found


def _holding_nothing(tx: Connection, ids: Select[tuple[str]], at_ms: int) -> set[str]:
    """Those of the interactions that were silent then, or waited again: nobody's slot was held."""
    e = events.c
    told = (
        select(e.interaction, e.type)
        .where(
            e.interaction.in_(ids),
            e.type.in_([kind.value for kind in sorted(_FREES | _HOLDS)]),
            e.at_ms <= at_ms,
        )
        .order_by(e.generation, e.seq)
    )
    last = {row.interaction: EventType(row.type) for row in tx.execute(told)}
    return {name for name, kind in last.items() if kind in _FREES}

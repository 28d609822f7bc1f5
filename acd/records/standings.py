"""How agents stood at a moment of the past, as far as history knows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from acd.domain.agent import Availability
from acd.domain.history import PastStanding
from acd.domain.interaction import Channel
from acd.records.sql import padded
from acd.records.tables.happened import interactions, offers, presence_intervals

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from acd.domain.ids import AgentId
    from acd.records.engine import Database


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
        had = (
            select(x.agent, x.channel, func.count().label("held"))
            .where(
                x.agent.in_(wanted),
                x.channel != "",
                x.accepted_ms <= at_ms,
                or_(until.is_(None), until > at_ms),
            )
            .group_by(x.agent, x.channel)
        )
        rang = (
            select(o.agent, x.channel, func.count().label("held"))
            .join_from(offers, interactions, x.id == o.interaction)
            .where(
                o.agent.in_(wanted),
                x.channel != "",
                o.made_ms <= at_ms,
                or_(o.ended_ms.is_(None), o.ended_ms > at_ms),
            )
            .group_by(o.agent, x.channel)
        )
        presence = {row.agent: row for row in tx.execute(here.order_by(span.event_seq))}
        counts: dict[str, Counter[Channel]] = {}
        for row in (*tx.execute(had), *tx.execute(rang)):
            counts.setdefault(row.agent, Counter())[Channel(row.channel)] += row.held
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

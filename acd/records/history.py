"""History: the event log and what it means, written once an event, and what is asked of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, tuple_

from acd.domain.events import EventType
from acd.domain.history import InteractionPage, LastPresence, PastInteraction
from acd.domain.ids import InteractionId, QueueId
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.records import log_rows
from acd.records.fold import split_position
from acd.records.history_rows import joined, past_interaction, past_offer
from acd.records.recording import (
    begin_generation,
    end_beginning,
    fence,
    record_events,
    set_aside,
    stored_position,
)
from acd.records.sql import now_ms, padded, upsert
from acd.records.standings import last_presence
from acd.records.tables.happened import dispositions, events, interactions, offers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping, Sequence

    from sqlalchemy import Row, Select

    from acd.domain.events import Event
    from acd.domain.ids import AgentId, ContactId, ConversationId
    from acd.records.engine import Database

PAGE_MAX = 500


class History:
    """What happened. Every verb raises StoreUnavailable while the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- Writing: the recorder's -------------------------------------------------------------

    async def position(self) -> str:
        """Up to where the log is recorded; `0-0` at the very beginning."""
        return await self._database.read(stored_position)

    async def record(self, batch: Sequence[Event], position: str, expected: str) -> bool:
        """Write events, what they mean and the new position, all or nothing.

        False, and nothing is written, when the position is no longer the expected one: somebody
        else records.
        """
        return await self._database.write(lambda tx: record_events(tx, batch, position, expected))

    async def set_aside(
        self, event: str, raw: str, error: str, position: str, expected: str
    ) -> bool:
        """Keep an event that cannot be recorded as it is, and move on; False as for `record`."""
        return await self._database.write(
            lambda tx: set_aside(tx, event, raw, error, position, expected)
        )

    async def fence(self) -> bool:
        """Who has read the log and not written it yet writes it no more; it is read anew.

        False where nothing is recorded now, since a generation is begun.
        """
        return await self._database.write(fence)

    async def last_event(self) -> tuple[int, int]:
        """Generation and number of the last event that is recorded; zeros before the first."""
        return split_position(await self.position())

    async def begin_generation(
        self, begun: tuple[int, int], *, after: tuple[int, int], reason: str
    ) -> bool:
        """What is recorded is all there will be of the generations before; what rings has failed.

        The position moves on to `begun`, the new generation and the number that it counts on from:
        who has read more of the server that is gone, and has not written it, writes it no more. Nor
        is the new one recorded before `end_beginning`: what it restates is older than the history.

        False, and nothing is written, when the last event that is recorded is no longer `after`.
        """
        return await self._database.write(lambda tx: begin_generation(tx, begun, after, reason))

    async def end_beginning(self, begun: tuple[int, int]) -> bool:
        """All is put into force; from now on the generation is recorded. False: it is another."""
        return await self._database.write(lambda tx: end_beginning(tx, begun))

    async def set_disposition(
        self, interaction: InteractionId, agent: AgentId, *, disposition: str, note: str
    ) -> None:
        """Keep what the agent said of an interaction in wrap-up; the last word counts."""
        row = {"interaction": interaction, "agent": agent, "disposition": disposition}
        columns = ["agent", "disposition", "note", "at_ms"]
        await self._database.write(
            lambda tx: tx.execute(
                upsert(tx, dispositions, columns), {**row, "note": note, "at_ms": now_ms()}
            ).close()
        )

    # --- Reading -----------------------------------------------------------------------------

    async def interaction(self, interaction: InteractionId) -> PastInteraction | None:
        """One interaction with its offers in their order."""

        def work(tx: Connection) -> PastInteraction | None:
            row = tx.execute(joined().where(interactions.c.id == interaction)).first()
            if row is None:
                return None
            query = select(offers).where(offers.c.interaction == interaction)
            made = tx.execute(query.order_by(offers.c.made_ms, offers.c.id)).all()
            return past_interaction(row, tuple(map(past_offer, made)))

        return await self._database.read(work)

    async def interactions(  # noqa: PLR0913  each is a filter, all by keyword
        self,
        *,
        contact: ContactId | None = None,
        conversation: ConversationId | None = None,
        agent: AgentId | None = None,
        queue: QueueId | None = None,
        channel: Channel | None = None,
        state: InteractionState | None = None,
        outcome: Outcome | None = None,
        departments: Collection[str] | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
        limit: int = 50,
        after: str = "",
    ) -> InteractionPage:
        """A page of interactions, latest arrival first.

        Args:
            contact: of this contact, and so on for the others; None for any.
            conversation: of this conversation.
            agent: last had by this agent.
            queue: of this queue.
            channel: on this channel.
            state: in this state, as last recorded.
            outcome: ended so.
            departments: of the queues of these departments; empty finds nothing.
            from_ms: arrived then or later.
            to_ms: arrived before.
            limit: at most 500.
            after: `next` of the page before.
        """
        table, size = interactions.c, max(1, min(limit, PAGE_MAX))
        query = joined()
        for column, value in (
            (table.contact, contact),
            (table.conversation, conversation),
            (table.agent, agent),
            (table.queue, queue),
            (table.channel, channel and channel.value),
            (table.state, state and state.value),
            (table.outcome, outcome and outcome.value),
        ):
            if value is not None:
                query = query.where(column == value)
        if departments is not None:
            names = [f"{department}/{kind}" for department in departments for kind in Channel]
            query = query.where(table.queue.in_(padded(names)))
        if from_ms is not None:
            query = query.where(table.enqueued_ms >= from_ms)
        if to_ms is not None:
            query = query.where(table.enqueued_ms < to_ms)
        moment, _, last = after.partition(".")
        if moment.isascii() and moment.isdigit():
            query = query.where(tuple_(table.enqueued_ms, table.id) < (int(moment[:18]), last))
        query = query.order_by(table.enqueued_ms.desc(), table.id.desc()).limit(size + 1)
        rows = await self._database.read(lambda tx: tx.execute(query).all())
        page = tuple(past_interaction(row) for row in rows[:size])
        more = f"{page[-1].enqueued_ms}.{page[-1].id}" if len(rows) > size else ""
        return InteractionPage(interactions=page, next=more)

    async def callbacks(self, page: int = PAGE_MAX) -> AsyncIterator[list[InteractionId]]:
        """Calls that somebody need not have stayed for, oldest first, answered or not, in pages."""
        table = interactions.c
        query = select(table.id, table.enqueued_ms).where(
            table.channel == Channel.CALL.value, table.callback, table.ended_ms.is_(None)
        )
        async for rows in self._pages(query, page):
            yield [InteractionId(row.id) for row in rows]

    async def events_after(self, position: str, limit: int = 500) -> list[Event]:
        """At most `limit` events after that one (`<generation>-<seq>`), in order.

        Raises:
            ValueError: that is no position.
        """
        place = tuple_(events.c.generation, events.c.seq)
        query = (
            select(events.c.payload)
            .where(place > split_position(position))
            .order_by(events.c.generation, events.c.seq)
            .limit(min(limit, PAGE_MAX))
        )
        rows = await self._database.read(lambda tx: tx.execute(query).scalars().all())
        return [log_rows.read_event(payload) for payload in rows]

    async def hops(self, interaction: InteractionId) -> list[QueueId]:
        """The queues from which rules moved it on, since a person last did."""
        found: list[QueueId] = []
        for event in await self._of(interaction, EventType.INTERACTION_MOVED):
            found = [] if "by" in event.data else [*found, QueueId(event.data["from"])]
        return found

    async def given(self, interaction: InteractionId) -> list[Event]:
        """Who had it by an act instead of an offer: assigned, pulled or after a consultation."""
        return await self._of(interaction, EventType.INTERACTION_ASSIGNED)

    async def _of(self, interaction: InteractionId, kind: EventType) -> list[Event]:
        query = (
            select(events.c.payload)
            .where(events.c.interaction == interaction, events.c.type == kind.value)
            .order_by(events.c.generation, events.c.seq)
        )
        rows = await self._database.read(lambda tx: tx.execute(query).scalars().all())
        return [log_rows.read_event(payload) for payload in rows]

    async def ended_among(self, ids: Sequence[InteractionId]) -> list[PastInteraction]:
        """Those of them that have ended as far as the log is recorded."""
        query = joined().where(
            interactions.c.id.in_(padded(ids)), interactions.c.ended_ms.is_not(None)
        )
        rows = await self._database.read(lambda tx: tx.execute(query).all())
        return [past_interaction(row) for row in rows]

    async def presence(
        self, agents: Collection[AgentId]
    ) -> Mapping[AgentId, Mapping[Channel, LastPresence]]:
        """What each of them was last heard to be; who was never here is missing."""
        return await self._database.read(lambda tx: last_presence(tx, agents))

    async def all_open(self, page: int = PAGE_MAX) -> AsyncIterator[list[PastInteraction]]:
        """Those that have not ended as far as the log is recorded, oldest first, in pages."""
        async for rows in self._pages(joined().where(interactions.c.ended_ms.is_(None)), page):
            yield [past_interaction(row) for row in rows]

    async def _pages(self, query: Select[Any], page: int) -> AsyncIterator[Sequence[Row[Any]]]:
        """Rows of interactions, oldest first; none of the pages is empty."""
        place, after = (interactions.c.enqueued_ms, interactions.c.id), (0, "")
        while True:
            found = query.where(tuple_(*place) > after).order_by(*place).limit(page)
            rows = await self._database.read(partial(_all, found))
            if rows:
                yield rows
            if len(rows) < page:
                return
            after = (rows[-1].enqueued_ms, rows[-1].id)


def _all(query: Select[Any], tx: Connection) -> Sequence[Row[Any]]:
    return tx.execute(query).all()

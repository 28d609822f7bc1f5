"""The rows of arrivals: written, and read into values; what they promise is said in intakes.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from acd.records.prepared import Prepared
from acd.records.sql import now_ms
from acd.records.tables.people import intakes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import ContactId, ConversationId, InteractionId, QueueId, SiteId

_add = Prepared.insert(intakes)
_by_id = Prepared(select(intakes).where(intakes.c.interaction == bindparam("interaction")))


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRow:
    """An arrival as stored: all that enqueueing it takes."""

    interaction: InteractionId
    site: SiteId
    contact: ContactId
    conversation: ConversationId
    queue: QueueId
    level: int
    card: str
    requires: Mapping[str, int]
    created_ms: int
    confirmed_ms: int | None
    ended_ms: int | None


class Whose(NamedTuple):
    """Whose arrival it is, and the conversation that it belongs to."""

    site: SiteId
    contact: ContactId
    conversation: ConversationId


def insert_intake(
    tx: Connection,
    interaction: InteractionId,
    whose: Whose,
    *,
    start_hash: str,
    queue: QueueId,
    level: int,
    card: str,
    requires: Mapping[str, int],
) -> IntakeRow:
    """Write an arrival; `start_hash` is unique on its site."""
    row: dict[str, Any] = {
        "interaction": interaction,
        "site": whose.site,
        "contact": whose.contact,
        "conversation": whose.conversation,
        "queue": queue,
        "level": level,
        "card": card,
        "requires": dict(requires),
        "created_ms": now_ms(),
    }
    _add.write(tx, {**row, "start_hash": start_hash})
    return IntakeRow(**row, confirmed_ms=None, ended_ms=None)


def read_intake(tx: Connection, interaction: InteractionId) -> IntakeRow | None:
    """The arrival of that interaction, if there was one."""
    row = _by_id.first(tx, {"interaction": interaction})
    return intake_of(row) if row else None


def intake_of(row: Any) -> IntakeRow:
    """A row of the table as a value."""
    return IntakeRow(
        interaction=row.interaction,
        site=row.site,
        contact=row.contact,
        conversation=row.conversation,
        queue=row.queue,
        level=row.level,
        card=row.card,
        requires=row.requires,
        created_ms=row.created_ms,
        confirmed_ms=row.confirmed_ms,
        ended_ms=row.ended_ms,
    )

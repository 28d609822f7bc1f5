"""Rows of history as what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from acd.domain.history import PastInteraction, PastOffer
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.domain.offer import OfferOutcome
from acd.records.tables.happened import dispositions, interactions

if TYPE_CHECKING:
    from sqlalchemy import Row, Select


def joined() -> Select[Any]:
    """Interactions, each with what was concluded of it."""
    return select(interactions, dispositions.c.disposition, dispositions.c.note).outerjoin(
        dispositions, dispositions.c.interaction == interactions.c.id
    )


def past_interaction(row: Row[Any], made: tuple[PastOffer, ...] = ()) -> PastInteraction:
    """A row of `joined`, with its offers where they were asked for."""
    return PastInteraction(
        id=row.id,
        channel=Channel(row.channel) if row.channel else Channel.CHAT,
        queue=row.queue,
        contact=row.contact,
        conversation=row.conversation,
        state=InteractionState(row.state),
        level=row.level,
        agent=row.agent or None,
        outcome=Outcome(row.outcome) if row.outcome else None,
        ended_by=row.ended_by,
        offer_count=row.offers,
        requeues=row.requeues,
        moves=row.moves,
        callback=row.callback,
        tries=row.tries,
        reason=row.reason,
        enqueued_ms=row.enqueued_ms,
        accepted_ms=row.accepted_ms,
        active_ms=row.active_ms,
        ended_ms=row.ended_ms,
        waited_ms=row.waited_ms,
        handled_ms=row.handled_ms,
        wrapped_up_ms=row.wrapped_up_ms,
        disposition=row.disposition or "",
        note=row.note or "",
        offers=made,
    )


def past_offer(row: Row[Any]) -> PastOffer:
    """A row of `offers`."""
    return PastOffer(
        id=row.id,
        interaction=row.interaction,
        agent=row.agent,
        queue=row.queue,
        why=row.why,
        outcome=OfferOutcome(row.outcome) if row.outcome else None,
        reason=row.reason,
        winner=row.winner or None,
        made_ms=row.made_ms,
        deadline_ms=row.deadline_ms,
        ended_ms=row.ended_ms,
    )

"""An interaction as it is answered: what is live stands over what history says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from acd.domain import errors
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.domain.offer import OfferOutcome
from acd.web.api.values import Ms
from acd.web.endpoint import Output

if TYPE_CHECKING:
    from acd.domain.history import PastInteraction, PastOffer
    from acd.domain.ids import InteractionId
    from acd.routing.snapshots import InteractionSnapshot
    from acd.web.identity import Caller
    from acd.web.services import Services


class InteractionView(Output):
    """One routed unit of work. Times that have not come are null."""

    id: str
    channel: Channel
    queue: str
    contact: str
    conversation: str
    state: InteractionState
    level: Annotated[int, Field(description="1 is served first, 9 last")]
    agent: str | None
    outcome: Outcome | None
    enqueued_ms: Ms
    accepted_ms: Ms | None
    ended_ms: Ms | None
    waited_ms: Ms | None
    handled_ms: Ms | None
    position: Annotated[int | None, Field(description="1-based, while waiting; null in lists")]
    moves: Annotated[int, Field(description="how often it changed its queue")]
    callback: Annotated[bool, Field(description="asked for, or made by a rule of its queue")]
    tries: Annotated[int, Field(description="calls back that nobody answered")]
    reason: Annotated[str, Field(description="the rule of its queue that ended it, or empty")]


class OfferView(Output):
    """One offer: to whom, why, and what became of it."""

    id: str
    agent: str
    outcome: Annotated[OfferOutcome | None, Field(description="null while it rings")]
    reason: str
    why: dict[str, Any]
    made_ms: Ms
    deadline_ms: Ms
    ended_ms: Ms | None


class InteractionDetail(InteractionView):
    """One interaction with its offers in their order."""

    disposition: str
    note: str
    offers: tuple[OfferView, ...]


def _past(found: PastInteraction) -> dict[str, Any]:
    return {
        "id": found.id,
        "channel": found.channel,
        "queue": found.queue,
        "contact": found.contact,
        "conversation": found.conversation,
        "state": found.state,
        "level": found.level,
        "agent": found.agent,
        "outcome": found.outcome,
        "enqueued_ms": found.enqueued_ms,
        "accepted_ms": found.accepted_ms,
        "ended_ms": found.ended_ms,
        "waited_ms": found.waited_ms,
        "handled_ms": found.handled_ms,
        "position": None,
        "moves": found.moves,
        "callback": found.callback,
        "tries": found.tries,
        "reason": found.reason,
        "disposition": found.disposition,
        "note": found.note,
        "offers": tuple(map(_offer, found.offers)),
    }


def _offer(offer: PastOffer) -> OfferView:
    return OfferView(
        id=offer.id,
        agent=offer.agent,
        outcome=offer.outcome,
        reason=offer.reason,
        why=dict(offer.why),
        made_ms=offer.made_ms,
        deadline_ms=offer.deadline_ms,
        ended_ms=offer.ended_ms,
    )


_UNRECORDED: Final = {
    "accepted_ms": None,
    "ended_ms": None,
    "waited_ms": None,
    "handled_ms": None,
    "moves": 0,
    "reason": "",
    "disposition": "",
    "note": "",
    "offers": (),
}


def _live(found: InteractionSnapshot) -> dict[str, Any]:
    """What live state says; it stands over what is recorded."""
    return {
        "id": found.interaction,
        "channel": found.channel,
        "queue": found.queue,
        "contact": found.contact,
        "conversation": found.conversation,
        "state": found.state,
        "level": found.level,
        "agent": found.agent,
        "outcome": found.outcome,
        "enqueued_ms": found.enqueued_ms,
        "position": found.position,
        "callback": found.callback is not None,
        "tries": found.callback.tries if found.callback else 0,
    }


_VIEWED: Final = frozenset(InteractionView.model_fields)


def past_view(found: PastInteraction) -> InteractionView:
    """What history says, for a list."""
    said = _past(found)
    return InteractionView(**{name: said[name] for name in _VIEWED})


async def visible_interaction(
    services: Services, caller: Caller, wanted: InteractionId
) -> InteractionDetail:
    """The interaction, live first, if the caller may see it; else NotFound."""
    live = await services.router.interaction(wanted)
    past = await services.history.interaction(wanted)
    told: dict[str, Any] = dict(_UNRECORDED)
    if past is not None:
        told |= _past(past)
    if live is not None:
        told |= _live(live)
    if "queue" not in told or not caller.sees_queue(told["queue"]):
        raise errors.NotFound
    return InteractionDetail(**told)

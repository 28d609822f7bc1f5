"""Interactions: what is or was routed. Live state is read first, then history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, StringConstraints

from acd.domain import errors
from acd.domain.contact import Visitor
from acd.domain.directory import Role
from acd.domain.ids import (
    AgentId,
    ContactId,
    DepartmentId,
    InteractionId,
    QueueId,
    SiteId,
)
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.domain.offer import OfferOutcome
from acd.flow.intake import ChatStart
from acd.web.api.contacts import visible_contact
from acd.web.api.values import (
    Command,
    Id,
    Line,
    Ms,
    OneInteraction,
    Page,
    PageQuery,
    bad_cursor,
    cursor_of,
    parts_of,
)
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output
from acd.web.identity import Access, Caller, Scope

if TYPE_CHECKING:
    from acd.domain.history import PastInteraction, PastOffer
    from acd.routing.snapshots import InteractionSnapshot
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


class InteractionPage(Page[InteractionView]):
    """Interactions, the latest arrival first. What just happened may take a moment to be here."""


class InteractionsQuery(PageQuery):
    """Which interactions."""

    queue: (
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}/(chat|call|ticket)$")] | None
    ) = None
    agent: Id | None = None
    contact: Id | None = None
    state: InteractionState | None = None
    outcome: Outcome | None = None
    since_ms: Annotated[Ms | None, Field(description="arrived then or later")] = None
    until_ms: Annotated[Ms | None, Field(description="arrived before then")] = None


class NewInteraction(Input):
    """A chat to open for a contact."""

    client_id: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$"),
        Field(description="yours and random; sending it again gives the first answer"),
    ]
    contact: Id
    site: Id
    department: Id
    text: Annotated[
        str, StringConstraints(min_length=1, max_length=20_000), Field(description="first message")
    ]
    page: Annotated[Line, StringConstraints(max_length=500)] | None = None


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


class FinishedView(Output):
    """How the interaction ended; `changed` is false when it had ended before."""

    id: str
    changed: bool
    outcome: Outcome | None
    wrap_up_until_ms: Ms | None


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


async def _list_interactions(
    call: Call[Nothing, InteractionsQuery, Nothing],
) -> InteractionPage:
    query = call.query
    after = ""
    if query.cursor:
        match parts_of(query.cursor):
            case ["interactions", str(after)]:
                pass
            case _:
                raise bad_cursor()
    found = await call.services.history.interactions(
        contact=None if query.contact is None else ContactId(query.contact),
        agent=None if query.agent is None else AgentId(query.agent),
        queue=None if query.queue is None else QueueId(query.queue),
        state=query.state,
        outcome=query.outcome,
        departments=call.caller.departments,
        from_ms=query.since_ms,
        to_ms=query.until_ms,
        limit=query.limit,
        after=after,
    )
    return InteractionPage(
        items=tuple(
            InteractionView.model_validate(
                {name: value for name, value in _past(each).items() if name in _VIEWED}
            )
            for each in found.interactions
        ),
        next=cursor_of(["interactions", found.next]) if found.next else None,
    )


_VIEWED: Final = frozenset(InteractionView.model_fields)


async def _read_interaction(call: Call[OneInteraction, Nothing, Nothing]) -> InteractionDetail:
    wanted = InteractionId(call.path.interaction)
    return await visible_interaction(call.services, call.caller, wanted)


async def _open_interaction(call: Call[Nothing, Nothing, NewInteraction]) -> InteractionDetail:
    services, given = call.services, call.body
    contact = await visible_contact(services, call.caller, given.contact)
    site = SiteId(given.site)
    started = await services.chat.start(
        ChatStart(
            site=site,
            client_id=given.client_id,
            visitor=Visitor(contact=contact.id, site=site),
            department=DepartmentId(given.department),
            name=contact.name,
            email=contact.email,
            locale=contact.locale,
            text=services.chat.messages.check(given.text),
            page=given.page or "",
        )
    )
    try:
        return await visible_interaction(services, call.caller, started.interaction)
    except errors.NotFound as failure:  # stored, and not in its line yet
        raise errors.StoreUnavailable(
            "The chat is stored and enters its line shortly; send the same request again."
        ) from failure


async def _finish_interaction(call: Call[OneInteraction, Nothing, Command]) -> FinishedView:
    wanted = InteractionId(call.path.interaction)
    finished = await call.services.steering.finish(
        call.caller.actor, wanted, command=call.body.command
    )
    return FinishedView(
        id=wanted,
        changed=finished.changed,
        outcome=finished.outcome,
        wrap_up_until_ms=finished.wrap_up_until_ms,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/interactions",
        tag="interactions",
        summary="Interactions by queue, agent, contact, state or time",
        access=Access(scope=Scope.READ),
        handler=_list_interactions,
        path=Nothing,
        query=InteractionsQuery,
        body=Nothing,
        answer=InteractionPage,
    ),
    Endpoint(
        method="POST",
        at="/interactions",
        tag="interactions",
        summary="Open a chat for a contact",
        description="The chat enters the department's line. A contact has one open chat a site.",
        access=Access(role=Role.SUPERVISOR, scope=Scope.INTERACTIONS),
        handler=_open_interaction,
        path=Nothing,
        query=Nothing,
        body=NewInteraction,
        answer=InteractionDetail,
        status=201,
        refuses=(errors.NotFound, errors.Conflict, errors.MessageEmpty),
    ),
    Endpoint(
        method="GET",
        at="/interactions/{interaction}",
        tag="interactions",
        summary="One interaction with its offers",
        access=Access(scope=Scope.READ),
        handler=_read_interaction,
        path=OneInteraction,
        query=Nothing,
        body=Nothing,
        answer=InteractionDetail,
    ),
    Endpoint(
        method="POST",
        at="/interactions/{interaction}/finish",
        tag="interactions",
        summary="End an interaction",
        description="Agents end their own; supervisors and programs any. A contact who comes back "
        "during the wrap-up is with the agent again: an id keeps a repetition from ending that.",
        access=Access(scope=Scope.INTERACTIONS),
        handler=_finish_interaction,
        path=OneInteraction,
        query=Nothing,
        body=Command,
        answer=FinishedView,
    ),
)

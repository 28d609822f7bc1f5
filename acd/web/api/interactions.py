"""Interactions: what is or was routed. Live state is read first, then history."""

from __future__ import annotations

from typing import Annotated, Final

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
from acd.domain.interaction import InteractionState, Outcome
from acd.flow.intake import ChatStart
from acd.web.api.contacts import visible_contact
from acd.web.api.interaction_views import (
    InteractionDetail,
    InteractionView,
    past_view,
    visible_interaction,
)
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
from acd.web.identity import Access, Scope


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


class FinishedView(Output):
    """How the interaction ended; `changed` is false when it had ended before."""

    id: str
    changed: bool
    outcome: Outcome | None
    wrap_up_until_ms: Ms | None


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
        items=tuple(map(past_view, found.interactions)),
        next=cursor_of(["interactions", found.next]) if found.next else None,
    )


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

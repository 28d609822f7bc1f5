"""Why, and why not: how every agent of the department stands to an interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from acd.domain import errors
from acd.domain.ids import InteractionId, is_plain_id
from acd.domain.interaction import InteractionState
from acd.domain.queue import LineOrder
from acd.routing.explain import ReasonCode, Standing
from acd.web.api.interaction_views import OfferView, visible_interaction
from acd.web.api.values import (
    Count,
    Ms,
    OneInteraction,
    Page,
    bad_cursor,
    cursor_of,
    parts_of,
)
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output
from acd.web.identity import Access, Scope

if TYPE_CHECKING:
    from acd.routing.explain import Explained, Verdict

_PAGES: Final = 20
"""How many pages of routing one answer may take: agents of other departments are passed over."""
_ENOUGH: Final = 100


class ReasonView(Output):
    """One reason why an agent is not asked."""

    code: ReasonCode
    facts: Annotated[
        dict[str, int | str],
        Field(description="what it is made of, such as until_ms, or count and max"),
    ]


class VerdictView(Output):
    """One agent's standing."""

    agent: str
    name: str
    standing: Standing
    place: Annotated[int | None, Field(description="of the eligible: asked as which, 1 first")]
    tied: Annotated[int | None, Field(description="among how many a lot decides; else 1")]
    offer: str | None
    deadline_ms: Ms | None
    reasons: tuple[ReasonView, ...]


class RelaxView(Output):
    """One step by which a requirement opens."""

    after_s: float
    level: Annotated[int | None, Field(description="null: nothing is required any more")]


class QueueFacts(Output):
    """The queue as it decides now."""

    id: str
    pool: Annotated[str, Field(description="the queue narrowed by what is required")]
    state: Annotated[str, Field(description="ready, building, closing; empty when it is gone")]
    strategy: tuple[str, ...]
    order: LineOrder | None
    config_version: int | None
    waiting: Annotated[Count, Field(description="in the pool's line")]
    free: Annotated[Count, Field(description="who could be asked in the pool")]
    here: Annotated[Count, Field(description="available in the pool, full or not")]
    open: Annotated[bool, Field(description="by its hours: a closed one serves its line")]
    closes_ms: Annotated[Ms | None, Field(description="null: never, or nobody knows")]
    opens_ms: Annotated[Ms | None, Field(description="the next time; null as above")]
    relax: tuple[RelaxView, ...]


class Explanation(Page[VerdictView]):
    """The interaction, its queue and its agents by id, as of `now_ms`."""

    interaction: str
    state: InteractionState
    position: int | None
    enqueued_ms: Ms
    agent: str | None
    contact_lost: Annotated[bool, Field(description="the contact's connection is gone")]
    requires: str
    relaxed: Annotated[Count, Field(description="relax steps taken")]
    sticky: Annotated[str | None, Field(description="who is asked first, having served them last")]
    sticky_until_ms: Ms | None
    personal: Annotated[str | None, Field(description="for whom alone it waits")]
    asked: Annotated[Count, Field(description="offers made so far")]
    offers: Annotated[tuple[OfferView, ...], Field(description="with why; recent ones may lack")]
    queue: QueueFacts
    now_ms: Ms


class ExplainQuery(Input):
    """Which part of the agents."""

    cursor: Annotated[
        str,
        Field(
            max_length=400,
            pattern=r"^[A-Za-z0-9_-]*$",
            description="`next` of the page before; empty for the first",
        ),
    ] = ""


async def _explain(call: Call[OneInteraction, ExplainQuery, Nothing]) -> Explanation:
    services = call.services
    wanted = InteractionId(call.path.interaction)
    detail = await visible_interaction(services, call.caller, wanted)
    after = ""
    if call.query.cursor:
        match parts_of(call.query.cursor):
            case ["explain", str(after)] if is_plain_id(after):
                pass
            case _:
                raise bad_cursor()
    pages: list[Explained] = []
    agents: list[Verdict] = []
    while not pages or (after and len(agents) < _ENOUGH and len(pages) < _PAGES):
        page = await services.router.explain(wanted, after)
        if page is None:
            raise errors.NotFound("Only history knows it any more; read the interaction itself.")
        pages.append(page)
        agents += page.agents
        after = page.next or ""
    names = {agent.id: agent.name for agent in await services.directory.agents()}
    return Explanation(
        **_facts(pages[0]),
        offers=detail.offers,
        items=tuple(_verdict(each, names.get(each.agent, each.agent)) for each in agents),
        next=cursor_of(["explain", after]) if after else None,
    )


def _facts(found: Explained) -> dict[str, Any]:
    x = found.interaction
    return {
        "interaction": x.interaction,
        "state": x.state,
        "position": x.position,
        "enqueued_ms": x.enqueued_ms,
        "agent": x.agent,
        "contact_lost": x.contact_lost,
        "requires": found.requires,
        "relaxed": found.relaxed,
        "sticky": found.sticky,
        "sticky_until_ms": found.sticky_until_ms,
        "personal": found.personal,
        "asked": found.asked,
        "queue": QueueFacts(
            id=x.queue,
            pool=found.pool,
            state=found.queue_state,
            strategy=found.strategy,
            order=found.order,
            config_version=found.config_version,
            waiting=found.waiting,
            free=found.free,
            here=found.here,
            open=found.open,
            closes_ms=found.closes_ms,
            opens_ms=found.opens_ms,
            relax=tuple(RelaxView(after_s=s.after_s, level=s.level) for s in found.relax),
        ),
        "now_ms": found.now_ms,
    }


def _verdict(each: Verdict, name: str) -> VerdictView:
    return VerdictView(
        agent=each.agent,
        name=name,
        standing=each.standing,
        place=each.place,
        tied=each.tied,
        offer=each.offer,
        deadline_ms=each.deadline_ms,
        reasons=tuple(ReasonView(code=r.code, facts=dict(r.facts)) for r in each.reasons),
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/interactions/{interaction}/explain",
        tag="interactions",
        summary="Why it rings where it rings, and why not elsewhere",
        description="Every agent of the department: offered, would be asked as which, or excluded"
        " with each reason. Agents may ask about their own departments.",
        access=Access(scope=Scope.READ),
        handler=_explain,
        path=OneInteraction,
        query=ExplainQuery,
        body=Nothing,
        answer=Explanation,
    ),
)

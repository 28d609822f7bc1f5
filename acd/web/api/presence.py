"""Presence: an agent's availability per channel. One's own, or anybody's for supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from acd.domain import errors
from acd.domain.agent import REASON_MAX_CHARS, Availability, When
from acd.domain.interaction import Channel
from acd.web.api.agents import visible_agent
from acd.web.api.values import Count, Ms, OneAgent
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output
from acd.web.identity import Access, Scope

if TYPE_CHECKING:
    from acd.domain.ids import AgentId
    from acd.web.services import Services


class ChannelPresence(Output):
    """An agent on one channel."""

    availability: Availability
    after: Annotated[Availability | None, Field(description="what finishing will lead to")]
    reason: str
    count: Annotated[Count, Field(description="slots held")]
    max: Annotated[Count, Field(description="slots there are")]
    missed: Annotated[bool, Field(description="missed rings sent the agent away")]


class PresenceView(Output):
    """An agent's presence as of `now_ms`."""

    agent: str
    channels: dict[Channel, ChannelPresence]
    used: Annotated[Count, Field(description="weight of what is held")]
    total: Annotated[Count, Field(description="weight there may be")]
    consoles: Annotated[Count, Field(description="connected consoles")]
    grace_until_ms: Annotated[
        Ms | None, Field(description="the consoles are lost; until then nothing new is offered")
    ]
    now_ms: Ms


class PresenceChange(Input):
    """What an agent shall be, on one channel or, with null, on all."""

    channel: Channel | None = None
    availability: Literal[Availability.AVAILABLE, Availability.AWAY, Availability.OFFLINE]
    when: Annotated[
        When,
        Field(description="finished: nothing new, and away or offline with the last slot"),
    ] = When.NOW
    reason: Annotated[
        str, StringConstraints(max_length=REASON_MAX_CHARS, pattern=r"^[^\x00-\x1f\x7f]*$")
    ] = ""


async def _view(services: Services, agent: AgentId) -> PresenceView:
    live = await services.router.agent(agent)
    if live is None:
        raise errors.NotFound
    return PresenceView(
        agent=agent,
        channels={
            channel: ChannelPresence(
                availability=state.availability,
                after=state.after,
                reason=state.reason,
                count=state.count,
                max=state.max,
                missed=live.missed[channel],
            )
            for channel, state in live.channels.items()
        },
        used=live.used,
        total=live.total,
        consoles=live.sessions,
        grace_until_ms=live.grace_until_ms,
        now_ms=live.now_ms,
    )


async def _read_presence(call: Call[OneAgent, Nothing, Nothing]) -> PresenceView:
    agent = await visible_agent(call.services, call.caller, call.path.agent)
    return await _view(call.services, agent.id)


async def _set_presence(call: Call[OneAgent, Nothing, PresenceChange]) -> PresenceView:
    agent = await visible_agent(call.services, call.caller, call.path.agent)
    await call.services.presence.set(
        call.caller.actor,
        agent.id,
        channel=call.body.channel,
        availability=call.body.availability,
        reason=call.body.reason,
        when=call.body.when,
    )
    return await _view(call.services, agent.id)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/agents/{agent}/presence",
        tag="agents",
        summary="An agent's presence",
        access=Access(scope=Scope.READ),
        handler=_read_presence,
        path=OneAgent,
        query=Nothing,
        body=Nothing,
        answer=PresenceView,
    ),
    Endpoint(
        method="PUT",
        at="/agents/{agent}/presence",
        tag="agents",
        summary="Set an agent's presence",
        description="People set their own; supervisors and programs set anybody's. A supervisor"
        " makes nobody available who has neither a console open nor a telephone (`not_here`).",
        access=Access(scope=Scope.PRESENCE),
        handler=_set_presence,
        path=OneAgent,
        query=Nothing,
        body=PresenceChange,
        answer=PresenceView,
    ),
)

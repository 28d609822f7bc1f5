"""Agents: who handles. Agents see colleagues of their own departments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from acd.domain import errors
from acd.domain.directory import Role
from acd.domain.ids import AgentId
from acd.domain.interaction import Channel
from acd.web.api.values import OneAgent
from acd.web.endpoint import Call, Endpoint, Nothing, Output
from acd.web.identity import Access, Caller, Scope

if TYPE_CHECKING:
    from acd.domain.directory import Agent
    from acd.web.services import Services


class MembershipView(Output):
    """An agent's place in a department."""

    department: str
    priority: Annotated[int, Field(description="1 is asked first, 100 last")]
    rank: Annotated[int | None, Field(description="which of the own lines is served first")]
    channels: Annotated[tuple[Channel, ...], Field(description="empty: all of the department's")]


class AgentView(Output):
    """Somebody who handles interactions."""

    id: str
    name: str
    role: Role
    locale: str
    email: Annotated[str | None, Field(description="for supervisors and programs only")]
    memberships: tuple[MembershipView, ...]
    skills: dict[str, int]


class AgentList(Output):
    """Every agent the caller may see, by id."""

    items: tuple[AgentView, ...]


def sees(caller: Caller, agent: Agent) -> bool:
    """Whether that agent is the caller or works in one of the caller's departments."""
    allowed = caller.departments
    return (
        allowed is None
        or caller.is_agent(agent.id)
        or any(place.department in allowed for place in agent.memberships)
    )


async def visible_agent(services: Services, caller: Caller, wanted: str) -> Agent:
    """The agent with that id, if the caller may see them; else NotFound."""
    agent = await services.directory.agent(AgentId(wanted))
    if agent is None or not agent.active or not sees(caller, agent):
        raise errors.NotFound
    return agent


def _view(agent: Agent, caller: Caller) -> AgentView:
    return AgentView(
        id=agent.id,
        name=agent.name,
        role=agent.role,
        locale=agent.locale,
        email=agent.email if caller.steers or caller.is_agent(agent.id) else None,
        memberships=tuple(
            MembershipView(
                department=place.department,
                priority=place.priority,
                rank=place.rank,
                channels=place.channels,
            )
            for place in agent.memberships
        ),
        skills=dict(agent.skills),
    )


async def _list_agents(call: Call[Nothing, Nothing, Nothing]) -> AgentList:
    found = await call.services.directory.agents()
    return AgentList(
        items=tuple(
            _view(agent, call.caller)
            for agent in sorted(found, key=lambda agent: agent.id)
            if agent.active and sees(call.caller, agent)
        )
    )


async def _read_agent(call: Call[OneAgent, Nothing, Nothing]) -> AgentView:
    return _view(await visible_agent(call.services, call.caller, call.path.agent), call.caller)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/agents",
        tag="agents",
        summary="Every agent",
        access=Access(scope=Scope.READ),
        handler=_list_agents,
        path=Nothing,
        query=Nothing,
        body=Nothing,
        answer=AgentList,
    ),
    Endpoint(
        method="GET",
        at="/agents/{agent}",
        tag="agents",
        summary="One agent",
        access=Access(scope=Scope.READ),
        handler=_read_agent,
        path=OneAgent,
        query=Nothing,
        body=Nothing,
        answer=AgentView,
    ),
)

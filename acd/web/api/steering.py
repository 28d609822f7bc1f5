"""Work that changes hands: handed over, shared, picked, assigned, moved, called back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from acd.domain import errors
from acd.domain.directory import Role
from acd.domain.ids import AgentId, DepartmentId, InteractionId, QueueId
from acd.domain.interaction import Channel
from acd.web.api.interactions import InteractionDetail, visible_interaction
from acd.web.api.queues import OneQueue
from acd.web.api.values import Count, Id, Ms, OneInteraction
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output
from acd.web.identity import Access, Scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.routing.results import Changed

QueueName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}/(chat|call|ticket)$")]
CommandId = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_-]*$"),
    Field(description="yours; sent again within ten minutes it gives the first answer"),
]
_AGENTS: Final = Access(scope=Scope.INTERACTIONS)
_STEERS: Final = Access(role=Role.SUPERVISOR, scope=Scope.INTERACTIONS)
_LINE_MOST: Final = 200


class Command(Input):
    """A command that may carry an id."""

    command: CommandId = ""


class WithAgent(Command):
    """A command about an agent."""

    agent: Id


class ToAgent(Input):
    """To a colleague."""

    agent: Id


class ToQueue(Input):
    """To another queue of the same channel."""

    queue: QueueName


class ToDepartment(Input):
    """To a department, on the same channel."""

    department: Id


class Transfer(Command):
    """To whom."""

    to: ToAgent | ToQueue | ToDepartment


class ConsultComplete(Command):
    """Whoever was consulted takes over."""

    stay: Annotated[bool, Field(description="the owner remains as a guest")] = False


class Move(Input):
    """To another queue of the same channel."""

    queue: QueueName


class Priority(Input):
    """Another level."""

    level: Annotated[Literal[1, 2, 3, 4, 5, 6, 7, 8, 9], Field(description="1 is served first")]


class Steered(Output):
    """What came of it; `reason` is a stable word, for what was done or why nothing was."""

    id: str
    changed: bool
    reason: str


class Waiting(Output):
    """Somebody in a line."""

    id: str
    contact: str
    level: int
    enqueued_ms: Ms
    requires: str


class Line(Output):
    """The first of a line, in its order."""

    queue: str
    channel: Channel
    waiting: Annotated[Count, Field(description="in the whole line")]
    items: tuple[Waiting, ...]
    now_ms: Ms


async def _found(call: Call[OneInteraction, Any, Any]) -> InteractionDetail:
    return await visible_interaction(
        call.services, call.caller, InteractionId(call.path.interaction)
    )


async def _owner(call: Call[OneInteraction, Any, Any]) -> AgentId:
    """Who gives it: agents what is their own, whoever steers on behalf of the owner."""
    found = await _found(call)
    if not call.caller.steers and call.caller.agent is not None:
        return call.caller.agent.id
    return AgentId(found.agent or call.caller.name)  # nobody: a command sent again is answered


def _told(call: Call[OneInteraction, Any, Any], answer: Changed) -> Steered:
    if answer.reason == "not_owner" and call.caller.steers:
        raise errors.Conflict("Nobody has it; assign or move it instead.")
    if answer.reason in {"not_owner", "not_guest"}:
        raise errors.NotYours
    return Steered(id=call.path.interaction, changed=answer.changed, reason=answer.reason)


async def _transfer(call: Call[OneInteraction, Nothing, Transfer]) -> Steered:
    given, wanted, router = call.body, InteractionId(call.path.interaction), call.services.router
    owner = await _owner(call)
    match given.to:
        case ToAgent(agent=agent):
            answer = await router.transfer_to_agent(
                wanted, owner, AgentId(agent), command=given.command
            )
        case ToQueue(queue=queue):
            answer = await router.transfer_to_queue(
                wanted, owner, QueueId(queue), command=given.command
            )
        case ToDepartment(department=department):
            answer = await router.transfer_to_department(
                wanted, owner, DepartmentId(department), command=given.command
            )
    return _told(call, answer)


async def _transfer_cancel(call: Call[OneInteraction, Nothing, Nothing]) -> Steered:
    owner = await _owner(call)
    router = call.services.router
    return _told(call, await router.transfer_cancel(InteractionId(call.path.interaction), owner))


async def _consult(call: Call[OneInteraction, Nothing, WithAgent]) -> Steered:
    owner, given = await _owner(call), call.body
    answer = await call.services.router.consult(
        InteractionId(call.path.interaction), owner, AgentId(given.agent), command=given.command
    )
    return _told(call, answer)


async def _consult_complete(call: Call[OneInteraction, Nothing, ConsultComplete]) -> Steered:
    owner, given = await _owner(call), call.body
    answer = await call.services.router.consult_complete(
        InteractionId(call.path.interaction), owner, stay=given.stay, command=given.command
    )
    return _told(call, answer)


async def _consult_cancel(call: Call[OneInteraction, Nothing, Nothing]) -> Steered:
    owner = await _owner(call)
    router = call.services.router
    return _told(call, await router.consult_cancel(InteractionId(call.path.interaction), owner))


async def _invite(call: Call[OneInteraction, Nothing, WithAgent]) -> Steered:
    owner, given = await _owner(call), call.body
    answer = await call.services.router.invite(
        InteractionId(call.path.interaction), owner, AgentId(given.agent), command=given.command
    )
    return _told(call, answer)


async def _leave(call: Call[OneInteraction, Nothing, Nothing]) -> Steered:
    """A guest of another department may leave what they would not see otherwise."""
    assert call.caller.agent is not None  # noqa: S101 - no scope: people only
    answer = await call.services.router.leave(
        InteractionId(call.path.interaction), call.caller.agent.id
    )
    return _told(call, answer)


async def _pull(call: Call[OneInteraction, Nothing, Command]) -> Steered:
    await _found(call)
    assert call.caller.agent is not None  # noqa: S101 - no scope: people only
    answer = await call.services.router.pull(
        InteractionId(call.path.interaction), call.caller.agent.id, command=call.body.command
    )
    return _told(call, answer)


async def _assign(call: Call[OneInteraction, Nothing, WithAgent]) -> Steered:
    await _found(call)
    answer = await call.services.router.assign(
        InteractionId(call.path.interaction),
        AgentId(call.body.agent),
        call.caller.name,
        command=call.body.command,
    )
    return _told(call, answer)


async def _move(call: Call[OneInteraction, Nothing, Move]) -> Steered:
    await _found(call)
    answer = await call.services.router.move(
        InteractionId(call.path.interaction), QueueId(call.body.queue), AgentId(call.caller.name)
    )
    return _told(call, answer)


async def _prioritise(call: Call[OneInteraction, Nothing, Priority]) -> Steered:
    await _found(call)
    answer = await call.services.router.reprioritise(
        InteractionId(call.path.interaction), call.body.level, AgentId(call.caller.name)
    )
    return _told(call, answer)


async def _callback(call: Call[OneInteraction, Nothing, Nothing]) -> Steered:
    await _found(call)
    answer = await call.services.router.request_callback(InteractionId(call.path.interaction))
    return _told(call, answer)


async def _line(call: Call[OneQueue, Nothing, Nothing]) -> Line:
    wanted = QueueId(f"{call.path.department}/{call.path.channel}")
    router = call.services.router
    if not call.caller.sees_queue(wanted):
        raise errors.NotFound
    queue = await router.queue(wanted)
    if not queue.configured:
        raise errors.NotFound
    return Line(
        queue=wanted,
        channel=call.path.channel,
        waiting=queue.waiting,
        items=tuple(
            Waiting(
                id=each.interaction,
                contact=each.contact,
                level=each.level,
                enqueued_ms=each.enqueued_ms,
                requires=each.requires,
            )
            for each in await router.line(wanted, most=_LINE_MOST)
        ),
        now_ms=queue.now_ms,
    )


def _verb(
    name: str,
    summary: str,
    handler: Callable[[Call[OneInteraction, Nothing, Any]], Awaitable[Steered]],
    *,
    body: type[BaseModel] = Nothing,
    access: Access = _AGENTS,
    description: str = "",
) -> Endpoint[OneInteraction, Nothing, Any]:
    return Endpoint(
        method="POST",
        at=f"/interactions/{{interaction}}/{name}",
        tag="interactions",
        summary=summary,
        description=description,
        access=access,
        handler=handler,
        path=OneInteraction,
        query=Nothing,
        body=body,
        answer=Steered,
        refuses=(errors.NotYours, errors.NotFound, errors.Conflict),
    )


_OWN: Final = "Agents: what is theirs; supervisors and programs: on behalf of its owner."

ENDPOINTS: Final = (
    _verb("transfer", "Hand over to an agent, a queue or a department", _transfer, body=Transfer,
          description=f"{_OWN} The owner keeps it until a colleague has accepted."),
    _verb("transfer/cancel", "Take back a transfer nobody answered", _transfer_cancel,
          description=_OWN),
    _verb("consult", "Ask a colleague, who may take over", _consult, body=WithAgent,
          description=_OWN),
    _verb("consult/complete", "Hand over to whoever is consulted", _consult_complete,
          body=ConsultComplete, description=_OWN),
    _verb("consult/cancel", "End a consultation", _consult_cancel, description=_OWN),
    _verb("invite", "Bring in a colleague", _invite, body=WithAgent, description=_OWN),
    _verb("leave", "Leave as a guest", _leave, access=Access()),
    _verb("pull", "Pick from the line, where the queue allows it", _pull, body=Command,
          access=Access()),
    _verb("assign", "Give it to an agent, wherever it is", _assign, body=WithAgent,
          access=_STEERS, description="Capacity may be exceeded; that is an event."),
    _verb("move", "Move it to another queue with its age", _move, body=Move, access=_STEERS),
    _verb("priority", "Give it another level", _prioritise, body=Priority, access=_STEERS),
    _verb("callback", "Keep its place without anybody waiting", _callback, access=_STEERS,
          description="In its turn an agent is offered it, and calls the contact."),
    Endpoint(
        method="GET",
        at="/queues/{department}/{channel}/line",
        tag="queues",
        summary="Who waits, in the order of the line",
        access=Access(scope=Scope.READ),
        handler=_line,
        path=OneQueue,
        query=Nothing,
        body=Nothing,
        answer=Line,
    ),
)  # fmt: skip

"""Work that changes hands: handed over, shared, picked, assigned, moved, called back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from acd.domain import errors
from acd.domain.directory import Role
from acd.domain.ids import AgentId, DepartmentId, InteractionId, OfferId, QueueId
from acd.web.api.values import Command, Id, OneInteraction
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output
from acd.web.identity import Access, Scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.domain.directory import Agent
    from acd.routing.results import Changed

QueueName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}/(chat|call|ticket)$")]
_AGENTS: Final = Access(scope=Scope.INTERACTIONS)
_STEERS: Final = Access(role=Role.SUPERVISOR, scope=Scope.INTERACTIONS)


class WithAgent(Command):
    """A command about an agent."""

    agent: Id


class ToAgent(Input):
    """To a colleague."""

    agent: Id
    wait: Annotated[bool, Field(description="who is full is asked once they have room")] = False


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


class Move(Command):
    """To another queue of the same channel."""

    queue: QueueName


class Priority(Command):
    """Another level."""

    level: Annotated[Literal[1, 2, 3, 4, 5, 6, 7, 8, 9], Field(description="1 is served first")]


class CallBack(Command):
    """Where to call."""

    number: Annotated[
        str,
        StringConstraints(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$"),
        Field(description="as people write it; empty: the number they are known by"),
    ] = ""


class Dialled(Input):
    """What came of the call."""

    offer: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9_-]{1,64}\.[0-9]{1,9}$"),
        Field(description="the one by which the agent has it"),
    ]
    answered: bool


class Steered(Output):
    """What came of it; `reason` is a stable word, for what was done or why nothing was."""

    id: str
    changed: bool
    reason: str


def _transfer(
    call: Call[OneInteraction, Nothing, Transfer], interaction: InteractionId
) -> Awaitable[Changed]:
    given, actor, steering = call.body, call.caller.actor, call.services.steering
    match given.to:
        case ToAgent(agent=agent, wait=wait):
            return steering.transfer_to_agent(
                actor, interaction, AgentId(agent), wait=wait, command=given.command
            )
        case ToQueue(queue=queue):
            return steering.transfer_to_queue(
                actor, interaction, QueueId(queue), command=given.command
            )
        case ToDepartment(department=department):
            return steering.transfer_to_department(
                actor, interaction, DepartmentId(department), command=given.command
            )


def _person(call: Call[OneInteraction, Any, Any]) -> Agent:
    assert call.caller.agent is not None  # noqa: S101 - no scope: people only
    return call.caller.agent


def _verb(
    name: str,
    summary: str,
    ask: Callable[[Call[OneInteraction, Nothing, Any], InteractionId], Awaitable[Changed]],
    *,
    body: type[BaseModel] = Command,
    access: Access = _AGENTS,
    description: str = "",
    refuses: tuple[type[errors.AcdError], ...] = (),
) -> Endpoint[OneInteraction, Nothing, Any]:
    async def handler(call: Call[OneInteraction, Nothing, Any]) -> Steered:
        answer = await ask(call, InteractionId(call.path.interaction))
        return Steered(id=call.path.interaction, changed=answer.changed, reason=answer.reason)

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
        refuses=(errors.NotYours, errors.NotFound, errors.Conflict, *refuses),
    )


_OWN: Final = "Agents: what is theirs; supervisors and programs: on behalf of its owner."

ENDPOINTS: Final = (
    _verb(
        "transfer",
        "Hand over to an agent, a queue or a department",
        _transfer,
        body=Transfer,
        description=f"{_OWN} The owner keeps it until a colleague has accepted.",
    ),
    _verb(
        "transfer/cancel",
        "Take back a transfer nobody answered",
        lambda call, name: call.services.steering.transfer_cancel(
            call.caller.actor, name, command=call.body.command
        ),
        description=_OWN,
    ),
    _verb(
        "consult",
        "Ask a colleague, who may take over",
        lambda call, name: call.services.steering.consult(
            call.caller.actor, name, AgentId(call.body.agent), command=call.body.command
        ),
        body=WithAgent,
        description=_OWN,
    ),
    _verb(
        "consult/complete",
        "Hand over to whoever is consulted",
        lambda call, name: call.services.steering.consult_complete(
            call.caller.actor, name, stay=call.body.stay, command=call.body.command
        ),
        body=ConsultComplete,
        description=_OWN,
    ),
    _verb(
        "consult/cancel",
        "End a consultation",
        lambda call, name: call.services.steering.consult_cancel(
            call.caller.actor, name, command=call.body.command
        ),
        description=_OWN,
    ),
    _verb(
        "invite",
        "Bring in a colleague",
        lambda call, name: call.services.steering.invite(
            call.caller.actor, name, AgentId(call.body.agent), command=call.body.command
        ),
        body=WithAgent,
        description=_OWN,
    ),
    _verb(
        "leave",
        "Leave as a guest",
        lambda call, name: call.services.steering.leave(
            _person(call), name, command=call.body.command
        ),
        access=Access(),
    ),
    _verb(
        "pull",
        "Pick from the line, where the queue allows it",
        lambda call, name: call.services.steering.pull(
            _person(call), name, command=call.body.command
        ),
        access=Access(),
    ),
    _verb(
        "assign",
        "Give it to an agent, wherever it is",
        lambda call, name: call.services.steering.assign(
            call.caller.actor, name, AgentId(call.body.agent), command=call.body.command
        ),
        body=WithAgent,
        access=_STEERS,
        description="Capacity may be exceeded; that is an event.",
    ),
    _verb(
        "move",
        "Move it to another queue with its age",
        lambda call, name: call.services.steering.move(
            call.caller.actor, name, QueueId(call.body.queue), command=call.body.command
        ),
        body=Move,
        access=_STEERS,
    ),
    _verb(
        "priority",
        "Give it another level",
        lambda call, name: call.services.steering.prioritise(
            call.caller.actor, name, call.body.level, command=call.body.command
        ),
        body=Priority,
        access=_STEERS,
    ),
    _verb(
        "callback",
        "Keep its place without anybody waiting",
        lambda call, name: call.services.callbacks.keep_place(
            call.caller.actor, name, call.body.number, command=call.body.command
        ),
        body=CallBack,
        access=_STEERS,
        description="In its turn an agent is offered it, and calls the contact.",
        refuses=(errors.PhoneNumberInvalid,),
    ),
    _verb(
        "callback/dialled",
        "The contact of a callback was called",
        lambda call, name: call.services.callbacks.dialled(
            call.caller.actor, name, OfferId(call.body.offer), answered=call.body.answered
        ),
        body=Dialled,
        description=f"{_OWN} Nobody answered: it is tried again later, or ends `unreached`.",
    ),
)

"""Work that changes hands, over sockets: each event is a verb of `acd.chat.steering`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from acd.chat.actors import Actor
from acd.domain.ids import AgentId, DepartmentId, InteractionId, QueueId
from acd.realtime.work import changed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.steering import Steering
    from acd.domain.directory import Agent
    from acd.realtime.console import Console
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.wire import agents as wire
    from acd.routing.results import Changed

    Verb = Callable[[Steering, Agent, InteractionId, Any], Awaitable[Changed]]


def _transfer(
    steering: Steering, agent: Agent, interaction: InteractionId, asked: wire.Transfer
) -> Awaitable[Changed]:
    actor, command = Actor.person(agent), asked.command
    if asked.agent is not None:
        return steering.transfer_to_agent(
            actor, interaction, AgentId(asked.agent), wait=asked.wait, command=command
        )
    if asked.queue is not None:
        queue = QueueId(asked.queue)
        return steering.transfer_to_queue(actor, interaction, queue, command=command)
    department = DepartmentId(asked.department or "")
    return steering.transfer_to_department(actor, interaction, department, command=command)


_VERBS: Final[dict[str, Verb]] = {
    "interaction.transfer": _transfer,
    "interaction.transfer_cancel": lambda steering, agent, name, asked: steering.transfer_cancel(
        Actor.person(agent), name, command=asked.command
    ),
    "interaction.consult": lambda steering, agent, name, asked: steering.consult(
        Actor.person(agent), name, AgentId(asked.agent), command=asked.command
    ),
    "interaction.consult_complete": lambda steering, agent, name, asked: steering.consult_complete(
        Actor.person(agent), name, stay=asked.stay, command=asked.command
    ),
    "interaction.consult_cancel": lambda steering, agent, name, asked: steering.consult_cancel(
        Actor.person(agent), name, command=asked.command
    ),
    "interaction.invite": lambda steering, agent, name, asked: steering.invite(
        Actor.person(agent), name, AgentId(asked.agent), command=asked.command
    ),
    "interaction.leave": lambda steering, agent, name, asked: steering.leave(
        agent, name, command=asked.command
    ),
    "interaction.pull": lambda steering, agent, name, asked: steering.pull(
        agent, name, command=asked.command
    ),
    "interaction.assign": lambda steering, agent, name, asked: steering.assign(
        Actor.person(agent), name, AgentId(asked.agent), command=asked.command
    ),
    "interaction.move": lambda steering, agent, name, asked: steering.move(
        Actor.person(agent), name, QueueId(asked.queue), command=asked.command
    ),
    "interaction.prioritise": lambda steering, agent, name, asked: steering.prioritise(
        Actor.person(agent), name, asked.level, command=asked.command
    ),
}


class Steered:
    """The verbs, each answered with the interaction as the desk has it afterwards."""

    def __init__(self, steering: Steering) -> None:
        self._steering = steering
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            name: partial(self._steer, verb) for name, verb in _VERBS.items()
        } | {"interaction.finish": self._finish}

    async def _steer(
        self, verb: Verb, connection: Connection[Console], asked: wire.InteractionName
    ) -> Ack:
        desk, interaction = connection.who.desk, InteractionId(asked.interaction)
        before = desk.chats.get(interaction)
        answer = await verb(self._steering, desk.agent, interaction, asked)
        return {**await changed(desk, interaction, before), "outcome": answer.reason}

    async def _finish(self, connection: Connection[Console], asked: wire.MayRepeat) -> Ack:
        desk, interaction = connection.who.desk, InteractionId(asked.interaction)
        before = desk.chats.get(interaction)
        actor = Actor.person(desk.agent)
        await self._steering.finish(actor, interaction, command=asked.command)
        return await changed(desk, interaction, before)

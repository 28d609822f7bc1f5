"""What agents and supervisors do with what others hold or nobody yet: pick, assign, move."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from acd.chat.sessions import Card
from acd.domain.agent import Availability
from acd.domain.errors import Forbidden, NotFound
from acd.domain.ids import AgentId, InteractionId, QueueId
from acd.domain.interaction import Channel
from acd.realtime.work import check_owned, held

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.domain.directory import Agent
    from acd.realtime.console import Console
    from acd.realtime.desk import Desk
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.relay import Relay
    from acd.realtime.wire import agents as wire
    from acd.routing.results import AgentSnapshot, Changed, Waiting

LINE_MOST = 50
COLLEAGUES_MOST = 100
_ORDER = ("free", "full", "away", "offline")


class Steering:
    """Lines and colleagues. Agents pick where their queue allows it; supervisors steer."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "transfer.targets": self._targets,
            "line.open": self._line,
            "interaction.pull": self._pull,
            "interaction.assign": self._assign,
            "interaction.move": self._move,
            "interaction.prioritise": self._prioritise,
        }

    # lines

    async def _line(self, connection: Connection[Console], asked: wire.LineName) -> Ack:
        agent, relay = connection.who.desk.agent, self._relay
        queue = QueueId(asked.queue)
        if agent.sees is not None and queue not in relay.people.queues_of(agent):
            raise NotFound(field="queue")
        found = await relay.router.line(queue, most=LINE_MOST)
        return {
            "ok": True,
            "queue": queue,
            "waiting": [self._waiting(place, each) for place, each in enumerate(found, 1)],
            "now": relay.clock.now_ms(),
        }

    def _waiting(self, place: int, waiting: Waiting) -> dict[str, Any]:
        card = Card.parse(waiting.card)
        return {
            "interaction": waiting.interaction,
            "position": place,
            "contact": {"name": card.contact_name},
            "preview": card.preview,
            "level": waiting.level,
            "enqueued_ms": waiting.enqueued_ms,
            "skills": self._relay.people.skills_of(waiting.requires),
        }

    async def _pull(self, connection: Connection[Console], asked: wire.Command) -> Ack:
        desk = connection.who.desk
        answer = await self._relay.router.pull(
            InteractionId(asked.interaction), desk.agent.id, command=asked.command
        )
        return await self._taken(desk, asked, answer)

    # supervisors

    async def _assign(self, connection: Connection[Console], asked: wire.WithAgent) -> Ack:
        desk = connection.who.desk
        _check_steers(desk.agent)
        answer = await self._relay.router.assign(
            InteractionId(asked.interaction),
            AgentId(asked.agent),
            desk.agent.id,
            command=asked.command,
        )
        return await self._taken(desk, asked, answer)

    async def _move(self, connection: Connection[Console], asked: wire.Move) -> Ack:
        desk = connection.who.desk
        _check_steers(desk.agent)
        answer = await self._relay.router.move(
            InteractionId(asked.interaction), QueueId(asked.queue), desk.agent.id
        )
        return {"ok": True, "outcome": answer.reason, "chat": None}

    async def _prioritise(self, connection: Connection[Console], asked: wire.Prioritise) -> Ack:
        desk = connection.who.desk
        _check_steers(desk.agent)
        answer = await self._relay.router.reprioritise(
            InteractionId(asked.interaction), asked.level, desk.agent.id
        )
        return {"ok": True, "outcome": answer.reason, "chat": None}

    async def _taken(self, desk: Desk, asked: wire.Command, answer: Changed) -> Ack:
        """Somebody has it at once; when that is the agent of this desk, their chat comes along."""
        check_owned(answer)
        ack: Ack = {"ok": True, "outcome": answer.reason, "chat": None}
        interaction = InteractionId(asked.interaction)
        await desk.refresh()
        chat = desk.chats.get(interaction)
        if chat is not None:
            ack["chat"] = desk.described(chat)
        if answer.changed:
            self._relay.chores.start(self._note_joined(interaction, asked.command), "joined")
        return ack

    async def _note_joined(self, interaction: InteractionId, command: str) -> None:
        found = await self._relay.router.interaction(interaction)
        if found is not None and found.agent is not None:
            name = self._relay.people.agent_name(found.agent)
            await self._relay.chat.note_joined(found.contact, found.conversation, command, name)

    # colleagues

    async def _targets(self, connection: Connection[Console], asked: wire.TargetsAsked) -> Ack:
        """Who could take it over: colleagues with their state, departments with their line."""
        desk, relay = connection.who.desk, self._relay
        chat = await held(desk, InteractionId(asked.interaction))
        channel = Channel(chat.channel)
        await relay.people.refresh()
        wanted = relay.people.colleagues_of(desk.agent, asked.query)[:COLLEAGUES_MOST]
        snapshots = await asyncio.gather(*(relay.router.agent(each.id) for each in wanted))
        agents = [
            _colleague(colleague, snapshot, channel)
            for colleague, snapshot in zip(wanted, snapshots, strict=True)
            if snapshot is not None
        ]
        agents.sort(key=lambda one: (_ORDER.index(one["state"]), one["name"].casefold()))
        queues = [q for q in relay.people.queues_on(channel) if q != chat.queue]
        figures = await asyncio.gather(*(relay.router.queue(queue) for queue in queues))
        departments = [
            {
                "queue": queue,
                "department": relay.people.department(queue.partition("/")[0], desk.agent.locale),
                "waiting": figure.waiting,
                "available": figure.available,
                "estimate": relay.estimate(figure),
            }
            for queue, figure in zip(queues, figures, strict=True)
        ]
        return {"ok": True, "agents": agents, "departments": departments}


def _check_steers(agent: Agent) -> None:
    if not agent.role.steers:
        raise Forbidden("Supervisors do that.")


def _colleague(agent: Agent, snapshot: AgentSnapshot, channel: Channel) -> dict[str, Any]:
    state = snapshot.channels[channel]
    word = "away"
    if state.availability is Availability.OFFLINE or snapshot.grace_until_ms is not None:
        word = "offline"
    elif state.availability is Availability.AVAILABLE:
        word = "free" if snapshot.has_room(channel) else "full"
    return {
        "id": agent.id,
        "name": agent.name,
        "state": word,
        "reason": state.reason,
        "count": state.count,
        "max": state.max,
    }

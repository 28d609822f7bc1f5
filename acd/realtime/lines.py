"""What agents see of others before they steer: who waits in a line, who could take over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from acd.chat.sessions import Card
from acd.domain.agent import Availability
from acd.domain.errors import NotFound
from acd.domain.ids import InteractionId, QueueId
from acd.domain.interaction import Channel
from acd.realtime.board import estimate, is_by_hand
from acd.realtime.work import held

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.domain.directory import Agent
    from acd.realtime.console import Console
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.relay import Relay
    from acd.realtime.wire import agents as wire
    from acd.routing.snapshots import AgentSnapshot, Waiting

LINE_MOST = 50
COLLEAGUES_MOST = 100
_ORDER = ("free", "full", "away", "offline", "never")


class Lines:
    """Lines and colleagues, as an agent may see them."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "transfer.targets": self._targets,
            "line.open": self._line,
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
            "waiting": [self._waiting(queue, *placed) for placed in enumerate(found, 1)],
            "now": relay.clock.now_ms(),
        }

    def _waiting(self, queue: QueueId, place: int, waiting: Waiting) -> dict[str, Any]:
        card = Card.parse(waiting.card)
        return {
            "interaction": waiting.interaction,
            "position": place,
            "contact": {"name": card.contact_name},
            "preview": card.preview or card.number,
            "level": waiting.level,
            "enqueued_ms": waiting.enqueued_ms,
            "callback": waiting.callback,
            "by_hand": is_by_hand(waiting, queue, dials=self._relay.dials),
            "skills": self._relay.people.skills_of(waiting.requires),
        }

    # colleagues

    async def _targets(self, connection: Connection[Console], asked: wire.TargetsAsked) -> Ack:
        """Who could take it over: colleagues with their state, departments with their line."""
        desk, relay = connection.who.desk, self._relay
        chat = await held(desk, InteractionId(asked.interaction))
        channel = Channel(chat.channel)
        await relay.people.refresh()
        wanted = relay.people.colleagues_of(desk.agent, channel, asked.query)[:COLLEAGUES_MOST]
        snapshots = await asyncio.gather(*(relay.router.agent(each.id) for each in wanted))
        agents = [
            {
                **_colleague(colleague, snapshot, channel),
                "talks": relay.talks(colleague.id, snapshot.sessions),
            }
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
                "estimate": estimate(figure.expected),
            }
            for queue, figure in zip(queues, figures, strict=True)
        ]
        return {"ok": True, "agents": agents, "departments": departments}


def _colleague(agent: Agent, snapshot: AgentSnapshot, channel: Channel) -> dict[str, Any]:
    state = snapshot.channels[channel]
    word = "away"
    if state.max == 0:
        word = "never"
    elif state.availability is Availability.OFFLINE or snapshot.grace_until_ms is not None:
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

"""The lines that agents look at: read once each for all of them, told where they changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from acd.chat.sessions import Card

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acd.chat.people import People
    from acd.domain.directory import Agent
    from acd.domain.estimate import Wait
    from acd.domain.ids import AgentId, QueueId
    from acd.realtime.desk import Desk
    from acd.routing.router import Router
    from acd.routing.snapshots import QueueSnapshot, Waiting

HELD_BACK_MOST: Final = 50
"""How far down a line is looked for those who do not ring at an agent for a while."""


class _Read(NamedTuple):
    figure: QueueSnapshot
    line: Iterable[Waiting]


class Board:
    """An agent sees the lines of their departments, on their channels."""

    def __init__(self, router: Router, people: People) -> None:
        self._router = router
        self._people = people

    async def tell(self, desks: Iterable[Desk]) -> None:
        """Read the lines that somebody looks at, and tell whoever sees something else.

        Raises:
            StoreUnavailable: Redis is away.
        """
        looking = list(desks)
        wanted = {queue for desk in looking for queue in self._people.queues_of(desk.agent)}
        read = await self._read(wanted)
        for desk in looking:
            desk.show_lines(self._lines(desk.agent, read))

    async def of(self, agent: Agent) -> list[dict[str, Any]]:
        """The agent's lines as they are now.

        Raises:
            StoreUnavailable: Redis is away.
        """
        return self._lines(agent, await self._read(self._people.queues_of(agent)))

    async def _read(self, queues: Iterable[QueueId]) -> dict[QueueId, _Read]:
        ids = sorted(queues)
        figures = await asyncio.gather(*(self._read_one(queue) for queue in ids))
        return dict(zip(ids, figures, strict=True))

    async def _read_one(self, queue: QueueId) -> _Read:
        figure = await self._router.queue(queue)
        line = await self._router.line(queue, most=HELD_BACK_MOST) if figure.waiting else ()
        return _Read(figure, line)

    def _lines(self, agent: Agent, read: Mapping[QueueId, _Read]) -> list[dict[str, Any]]:
        found = []
        for queue in self._people.queues_of(agent):
            if queue not in read:
                continue
            figure, line = read[queue]
            if not figure.configured:
                continue
            department, _, channel = queue.partition("/")
            found.append(
                {
                    "queue": queue,
                    "department": self._people.department(department, agent.locale),
                    "channel": channel,
                    "waiting": figure.waiting,
                    "oldest_enqueued_ms": figure.oldest_enqueued_ms,
                    "available": figure.available,
                    "pull": self._people.may_pull(queue),
                    "estimate": estimate(figure.last),
                    "held_back": _held_back(agent.id, line, figure.now_ms),
                }
            )
        return found


def _held_back(agent: AgentId, line: Iterable[Waiting], now_ms: int) -> dict[str, Any] | None:
    """Who waits there and is the first to ring again at an agent who is not asked for a while."""
    later = ((one.not_before_ms.get(agent, 0), one) for one in line)
    kept = [(at_ms, one) for at_ms, one in later if at_ms > now_ms]
    if not kept:
        return None
    at_ms, first = min(kept, key=lambda each: each[0])
    name = Card.parse(first.card).contact_name
    return {"interaction": first.interaction, "contact": {"name": name}, "at_ms": at_ms}


def estimate(wait: Wait | None) -> dict[str, float] | None:
    """A wait as the wire says it; None if it is not known."""
    return {"p50_s": wait.p50_s, "p90_s": wait.p90_s} if wait is not None else None

"""The lines that agents look at: read once each for all of them, told where they changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acd.chat.people import People
    from acd.domain.directory import Agent
    from acd.domain.estimate import Wait
    from acd.domain.ids import QueueId
    from acd.realtime.desk import Desk
    from acd.routing.router import Router
    from acd.routing.snapshots import QueueSnapshot


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
        figures = await self._read(wanted)
        for desk in looking:
            desk.show_lines(self._lines(desk.agent, figures))

    async def of(self, agent: Agent) -> list[dict[str, Any]]:
        """The agent's lines as they are now.

        Raises:
            StoreUnavailable: Redis is away.
        """
        return self._lines(agent, await self._read(self._people.queues_of(agent)))

    async def _read(self, queues: Iterable[QueueId]) -> dict[QueueId, QueueSnapshot]:
        ids = sorted(queues)
        figures = await asyncio.gather(*(self._router.queue(queue) for queue in ids))
        return dict(zip(ids, figures, strict=True))

    def _lines(
        self, agent: Agent, figures: Mapping[QueueId, QueueSnapshot]
    ) -> list[dict[str, Any]]:
        found = []
        for queue in self._people.queues_of(agent):
            figure = figures.get(queue)
            if figure is None or not figure.configured:
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
                }
            )
        return found


def estimate(wait: Wait | None) -> dict[str, float] | None:
    """A wait as the wire says it; None if it is not known."""
    return {"p50_s": wait.p50_s, "p90_s": wait.p90_s} if wait is not None else None

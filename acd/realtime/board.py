"""The lines that agents look at: read once each for all of them, told where they changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from acd.chat.sessions import Card
from acd.realtime.held import is_dialled_by_hand

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from acd.chat.people import People
    from acd.domain.directory import Agent
    from acd.domain.estimate import Wait
    from acd.domain.ids import AgentId, QueueId
    from acd.realtime.desk import Desk
    from acd.routing.router import Router
    from acd.routing.snapshots import QueueSnapshot, Waiting

HELD_BACK_MOST: Final = 10
"""How far down a line is looked for those who do not ring at an agent for a while."""

_NOBODY: Final[Mapping[QueueId, Iterable[Waiting]]] = {}


class Board:
    """An agent sees the lines of their departments, on their channels.

    `dials` says whether the house calls back by itself.
    """

    def __init__(self, router: Router, people: People, dials: Callable[[], bool]) -> None:
        self._router = router
        self._people = people
        self._dials = dials

    async def tell(self, desks: Iterable[Desk]) -> None:
        """Read the lines that somebody looks at, and tell whoever sees something else.

        Raises:
            StoreUnavailable: Redis is away.
        """
        looking = list(desks)
        wanted = {queue for desk in looking for queue in self._people.queues_of(desk.agent)}
        figures = await self._read(wanted)
        lines = await self._who_waits(looking, figures)
        for desk in looking:
            desk.show_lines(self._lines(desk.agent, figures, lines, desk.room))

    async def of(self, agent: Agent) -> list[dict[str, Any]]:
        """The agent's lines as they are now; who is held back is told with the next reading.

        Raises:
            StoreUnavailable: Redis is away.
        """
        return self._lines(agent, await self._read(self._people.queues_of(agent)))

    async def _read(self, queues: Iterable[QueueId]) -> dict[QueueId, QueueSnapshot]:
        ids = sorted(queues)
        figures = await asyncio.gather(*(self._router.queue(queue) for queue in ids))
        return dict(zip(ids, figures, strict=True))

    async def _who_waits(
        self, looking: Iterable[Desk], figures: Mapping[QueueId, QueueSnapshot]
    ) -> dict[QueueId, Iterable[Waiting]]:
        """Where somebody waits although an agent who looks has room: seldom for another reason."""
        ids = {
            queue
            for desk in looking
            if desk.room
            for queue in self._people.queues_of(desk.agent)
            if figures[queue].waiting and queue.rpartition("/")[2] in desk.room
        }
        lines = await asyncio.gather(
            *(self._router.line(queue, most=HELD_BACK_MOST) for queue in sorted(ids))
        )
        return dict(zip(sorted(ids), lines, strict=True))

    def _lines(
        self,
        agent: Agent,
        figures: Mapping[QueueId, QueueSnapshot],
        lines: Mapping[QueueId, Iterable[Waiting]] = _NOBODY,
        room: Container[str] = (),
    ) -> list[dict[str, Any]]:
        """`room`: the channels on which one more may ring at them."""
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
                    "held_back": self._held_back(agent.id, queue, lines, figure.now_ms)
                    if channel in room
                    else None,
                }
            )
        return found

    def _held_back(
        self,
        agent: AgentId,
        queue: QueueId,
        lines: Mapping[QueueId, Iterable[Waiting]],
        now_ms: int,
    ) -> dict[str, Any] | None:
        """Who waits there and is the first to ring again at one who is not asked for a while."""
        later = ((one.not_before_ms.get(agent, 0), one) for one in lines.get(queue, ()))
        kept = [(at_ms, one) for at_ms, one in later if at_ms > now_ms]
        if not kept:
            return None
        at_ms, first = min(kept, key=lambda each: each[0])
        return {
            "interaction": first.interaction,
            "contact": {"name": Card.parse(first.card).contact_name},
            "at_ms": at_ms,
            "by_hand": is_by_hand(first, queue, dials=self._dials()),
        }


def is_by_hand(waiting: Waiting, queue: QueueId, *, dials: bool) -> bool:
    """Whether they are called back by the agent who takes them out of that line."""
    return waiting.callback and is_dialled_by_hand(queue.rpartition("/")[2], dials=dials)


def estimate(wait: Wait | None) -> dict[str, float] | None:
    """A wait as the wire says it; None if it is not known."""
    return {"p50_s": wait.p50_s, "p90_s": wait.p90_s} if wait is not None else None

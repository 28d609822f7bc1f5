"""An empty call centre for measurements: queues and agents straight through the router."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from acd.domain.agent import AgentProfile, Availability, Membership
from acd.domain.capacity import DEFAULT_CHANNELS
from acd.domain.ids import (
    AgentId,
    ContactId,
    ConversationId,
    DepartmentId,
    InteractionId,
    QueueId,
    SessionId,
    offer_id,
)
from acd.domain.interaction import Arrival, Channel
from acd.domain.offer import AcceptOutcome
from acd.domain.queue import QueueSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from acd.domain.ids import OfferId
    from acd.routing.router import Router

QUEUE = QueueId("support/chat")
STRATEGIES = (
    "ring_all",
    "priority",
    "max_utilization",
    "average_utilization",
    "random",
    "round_robin",
    "longest_idle",
)
CARD = (
    '{"contact_name":"Jean Martin","preview":"Bonjour, mon colis est arrivé sans les deux bols.",'
    '"page":"/panier","locale":"fr","department":"support"}'
)


@dataclass(slots=True, kw_only=True)
class Floor:
    """One queue and its agents, all signed in and available on chat."""

    router: Router
    agents: int
    chats: int
    version: int = 1
    prefix: str = "b"
    now_ms: int = 0
    """A time of its own, for who does not live by the server's."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def agent_id(self, number: int) -> AgentId:
        """The n-th agent's id."""
        return AgentId(f"a{number:06d}")

    async def open(self, strategy: str, **settings: object) -> None:
        """Configures the queue and brings every agent in. Takes seconds at 100,000."""
        await self.use(strategy, **settings)
        channels = dict(DEFAULT_CHANNELS)
        chat = channels[Channel.CHAT]
        channels[Channel.CHAT] = type(chat)(weight=1, max=self.chats)

        async def bring_in(number: int) -> None:
            agent = self.agent_id(number)
            await self.router.configure_agent(
                AgentProfile(
                    agent=agent,
                    version=self.version,
                    channels=channels,
                    memberships=(Membership(queue=QUEUE, priority=1 + number % 100),),
                ),
                now_ms=self.now_ms,
            )
            session = SessionId(f"ss_{number}")
            await self.router.open_session(agent, session, now_ms=self.now_ms)
            await self.router.set_presence(
                agent, channel=None, availability=Availability.AVAILABLE, now_ms=self.now_ms
            )

        await in_parallel(bring_in, range(self.agents), 256)

    async def use(self, strategy: str, **settings: object) -> None:
        """Switches the queue's strategy and waits until its index is rebuilt."""
        self.version += 1
        patient: dict[str, Any] = {"lease_s": 86_400, "ring_time_s": 3_600, "delivery_s": 3_600}
        await self.router.configure_queue(
            QueueSettings(
                queue=QUEUE,
                version=self.version,
                channel=Channel.CHAT,
                department=DepartmentId("support"),
                strategy=(strategy,),
                **(patient | settings),
            ),
            now_ms=self.now_ms,
        )
        while not (await self.router.queue(QUEUE, now_ms=self.now_ms)).ready:
            await self.router.run_timers(now_ms=self.now_ms)

    def arrival(self) -> Arrival:
        """The next customer; ids sort in the order they are made, also within a millisecond."""
        number = next(self._numbers)
        return Arrival(
            interaction=InteractionId(f"ix_{self.prefix}{number:09d}"),
            queue=QUEUE,
            contact=ContactId(f"ct_{self.prefix}{number % 5000}"),
            conversation=ConversationId(f"cv_{self.prefix}{number % 5000}"),
            card=CARD,
            leased=False,
        )

    async def cycle(self) -> AgentId:
        """One interaction's whole life: enqueue, offer, accept, finish. Somebody must be free.

        Returns who had it.
        """
        arrival = self.arrival()
        enqueued = await self.router.enqueue(arrival)
        agent = enqueued.agents[0]
        accepted = await self.router.accept(first_offer(arrival.interaction), agent)
        assert accepted.outcome is AcceptOutcome.ACCEPTED, accepted
        finished = await self.router.finish(arrival.interaction, by="agent", agent=agent)
        assert finished.changed, finished
        return agent

    async def cycles(self, number: int, *, at_once: int = 64) -> None:
        """That many whole cycles, `at_once` of them under way at any moment."""
        await in_parallel(lambda _: self.cycle(), range(number), at_once)


def first_offer(interaction: InteractionId, number: int = 1) -> OfferId:
    """The id of an interaction's first offer, or of another of its first ring."""
    return offer_id(interaction, number)


async def in_parallel(
    work: Callable[[int], Awaitable[object]], items: Iterable[int], at_once: int
) -> None:
    """Runs `work` over the items, at most `at_once` under way; the first error ends all."""
    source = iter(items)

    async def worker() -> None:
        for item in source:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())

"""Make the two stores agree: when a node starts, and when another server holds the live state.

Live state that is whole is kept as it is: it is the truth. A replica that took over, a restart
that lost what was recorded already, or an empty store, is behind the history; then a generation
begins, and what the history says of each interaction is put into force. One node does it, fenced
by a lease; all verbs wait for it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from acd.domain.errors import StoreUnavailable
from acd.domain.ids import AgentId, DepartmentId, InteractionId, QueueId, new_id
from acd.domain.interaction import Arrival, InteractionState
from acd.domain.queue import LastAgent
from acd.flow.compiler import Compiler
from acd.flow.intake import Intake, arrival_of
from acd.flow.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acd.domain.history import PastInteraction
    from acd.records.directory import Directory
    from acd.records.history import History
    from acd.records.intakes import Intakes
    from acd.routing.router import Router
    from acd.routing.verbs.reconciling import Unsure

LEASE_MS = 6000
PAGE = 200
TURNS = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What had to be put right.

    `generation` is the new one, or 0 where the state was whole. `restated` interactions were live
    in what the server had, `restored` ones were not as the history says, `recounted` agents had
    other slots than they held.
    """

    generation: int = 0
    restated: int = 0
    recounted: int = 0
    restored: int = 0


async def _preferring(directory: Directory) -> frozenset[QueueId]:
    """The queues in which whoever served the contact last comes first."""
    queues = await directory.queues()
    return frozenset(q.id for q in queues if q.settings.last_agent is not LastAgent.OFF)


class Reconciler:
    """Makes sure of a server before it serves; `last` is what it did the last time."""

    def __init__(
        self, router: Router, directory: Directory | None, history: History, intakes: Intakes | None
    ) -> None:
        """Args: without a directory or intakes, there is nothing of the kind to put right."""
        self._own = router.reconciler(new_id("rc"))
        self._ahead = router.ahead()
        self._directory = directory
        self._history = history
        self._intakes = intakes
        self._preferring: frozenset[QueueId] = frozenset()
        self.last = Reconciled()

    async def admit(self) -> None:
        """Make sure of the server; for `Router.admit_by`.

        Raises:
            StoreUnavailable: a store is away, or another node is at it; call it again.
        """
        unsure = await self._own.reconcile_begin(LEASE_MS)
        if unsure is None:
            return
        holding = asyncio.create_task(self._hold(), name="reconcile-lease")
        try:
            self.last = await self._make_sure(unsure)
            await self._own.reconcile_end()
            # indexes are filled by timers: nobody shall wait for the next tick
            for _ in range(TURNS):
                if not (await self._ahead.run_timers()).more:
                    break
        finally:
            holding.cancel()
            await asyncio.wait({holding})
        log.info(
            "live state made sure of",
            promoted=unsure.promoted,
            generation=self.last.generation,
            restated=self.last.restated,
            recounted=self.last.recounted,
            restored=self.last.restored,
        )

    async def _hold(self) -> None:
        while True:
            await asyncio.sleep(LEASE_MS / 3000)
            try:
                await self._own.reconcile_begin(LEASE_MS)
            except StoreUnavailable:
                continue  # whoever does the work hears of it, too

    async def _make_sure(self, unsure: Unsure) -> Reconciled:
        own, history = self._own, self._history
        # What was read of a server that has forgotten it since would be recorded late.
        # Then what the server knows is: the history lacks nothing. But what was said by a node that
        # died in the middle is older than it.
        if await history.fence():
            await Recorder(own, history).catch_up()
        recorded = await history.last_event()
        behind = (unsure.generation, unsure.seq) < recorded
        whole = not (unsure.promoted or unsure.unfinished or behind)
        if unsure.generation and whole:
            return Reconciled()
        generation, seq = max(unsure.generation, recorded[0]) + 1, max(unsure.seq, recorded[1])
        if not await history.begin_generation((generation, seq), after=recorded, reason="outage"):
            raise StoreUnavailable("another node reconciles")
        await own.reconcile_advance(generation, seq)
        async for page in own.stored("flow"):
            await asyncio.gather(*(own.reconcile_queue(QueueId(name)) for name in page))
        restated = recounted = 0
        async for page in own.stored("agent"):
            recounted += await own.reconcile_agents([AgentId(name) for name in page])
        async for page in own.stored("ix"):
            restated += await own.reconcile_interactions([InteractionId(name) for name in page])
        restored = await self._put_into_force()
        if self._directory is not None and self._intakes is not None:
            # those who came in the last moments, of whom no log knows
            await Intake(own, self._directory, self._intakes).sweep(older_than_ms=0)
        if not await history.end_beginning((generation, seq)):
            raise StoreUnavailable("another node reconciles")
        return Reconciled(
            generation=generation, restated=restated, recounted=recounted, restored=restored
        )

    async def _put_into_force(self) -> int:
        """What the directory and the history say; returns how many interactions were otherwise."""
        own, history, restored = self._own, self._history, 0
        if self._directory is not None:
            await Compiler(self._directory, own).compile_all()
            self._preferring = await _preferring(self._directory)
        async for page in own.stored("ix"):
            names = [InteractionId(name) for name in page]
            restored += await self._restore(await history.ended_among(names))
        async for past in history.all_open(PAGE):
            restored += await self._restore(past)
        # last: who finishes does so with what they hold
        async for page in own.stored("agent"):
            await self._restore_presence([AgentId(name) for name in page])
        return restored

    async def _restore_presence(self, agents: Sequence[AgentId]) -> None:
        """Whom nobody vouched for is left to the live state: it may know what they were before."""
        heard = await self._history.presence(agents)
        await asyncio.gather(
            *(
                self._own.restore_presence(
                    agent,
                    {
                        channel: (last.availability, last.reason)
                        for channel, last in channels.items()
                        if last.cause != "lapsed"
                    },
                )
                for agent, channels in heard.items()
            )
        )

    async def _restore(self, page: Sequence[PastInteraction]) -> int:
        return sum(await asyncio.gather(*(self._restore_one(past) for past in page)))

    async def _restore_one(self, past: PastInteraction) -> bool:
        row, intakes = None, self._intakes
        if intakes is not None and past.state is not InteractionState.ENDED:
            row = await intakes.get(past.id)
        arrival = (
            arrival_of(row, arrived_ms=past.enqueued_ms)
            if row is not None
            else Arrival(
                interaction=past.id,
                queue=past.queue,
                contact=past.contact,
                conversation=past.conversation,
                arrived_ms=past.enqueued_ms,
            )
        )
        if intakes is not None and past.agent is None and past.queue in self._preferring:
            department = DepartmentId(past.queue.partition("/")[0])
            last = await intakes.last_agent(past.contact, department)
            arrival = replace(arrival, last_agent=last)
        hops = await self._history.hops(past.id) if past.moves else ()
        return (await self._own.restore(past, arrival, hops)).changed

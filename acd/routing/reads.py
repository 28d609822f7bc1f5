"""What can be asked about live state: snapshots, each taken in one step, and the streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.ids import is_plain_id
from acd.routing import keys, line_replies, snapshot_replies
from acd.routing.addresses import Addresses
from acd.routing.checking import check, failing_timers
from acd.routing.events import read_events, read_page
from acd.routing.explain import Explained, explained
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from acd.domain.errors import EventUnreadable
    from acd.domain.events import Event
    from acd.domain.ids import AgentId, InteractionId, QueueId
    from acd.routing.redis_link import RedisLink
    from acd.routing.results import FailingTimer
    from acd.routing.snapshots import (
        AgentSnapshot,
        InteractionSnapshot,
        Position,
        QueueSnapshot,
        Waiting,
    )


class Reads(Tenant):
    """Questions; none of them changes anything."""

    def __init__(
        self, link: RedisLink, tenant: str, *, events_max: int = 1_000_000, token: str = ""
    ) -> None:
        """Args: as `Tenant`."""
        super().__init__(link, tenant, events_max=events_max, token=token)
        self._addresses: Addresses | None = None

    async def close(self) -> None:
        """Stop listening and disconnect."""
        if self._addresses:
            await self._addresses.close()
        await super().close()

    async def agent(self, agent: AgentId, *, now_ms: int = 0) -> AgentSnapshot | None:
        """Everything live about an agent, or None."""
        if not is_plain_id(agent):
            return None
        return snapshot_replies.agent_snapshot(
            agent, await self._ask("agent_snapshot", now_ms, agent)
        )

    async def interaction(
        self, interaction: InteractionId, *, now_ms: int = 0
    ) -> InteractionSnapshot | None:
        """Everything live about an interaction, its tombstone for a day, or None."""
        reply = await self._ask("interaction_snapshot", now_ms, interaction)
        return snapshot_replies.interaction_snapshot(reply)

    async def queue(self, queue: QueueId, *, now_ms: int = 0) -> QueueSnapshot:
        """A queue's live figures."""
        return line_replies.queue_snapshot(queue, await self._ask("queue_snapshot", now_ms, queue))

    async def line(self, queue: QueueId, *, most: int = 50, now_ms: int = 0) -> tuple[Waiting, ...]:
        """The first of those who wait in a queue, over all its pools, in the order of its line."""
        _now_ms, found = await self._ask("queue_line", now_ms, queue, most)
        return tuple(map(line_replies.waiting, found))

    async def position(self, interaction: InteractionId, *, now_ms: int = 0) -> Position | None:
        """The place in the line and when its turn may come, or None if it does not wait."""
        return line_replies.position(await self._ask("interaction_position", now_ms, interaction))

    async def explain(
        self, interaction: InteractionId, after: str = "", *, now_ms: int = 0
    ) -> Explained | None:
        """Why each agent of its department is or is not asked, or None if it is unknown.

        A page comes from the 100 agents after that id and may be empty before the last.
        """
        if after and not is_plain_id(after):
            return None
        return explained(await self._ask("explain", now_ms, interaction, after))

    async def check(self, *, now_ms: int = 0) -> list[str]:
        """What contradicts the invariants now; empty is good. Reads page by page.

        Raises:
            StoreUnavailable: the server is away.
        """
        return await check(self.link, self.tenant, now_ms)

    async def failing_timers(self) -> list[FailingTimer]:
        """Timers and leases whose work fails again and again, put off; empty is good.

        Raises:
            StoreUnavailable: the server is away.
        """
        return await failing_timers(self.link, self.tenant)

    async def clock(self) -> int:
        """The server's time, which all times here are told in."""
        seconds, micros = await self.link.client.time()
        return int(seconds) * 1000 + int(micros) // 1000

    # streams

    def events(
        self, after: str = "0-0", block_ms: int = 1000, count: int = 500
    ) -> AsyncGenerator[list[Event]]:
        """The event log from a position on, for ever, in batches; see `read_events`."""
        return read_events(self.link, keys.events(self.tenant), after, block_ms, count)

    async def log_page(self, after: str, count: int) -> tuple[list[Event], EventUnreadable | None]:
        """What the log holds behind a position, and what comes next if it is no event."""
        return await read_page(self.link, keys.events(self.tenant), after, count)

    async def trim_events(self, recorded: str) -> bool:
        """Forget the log up to an event that is recorded.

        False where this server never said it, since another one served meanwhile: what it holds is
        made sure of before it serves again.
        """
        return int((await self._ask("events_trim", recorded))[0]) >= 0

    def addresses(self) -> Addresses:
        """What happens to agents and contacts, as it happens."""
        if self._addresses is None:
            self._addresses = Addresses(self.link, self.tenant)
        return self._addresses

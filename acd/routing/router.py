"""The router: every verb on live state, typed. One verb is one script and one step in Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from acd.domain.agent import AgentProfile, Availability
    from acd.domain.events import Event
    from acd.domain.ids import AgentId, InteractionId, OfferId, QueueId, SessionId
    from acd.domain.interaction import Arrival, Channel
    from acd.domain.queue import QueueSettings
    from acd.routing.addresses import Addresses
    from acd.routing.redis_link import RedisLink
    from acd.routing.results import (
        Accepted,
        AgentSnapshot,
        Changed,
        Enqueued,
        Finished,
        InteractionSnapshot,
        OfferEnded,
        Position,
        PresenceSet,
        QueueSnapshot,
        SessionOpened,
        TimersRun,
    )


class Router:
    """One tenant's live state."""

    def __init__(self, link: RedisLink, tenant: str, *, events_max: int = 1_000_000) -> None:
        self.link = link
        self.tenant = tenant

    @classmethod
    async def open(cls, url: str, tenant: str) -> Self:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError

    async def enqueue(self, arrival: Arrival, *, now_ms: int = 0) -> Enqueued:
        raise NotImplementedError

    async def abandon(
        self, interaction: InteractionId, reason: str = "", *, now_ms: int = 0
    ) -> Changed:
        raise NotImplementedError

    async def contact_lost(self, interaction: InteractionId, *, now_ms: int = 0) -> Changed:
        raise NotImplementedError

    async def contact_back(self, interaction: InteractionId, *, now_ms: int = 0) -> Changed:
        raise NotImplementedError

    async def accept(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Accepted:
        raise NotImplementedError

    async def decline(
        self, offer: OfferId, agent: AgentId, reason: str = "", *, now_ms: int = 0
    ) -> OfferEnded:
        raise NotImplementedError

    async def fail(
        self, offer: OfferId, agent: AgentId, cause: str, *, now_ms: int = 0
    ) -> OfferEnded:
        raise NotImplementedError

    async def delivered(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        raise NotImplementedError

    async def connected(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        raise NotImplementedError

    async def finish(
        self,
        interaction: InteractionId,
        *,
        by: str,
        agent: AgentId | None = None,
        wrap_up: bool = True,
        now_ms: int = 0,
    ) -> Finished:
        raise NotImplementedError

    async def wrap_up_end(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        raise NotImplementedError

    async def wrap_up_extend(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        raise NotImplementedError

    async def set_presence(
        self,
        agent: AgentId,
        *,
        channel: Channel | None,
        availability: Availability,
        reason: str = "",
        seq: int = 0,
        now_ms: int = 0,
    ) -> PresenceSet:
        raise NotImplementedError

    async def open_session(
        self, agent: AgentId, session: SessionId, *, now_ms: int = 0
    ) -> SessionOpened:
        raise NotImplementedError

    async def close_session(
        self, agent: AgentId, session: SessionId, *, now_ms: int = 0
    ) -> Changed:
        raise NotImplementedError

    async def heartbeat(
        self,
        sessions: Sequence[tuple[AgentId, SessionId]],
        contacts: Sequence[InteractionId],
        *,
        now_ms: int = 0,
    ) -> None:
        raise NotImplementedError

    async def configure_agent(self, profile: AgentProfile, *, now_ms: int = 0) -> Changed:
        raise NotImplementedError

    async def configure_queue(self, settings: QueueSettings, *, now_ms: int = 0) -> Changed:
        raise NotImplementedError

    async def remove_agent(self, agent: AgentId, version: int, *, now_ms: int = 0) -> Changed:
        raise NotImplementedError

    async def remove_queue(self, queue: QueueId, version: int, *, now_ms: int = 0) -> Changed:
        raise NotImplementedError

    async def run_timers(self, *, now_ms: int = 0) -> TimersRun:
        raise NotImplementedError

    async def agent(self, agent: AgentId, *, now_ms: int = 0) -> AgentSnapshot | None:
        raise NotImplementedError

    async def interaction(
        self, interaction: InteractionId, *, now_ms: int = 0
    ) -> InteractionSnapshot | None:
        raise NotImplementedError

    async def queue(self, queue: QueueId, *, now_ms: int = 0) -> QueueSnapshot:
        raise NotImplementedError

    async def position(self, interaction: InteractionId, *, now_ms: int = 0) -> Position | None:
        raise NotImplementedError

    async def check(self) -> list[str]:
        raise NotImplementedError

    async def clock(self) -> int:
        raise NotImplementedError

    def events(
        self, after: str = "0-0", block_ms: int = 1000, count: int = 500
    ) -> AsyncIterator[list[Event]]:
        raise NotImplementedError

    async def trim_events(self, recorded: str) -> None:
        raise NotImplementedError

    def addresses(self) -> Addresses:
        raise NotImplementedError

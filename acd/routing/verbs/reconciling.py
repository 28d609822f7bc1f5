"""Verbs that make sure of a state that another server wrote, or this one in an earlier life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from redis.exceptions import RedisError

from acd.domain.errors import StoreUnavailable
from acd.routing.compiled import CHANNELS, compile_requirement
from acd.routing.redis_link import AWAY
from acd.routing.results import Changed
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from acd.domain.agent import Availability
    from acd.domain.history import PastInteraction
    from acd.domain.ids import AgentId, InteractionId, QueueId
    from acd.domain.interaction import Arrival, Channel

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """What a server knows of a tenant that it has not served yet.

    `generation` is 0 where it knows nothing. `promoted`: it was a replica, and may lack the last
    moments of the server it copied. `unfinished`: another node began a generation, and died before
    all was restored.
    """

    generation: int
    seq: int
    promoted: bool
    unfinished: bool


class ReconcileVerbs(Tenant):
    """Begun with a token, which fences: another node takes over when its lease has run out."""

    def reconciler(self, token: str) -> Self:
        """The same tenant for the holder of the token: its verbs run while all others wait.

        They are refused, as `StoreUnavailable`, once another holds it or the work is done.
        """
        return type(self)(
            self.link, self.tenant, events_max=self._events_max, token=self._prefix + token
        )

    def ahead(self) -> Self:
        """The same tenant for verbs that shall not wait with the others: the server serves it.

        They are refused, as `StoreUnavailable`, where it does not.
        """
        return self.reconciler("")

    async def reconcile_begin(self, lease_ms: int) -> Unsure | None:
        """Take up the state, or hold on to it; None if this server serves it already.

        Raises:
            StoreUnavailable: another node is at it, or the server is away.
        """
        word, *reply = await self._ask("reconcile_begin", self._token, lease_ms)
        if word == "busy":
            raise StoreUnavailable("another node reconciles")
        if word == "served":
            return None
        generation, seq, promoted, unfinished = reply
        return Unsure(
            generation=generation, seq=seq, promoted=bool(promoted), unfinished=bool(unfinished)
        )

    async def reconcile_advance(self, generation: int, seq: int) -> None:
        """Begin a generation: its events are numbered behind `seq`."""
        await self._change("reconcile_advance", 0, generation, seq)

    async def reconcile_queue(self, queue: QueueId) -> None:
        """Make its indexes and counters anew; it offers nothing until that is done."""
        await self._change("reconcile_queue", 0, queue)

    async def reconcile_interactions(self, names: Sequence[InteractionId]) -> int:
        """State what they are, end their rings; returns how many are live."""
        return int((await self._change("reconcile_interactions", 0, *names))[1])

    async def reconcile_agents(self, names: Sequence[AgentId]) -> int:
        """State what they are, count their slots; returns how many were counted wrongly."""
        return int((await self._change("reconcile_agents", 0, *names))[1])

    async def restore(
        self, past: PastInteraction, arrival: Arrival, hops: Sequence[QueueId] = ()
    ) -> Changed:
        """Put into force what the history says of an interaction.

        Args:
            past: where it was.
            arrival: how it came.
            hops: the queues from which rules moved it on, in their order.
        """
        word, *_ = await self._change(
            "interaction_restore", 0, past.id, past.queue, past.contact, past.conversation,
            past.level, arrival.card, int(arrival.leased), past.enqueued_ms, past.state,
            past.agent or "", past.outcome or "", past.accepted_ms or 0, past.offer_count,
            compile_requirement(arrival.requires), past.tries if past.callback else "",
            arrival.last_agent or "", ";".join(hops),
        )  # fmt: skip
        return Changed(changed=word == "restored", reason=word)

    async def restore_presence(
        self, agent: AgentId, said: Mapping[Channel, tuple[Availability, str]]
    ) -> None:
        """Put into force what the history says an agent is: availability and reason, by channel."""
        words = [word for channel in CHANNELS for word in said.get(channel, ("", ""))]
        await self._change("reconcile_presence", 0, agent, *words)

    async def reconcile_end(self) -> None:
        """From now on this server serves.

        Raises:
            StoreUnavailable: another node has taken over; it will do it.
        """
        word = (await self._ask("reconcile_end", self._token))[0]
        if word != "ended":
            raise StoreUnavailable("another node reconciles")

    async def stored(self, kind: str) -> AsyncIterator[list[Any]]:
        """The ids of what is stored, `ix` or `flow` or `agent`, page by page; some come twice."""
        prefix = f"{self._prefix}{kind}:"
        page: list[str] = []
        try:
            async for name in self.link.client.scan_iter(f"{prefix}*", count=1000):
                page.append(name[len(prefix) :])
                if len(page) == PAGE:
                    yield page
                    page = []
        except (*AWAY, RedisError) as error:
            raise StoreUnavailable from error
        if page:
            yield page

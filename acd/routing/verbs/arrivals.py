"""Verbs about arrivals and the contacts behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import Overloaded, QueueUnknown, SkillUnknown
from acd.domain.interaction import InteractionState
from acd.domain.queue import Diversion
from acd.routing.compiled import check_arrival, compile_requirement
from acd.routing.results import Changed, Enqueued
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.domain.interaction import Arrival


class Arrivals(Tenant):
    """Who comes, and whether they are still there."""

    async def enqueue(self, arrival: Arrival, *, reject: bool = False, now_ms: int = 0) -> Enqueued:
        """Put an arrival in its line, or ring at once. Idempotent by interaction id.

        Args:
            arrival: who came.
            reject: where there is no such queue any more, it ends `rejected` at once.
            now_ms: as for every verb.

        Raises:
            BadRequest: the arrival is malformed.
            SkillUnknown: it requires a skill that nobody declared.
            QueueUnknown: there is no such queue, or it is being removed, and not `reject`.
            Overloaded: the event log is full.
        """
        check_arrival(arrival)
        requires = compile_requirement(arrival.requires)
        word, *reply = await self._change(
            "interaction_enqueue", now_ms, arrival.interaction, arrival.queue, arrival.contact,
            arrival.conversation, arrival.level, arrival.card, int(arrival.leased),
            self._events_max, arrival.arrived_ms, int(reject), requires,
            arrival.last_agent or "",
        )  # fmt: skip
        if word == "unknown_queue":
            raise QueueUnknown(field="queue")
        if word == "overloaded":
            raise Overloaded
        if word == "unknown_skill":
            raise SkillUnknown(f"no skill {reply[0]} is declared", field="requires")
        state, enqueued_ms, queue, diverted, *agents = reply
        return Enqueued(
            interaction=arrival.interaction,
            known=word == "known",
            state=InteractionState(state),
            enqueued_ms=enqueued_ms,
            queue=queue,
            diverted=Diversion(diverted) if diverted else None,
            agents=tuple(agents),
        )

    async def abandon(
        self, interaction: InteractionId, *, command: str = "", now_ms: int = 0
    ) -> Changed:
        """The contact leaves: abandoned if nobody ever accepted, else handled.

        Raises:
            BadRequest: the command's id is none.
        """
        word = (await self._command("interaction_abandon", now_ms, command, interaction))[0]
        return Changed(changed=word == "ended", reason=word)

    async def contact_lost(
        self, interaction: InteractionId, *, grace_s: float | None = None, now_ms: int = 0
    ) -> Changed:
        """The contact's connection is gone: parked, the place kept, abandoned after the grace.

        That is the queue's, unless `grace_s` is given. A callback goes on without them.
        """
        grace_ms = "" if grace_s is None else round(grace_s * 1000)
        word = (await self._change("contact_lost", now_ms, interaction, grace_ms))[0]
        return Changed(changed=word == "lost", reason=word)

    async def contact_back(self, interaction: InteractionId, *, now_ms: int = 0) -> Changed:
        """The contact is there again: back to the old place."""
        word = (await self._change("contact_back", now_ms, interaction))[0]
        return Changed(changed=word == "back", reason=word)

"""The router: every verb on live state, typed. One verb is one script and one step in Redis.

Verbs may be sent again after `StoreUnavailable`: the first answer is given once more. `now_ms` is
for tests with a clock of their own; 0 is the server's time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.agent import REASON_MAX_CHARS
from acd.domain.errors import (
    AgentUnknown,
    BadRequest,
    Overloaded,
    QueueUnknown,
)
from acd.domain.ids import split_offer_id
from acd.domain.interaction import InteractionState, Outcome
from acd.domain.offer import AcceptOutcome, OfferOutcome
from acd.routing.compiled import NUMBER, check_arrival, compile_agent, compile_queue
from acd.routing.reads import Reads
from acd.routing.results import (
    Accepted,
    Changed,
    Enqueued,
    Finished,
    OfferEnded,
    PresenceSet,
    SessionOpened,
    TimersRun,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acd.domain.agent import AgentProfile, Availability
    from acd.domain.ids import AgentId, InteractionId, OfferId, QueueId, SessionId
    from acd.domain.interaction import Arrival, Channel
    from acd.domain.queue import QueueSettings

HEARTBEAT_CHUNK = 250
ENDERS = ("agent", "contact", "system")


class Router(Reads):
    """One tenant's live state."""

    # arrivals and contacts

    async def enqueue(self, arrival: Arrival, *, reject: bool = False, now_ms: int = 0) -> Enqueued:
        """Put an arrival in its line, or ring at once. Idempotent by interaction id.

        Args:
            arrival: who came.
            reject: where there is no such queue any more, it ends `rejected` at once.
            now_ms: as for every verb.

        Raises:
            BadRequest: the arrival is malformed.
            QueueUnknown: there is no such queue, or it is being removed, and not `reject`.
            Overloaded: the event log is full.
        """
        check_arrival(arrival)
        word, *reply = await self._change(
            "interaction_enqueue", now_ms, arrival.interaction, arrival.queue, arrival.contact,
            arrival.conversation, arrival.level, arrival.card, int(arrival.leased),
            self._events_max, arrival.arrived_ms, int(reject),
        )  # fmt: skip
        if word == "unknown_queue":
            raise QueueUnknown(field="queue")
        if word == "overloaded":
            raise Overloaded
        state, enqueued_ms, *agents = reply
        return Enqueued(
            interaction=arrival.interaction,
            known=word == "known",
            state=InteractionState(state),
            enqueued_ms=enqueued_ms,
            agents=tuple(agents),
        )

    async def abandon(
        self, interaction: InteractionId, reason: str = "", *, now_ms: int = 0
    ) -> Changed:
        """The contact leaves: abandoned if nobody ever accepted, else handled."""
        word = (await self._change("interaction_abandon", now_ms, interaction))[0]
        return Changed(changed=word == "ended", reason=reason if word == "ended" else word)

    async def contact_lost(self, interaction: InteractionId, *, now_ms: int = 0) -> Changed:
        """The contact's connection is gone: parked, the place kept, abandoned after the grace."""
        word = (await self._change("contact_lost", now_ms, interaction))[0]
        return Changed(changed=word == "lost", reason=word)

    async def contact_back(self, interaction: InteractionId, *, now_ms: int = 0) -> Changed:
        """The contact is there again: back to the old place."""
        word = (await self._change("contact_back", now_ms, interaction))[0]
        return Changed(changed=word == "back", reason=word)

    # offers

    async def accept(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Accepted:
        """The first valid accept wins. Idempotent; a late or foreign one says why not.

        Raises:
            BadRequest: that is not an offer's id.
        """
        interaction, number = self._split(offer)
        outcome, winner = await self._change("offer_accept", now_ms, interaction, number, agent)
        return Accepted(
            outcome=AcceptOutcome(outcome), interaction=interaction, winner=winner or None
        )

    async def decline(
        self, offer: OfferId, agent: AgentId, reason: str = "", *, now_ms: int = 0
    ) -> OfferEnded:
        """Not this one: the next agent rings at once."""
        interaction, number = self._split(offer)
        reply = await self._change(
            "offer_decline", now_ms, interaction, number, agent, _short(reason)
        )
        return self._ended(interaction, OfferOutcome.DECLINED, reply)

    async def fail(
        self, offer: OfferId, agent: AgentId, cause: str, *, now_ms: int = 0
    ) -> OfferEnded:
        """The device could not be reached, or the accepted call did not connect; no blame."""
        interaction, number = self._split(offer)
        reply = await self._change("offer_fail", now_ms, interaction, number, agent, _short(cause))
        return self._ended(interaction, OfferOutcome.FAILED, reply)

    async def delivered(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """A device of the agent rings: the offer lasts its whole ring time."""
        interaction, number = self._split(offer)
        word = (await self._ask("offer_delivered", now_ms, interaction, number, agent))[0]
        return Changed(changed=word == "delivered", reason=word)

    async def connected(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """Media flows: the accepted call is active."""
        interaction, number = self._split(offer)
        reply = await self._change("offer_connected", now_ms, interaction, number, agent)
        return Changed(changed=reply[0] == "connected", reason=reply[0])

    # ends

    async def finish(
        self,
        interaction: InteractionId,
        *,
        by: str,
        agent: AgentId | None = None,
        wrap_up: bool = True,
        now_ms: int = 0,
    ) -> Finished:
        """End it. `by` is `agent`, `contact` or `system`; `agent`, if given, must own it.

        Raises:
            BadRequest: `by` is none of these.
        """
        if by not in ENDERS:
            raise BadRequest(f"by is one of {', '.join(ENDERS)}", field="by")
        word, *reply = await self._change(
            "interaction_finish", now_ms, interaction, by, agent or "", int(wrap_up)
        )
        if not reply:
            return Finished(changed=False, reason=word)
        outcome, until_ms = reply
        return Finished(
            changed=word == "ended",
            outcome=Outcome(outcome),
            wrap_up_until_ms=until_ms or None,
            reason="" if word == "ended" else word,
        )

    async def wrap_up_end(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """The work after the end is done: the slot is free."""
        reply = await self._change("wrap_up_end", now_ms, interaction, agent)
        return Changed(changed=reply[0] == "ended", reason=reply[0])

    async def wrap_up_extend(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """More time for it, once, by the queue's `wrap_up_extend_s`."""
        reply = await self._change("wrap_up_extend", now_ms, interaction, agent)
        return Changed(changed=reply[0] == "extended", reason=reply[0])

    # presence

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
        """What the agent says they are; None is every channel. An older `seq` is refused.

        Raises:
            AgentUnknown: no such agent is configured.
        """
        number = NUMBER[channel] if channel else 0
        word, last = await self._change(
            "agent_set_presence", now_ms, agent, number, availability, _short(reason), seq
        )
        if word == "unknown":
            raise AgentUnknown(field="agent")
        changed = word == "set"
        return PresenceSet(changed=changed, presence_seq=last, reason="" if changed else word)

    async def open_session(
        self, agent: AgentId, session: SessionId, *, now_ms: int = 0
    ) -> SessionOpened:
        """A console is connected and its subscription confirmed: it vouches for the agent.

        Raises:
            AgentUnknown: no such agent is configured.
        """
        word, *reply = await self._change("session_open", now_ms, agent, session)
        if word == "unknown":
            raise AgentUnknown(field="agent")
        address_seq, until_ms, returned = reply
        return SessionOpened(
            address_seq=address_seq, lease_until_ms=until_ms, returned=bool(returned)
        )

    async def close_session(
        self, agent: AgentId, session: SessionId, *, now_ms: int = 0
    ) -> Changed:
        """A console is gone; with the last one the grace begins."""
        word = (await self._change("session_close", now_ms, agent, session))[0]
        return Changed(changed=word != "unknown", reason=word)

    async def heartbeat(
        self,
        sessions: Sequence[tuple[AgentId, SessionId]],
        contacts: Sequence[InteractionId],
        *,
        now_ms: int = 0,
    ) -> None:
        """The consoles and waiting contacts this node holds, every 5 s."""
        for at in range(0, max(len(sessions), len(contacts)), HEARTBEAT_CHUNK):
            some = sessions[at : at + HEARTBEAT_CHUNK]
            flat = [part for pair in some for part in pair]
            await self._change(
                "agents_heartbeat", now_ms, len(some), *flat, *contacts[at : at + HEARTBEAT_CHUNK]
            )

    # configuration

    async def configure_agent(self, profile: AgentProfile, *, now_ms: int = 0) -> Changed:
        """Apply the directory's word on an agent; an older version is refused (`stale`).

        Raises:
            ConfigInvalid: a value is out of its range.
        """
        compiled = compile_agent(profile)
        word = (
            await self._change(
                "agent_configure", now_ms, profile.agent, profile.version, compiled.capacity,
                compiled.memberships, compiled.skills,
            )
        )[0]  # fmt: skip
        return Changed(changed=word == "configured", reason=word)

    async def configure_queue(self, settings: QueueSettings, *, now_ms: int = 0) -> Changed:
        """Apply the directory's word on a queue; an older version is refused (`stale`).

        Raises:
            ConfigInvalid: a value is out of its range, or the strategy unknown.
        """
        compiled = compile_queue(settings)
        word = (
            await self._change(
                "queue_configure", now_ms, settings.queue, settings.version, compiled.settings,
                compiled.index, compiled.line,
            )
        )[0]  # fmt: skip
        return Changed(changed=word == "configured", reason=word)

    async def remove_agent(self, agent: AgentId, version: int, *, now_ms: int = 0) -> Changed:
        """The agent left the directory: their chats return to the line, calls talk on."""
        word = (await self._change("agent_remove", now_ms, agent, version))[0]
        return Changed(changed=word == "removed", reason=word)

    async def remove_queue(self, queue: QueueId, version: int, *, now_ms: int = 0) -> Changed:
        """The queue left the directory: the waiting are rejected, open ones go on."""
        word = (await self._change("queue_remove", now_ms, queue, version))[0]
        return Changed(changed=word == "removed", reason=word)

    async def run_timers(self, *, now_ms: int = 0) -> TimersRun:
        """Run what is due, a bounded number; `more` says that some is left."""
        ran, next_due_ms, at_ms = await self._change("timers_run", now_ms)
        return TimersRun(
            ran=ran,
            more=bool(next_due_ms) and next_due_ms <= at_ms,
            next_due_ms=next_due_ms or None,
            now_ms=at_ms,
        )

    @staticmethod
    def _split(offer: OfferId) -> tuple[InteractionId, int]:
        parts = split_offer_id(offer)
        if parts is None:
            raise BadRequest("that is not an offer's id", field="offer")
        return parts

    @staticmethod
    def _ended(
        interaction: InteractionId, outcome: OfferOutcome, reply: Sequence[str]
    ) -> OfferEnded:
        if reply[0] == outcome:
            return OfferEnded(changed=True, outcome=outcome, interaction=interaction)
        past = reply[1] if reply[0] == "late" else None
        if past == "taken":
            past = OfferOutcome.WITHDRAWN
        return OfferEnded(
            changed=False, outcome=OfferOutcome(past) if past else None, interaction=interaction
        )


def _short(text: str) -> str:
    """A reason as it may stand in an event."""
    return text[:REASON_MAX_CHARS].encode("utf-8", "replace").decode()

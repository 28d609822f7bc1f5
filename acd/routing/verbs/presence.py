"""Verbs about presence: what an agent says, and the evidence for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability, When, short
from acd.domain.errors import AgentUnknown, BadRequest
from acd.routing.compiled import NUMBER
from acd.routing.results import Changed, PresenceSet, SessionOpened
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acd.domain.ids import AgentId, InteractionId, SessionId
    from acd.domain.interaction import Channel

HEARTBEAT_CHUNK: Final = 250


class Presence(Tenant):
    """Who is here, and for what."""

    async def set_presence(
        self,
        agent: AgentId,
        *,
        channel: Channel | None,
        availability: Availability,
        reason: str = "",
        when: When = When.NOW,
        seq: int = 0,
        command: str = "",
        now_ms: int = 0,
    ) -> PresenceSet:
        """What the agent says they are; None is every channel. An older `seq` is refused.

        `when` finished: they take nothing new, and are away or offline once their last slot on
        these channels is free, `finishing` until then. Without a `seq`, a `command` id makes it
        safe to send again: the first answer is given.

        Raises:
            AgentUnknown: no such agent is configured.
            BadRequest: the command's id is none, or nobody can be that.
        """
        number = NUMBER[channel] if channel else 0
        finished = when is When.FINISHED
        if availability is Availability.FINISHING or (
            finished and availability is Availability.AVAILABLE
        ):
            raise BadRequest("say away or offline, when finished", field="availability")
        word, last = await self._command(
            "agent_set_presence", now_ms, command, agent, number, availability, short(reason),
            seq, int(finished),
        )  # fmt: skip
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

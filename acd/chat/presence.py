"""Who says of whom that they are available, away or offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.agent import Availability
from acd.domain.errors import NotHere
from acd.domain.interaction import Channel

if TYPE_CHECKING:
    from acd.chat.actors import Actor
    from acd.chat.steering import Steering
    from acd.domain.agent import When
    from acd.domain.ids import AgentId
    from acd.routing.router import Router


class Presence:
    """What is said of agents; the evidence for it is their consoles'."""

    def __init__(self, router: Router, steering: Steering) -> None:
        self._router = router
        self._steering = steering

    async def set(
        self,
        actor: Actor,
        agent: AgentId,
        *,
        channel: Channel | None,
        availability: Availability,
        reason: str,
        when: When,
    ) -> None:
        """What an agent shall be: people say it of themselves, who steers of anybody.

        A person makes nobody else available where nothing would ring: one who has only a telephone
        is made available for calls. A program may, since it may have a client of its own.

        Raises:
            Forbidden: it is somebody else, and the actor does not steer.
            NotHere: nothing of theirs would ring.
            BadRequest: nobody becomes available when finished.
        """
        if actor.name != agent:
            actor.check_steers()
        await self._steering.count(actor)
        if availability is Availability.AVAILABLE and actor.agent and actor.name != agent:
            channel = await self._reachable(agent, channel)
        await self._router.set_presence(
            agent, channel=channel, availability=availability, reason=reason.strip(), when=when
        )

    async def _reachable(self, agent: AgentId, channel: Channel | None) -> Channel | None:
        """On what they can be asked, of that channel or of all."""
        live = await self._router.agent(agent)
        if live is None or live.sessions:
            return channel
        if live.phone and channel in (None, Channel.CALL):
            return Channel.CALL
        raise NotHere(field="agent")

"""Who says of whom that they are available, away or offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.chat.actors import Actor
    from acd.chat.steering import Steering
    from acd.domain.agent import Availability, When
    from acd.domain.ids import AgentId
    from acd.domain.interaction import Channel
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

        Raises:
            Forbidden: it is somebody else, and the actor does not steer.
            BadRequest: nobody becomes available when finished.
        """
        if actor.name != agent:
            actor.check_steers()
        await self._steering.count(actor)
        await self._router.set_presence(
            agent, channel=channel, availability=availability, reason=reason.strip(), when=when
        )

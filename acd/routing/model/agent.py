"""An agent: what the directory says of them, and what is live."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability
from acd.domain.capacity import ChannelCapacity
from acd.routing.compiled import CHANNELS
from acd.routing.model.values import needs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.agent import AgentProfile, Membership
    from acd.domain.ids import AgentId, InteractionId, QueueId, SessionId
    from acd.domain.interaction import Channel

UNANSWERED_MAX: Final = 16
_NOTHING: Final = ChannelCapacity(weight=0, max=0)


@dataclass(slots=True, kw_only=True)
class Agent:
    """An agent: the directory's profile, and what is live."""

    profile: AgentProfile
    idle_since_ms: int
    availability: dict[Channel, Availability] = field(
        default_factory=lambda: dict.fromkeys(CHANNELS, Availability.OFFLINE)
    )
    reasons: dict[Channel, str] = field(default_factory=lambda: dict.fromkeys(CHANNELS, ""))
    after: dict[Channel, Availability] = field(default_factory=dict)
    """What follows where they are, or were when their grace ended, finishing."""
    presence_seq: int = 0
    held: dict[InteractionId, Channel] = field(default_factory=dict)
    """What holds one of their slots: offers, active interactions, wrap-up."""
    last_offered: int = 0
    """The tenant's number of the last offer to them."""
    missed: dict[Channel, int] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0))
    failed: dict[Channel, int] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0))
    unanswered: list[InteractionId] = field(default_factory=list)
    """What they missed since they last said that they are available, the newest of it."""
    sessions: dict[SessionId, int] = field(default_factory=dict)
    """Until when each connected console vouches for them."""
    grace_until_ms: int | None = None
    lapsed_ms: int | None = None
    """Since when nobody vouches for them."""
    before: dict[Channel, Availability] | None = None
    """What they were when their grace ended."""
    gone: bool = False
    """Removed from the directory; here until the last slot is free."""
    over: str = ""
    """The human act by which more is held than capacity allows."""
    address_seq: int = 0

    @property
    def id(self) -> AgentId:
        return self.profile.agent

    @property
    def capacity(self) -> Mapping[Channel, ChannelCapacity]:
        """By channel; one that the profile does not name holds nothing."""
        return {channel: self.profile.channels.get(channel, _NOTHING) for channel in CHANNELS}

    @property
    def running(self) -> Mapping[Channel, int]:
        """Slots held, by channel."""
        held = list(self.held.values())
        return {channel: held.count(channel) for channel in CHANNELS}

    def has_missed(self, interaction: InteractionId) -> None:
        """Note it, as the newest."""
        others = [one for one in self.unanswered if one != interaction]
        self.unanswered = [*others, interaction][-UNANSWERED_MAX:]

    def meets(self, pool: str) -> bool:
        """Whether they have the skills that the pool requires."""
        return all(self.profile.skills.get(skill, 0) >= level for skill, level in needs_of(pool))

    @property
    def offline(self) -> bool:
        """Signed out of every channel."""
        return all(one is Availability.OFFLINE for one in self.availability.values())

    @property
    def memberships(self) -> Mapping[QueueId, Membership]:
        """The queues they are a member of."""
        return {one.queue: one for one in self.profile.memberships}

"""The agent as routing knows them: profile, memberships, availability."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from acd.domain.capacity import DEFAULT_CHANNELS, DEFAULT_TOTAL
from acd.domain.capacity import ChannelCapacity as ChannelCapacity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import AgentId, QueueId
    from acd.domain.interaction import Channel

REASON_MAX_CHARS = 40


class Availability(StrEnum):
    """What an agent is on one channel; `away` carries a reason.

    `finishing` takes nothing new, and turns away or offline with the last slot. Nobody says it: it
    is what comes of saying these `When.FINISHED`.
    """

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"
    FINISHING = "finishing"


class When(StrEnum):
    """From when on an agent is away or offline."""

    NOW = "now"
    FINISHED = "finished"
    """Nothing new from now on; away or offline once the last slot is free."""


def short(text: str) -> str:
    """A reason as it may stand in an event: cut to `REASON_MAX_CHARS`, and valid Unicode."""
    return text[:REASON_MAX_CHARS].encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An agent's place in a queue.

    `priority` is 1 (first asked) to 100 and counts among agents; `rank` orders this agent's own
    queues among each other (lower is served first) and None stands behind every number.
    """

    queue: QueueId
    priority: int = 1
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """All that the directory says of an agent to routing, with the directory's version."""

    agent: AgentId
    version: int
    total: int = DEFAULT_TOTAL
    channels: Mapping[Channel, ChannelCapacity] = field(default_factory=lambda: DEFAULT_CHANNELS)
    memberships: tuple[Membership, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    phone: bool = False
    """Whether they take calls without a console, at a telephone of theirs."""

"""Capacity: how much an agent can hold at once, over all channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from acd.domain.interaction import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_TOTAL: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCapacity:
    """One channel's cost: each held slot weighs `weight`, at most `max` of them.

    `interrupts` lets a new one in although the agent's total is used up (a call over chats).
    """

    weight: int
    max: int
    interrupts: bool = False


DEFAULT_CHANNELS: Final[Mapping[Channel, ChannelCapacity]] = {
    Channel.CHAT: ChannelCapacity(weight=20, max=5),
    Channel.CALL: ChannelCapacity(weight=100, max=1, interrupts=True),
    Channel.TICKET: ChannelCapacity(weight=5, max=20),
}


def used(channels: Mapping[Channel, ChannelCapacity], counts: Mapping[Channel, int]) -> int:
    """The weight of all held slots, interrupting channels included."""
    return sum(channels[channel].weight * count for channel, count in counts.items())


def has_room(
    channels: Mapping[Channel, ChannelCapacity],
    total: int,
    counts: Mapping[Channel, int],
    channel: Channel,
) -> bool:
    """Whether one more slot on the channel fits: the capacity rule, presence aside."""
    capacity = channels[channel]
    if counts.get(channel, 0) >= capacity.max:
        return False
    return capacity.interrupts or used(channels, counts) + capacity.weight <= total


def exceeded(
    channels: Mapping[Channel, ChannelCapacity], total: int, counts: Mapping[Channel, int]
) -> bool:
    """Whether more is held than the rule allows; only a recorded human act may bring that about."""
    if any(count > channels[channel].max for channel, count in counts.items()):
        return True
    steady = {c: n for c, n in counts.items() if not channels[c].interrupts}
    return used(channels, steady) > total

"""Reading what scripts reply of queues and their lines into values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from acd.domain.estimate import wait_of
from acd.domain.ids import AgentId
from acd.routing.snapshots import Position, QueueSnapshot, Waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acd.domain.estimate import Wait
    from acd.domain.ids import QueueId

FADE_MS: Final = 600_000
"""Over which the count of those served fades; the same as in `lua/_lib/queue.lua`."""


def queue_snapshot(queue: QueueId, reply: Sequence[Any]) -> QueueSnapshot:
    """The reply of `queue_snapshot`."""
    (
        now_ms,
        state,
        waiting,
        ringing,
        active,
        available,
        here,
        oldest,
        served,
        served_ms,
        strategy,
        is_open,
        closes_ms,
        opens_ms,
        own,
        *others,
    ) = reply
    rate = _per_ms(float(served), served_ms, now_ms)
    return QueueSnapshot(
        queue=queue,
        configured=bool(state),
        ready=state == "ready",
        waiting=waiting,
        ringing=ringing,
        active=active,
        available=available,
        here=here,
        oldest_enqueued_ms=oldest or None,
        served_per_minute=round(rate * 60_000, 3) if rate else None,
        strategy=tuple(strategy.split("+")) if strategy else (),
        open=bool(is_open),
        closes_ms=closes_ms or None,
        opens_ms=opens_ms or None,
        expected=wait_of(own[0] + 1, float(own[1]), own[2]),
        last=_longest(own, *others),
        now_ms=now_ms,
    )


def waiting(fields: Sequence[Any]) -> Waiting:
    """One entry of the reply of `queue_line`."""
    (
        interaction, pool, level, enqueued_ms, contact, conversation, requires, card, callback,
        excluded,
    ) = fields  # fmt: skip
    return Waiting(
        interaction=interaction,
        pool=pool,
        level=level,
        enqueued_ms=enqueued_ms,
        contact=contact,
        conversation=conversation,
        requires=requires,
        card=card or "{}",
        callback=bool(callback),
        not_before_ms=_exclusions(excluded),
    )


def _exclusions(text: str) -> dict[AgentId, int]:
    """`agent|until|kind;…`, as `lua/_lib/interaction.lua` keeps it."""
    found = (one.split("|") for one in text.split(";") if one)
    return {AgentId(agent): int(until_ms) for agent, until_ms, _kind in found}


def _longest(*lines: tuple[int, str, int]) -> Wait | None:
    """How long whoever stands last in one of these lines waits yet, where it is longest."""
    waits = (wait_of(waiting, float(left), busy_ms) for waiting, left, busy_ms in lines)
    return max((wait for wait in waits if wait is not None), default=None)


def _per_ms(served: float, served_ms: int, now_ms: int) -> float:
    """Accepted per ms lately: a count that fades over `FADE_MS`, divided by that time."""
    return served * math.exp((served_ms - now_ms) / FADE_MS) / FADE_MS


def position(reply: Sequence[Any]) -> Position | None:
    """The reply of `interaction_position`, or None if it does not wait."""
    _, place, departures, busy_ms = reply
    if not place:
        return None
    wait = wait_of(place, float(departures), busy_ms)
    return Position(
        position=place,
        estimate_p50_s=wait.p50_s if wait else None,
        estimate_p90_s=wait.p90_s if wait else None,
    )

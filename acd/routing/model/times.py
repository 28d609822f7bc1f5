"""How long a contact waited and was served, over every time it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.interaction import InteractionState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.routing.model.interaction import Interaction


def served(x: Interaction) -> bool:
    """Whether anybody ever spoke with the contact."""
    return bool(x.accepted_ms) or x.handled_ms is not None


def waited_ms(x: Interaction, now_ms: int) -> int:
    """Until the first answer, or until now."""
    if x.waited_ms is not None:
        return x.waited_ms
    return max(0, (x.accepted_ms or now_ms) - x.enqueued_ms)


def handled_ms(x: Interaction, till_ms: int) -> int:
    """By all agents who had it."""
    return (x.handled_ms or 0) + (till_ms - x.accepted_ms if x.accepted_ms else 0)


def this_wait_ms(x: Interaction, till_ms: int) -> int:
    """Of its last wait."""
    return till_ms - (x.waits_ms or x.enqueued_ms)


def pause(x: Interaction, till_ms: int) -> None:
    """Nobody serves it from that moment on."""
    if x.accepted_ms:
        x.waited_ms, x.handled_ms = waited_ms(x, till_ms), handled_ms(x, till_ms)
        x.accepted_ms = 0


def wait_anew(x: Interaction, now_ms: int) -> None:
    """It was served, and waits from now on, in its queue too."""
    pause(x, now_ms)
    x.waits_ms = x.entered_ms = now_ms


def unserve(x: Interaction) -> None:
    """An accept by which nobody was connected counts for nothing: the wait goes on."""
    if x.state is InteractionState.CONNECTING and x.accepted_ms == x.since_ms:
        x.accepted_ms = 0


def told(x: Interaction) -> Mapping[str, int]:
    """What is told when it becomes active: the wait that its accept ended, if it did."""
    ended_one = x.accepted_ms == x.since_ms
    return {"waited_ms": this_wait_ms(x, x.since_ms)} if ended_one else {}

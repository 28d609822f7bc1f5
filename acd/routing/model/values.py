"""Words that the parts of the model share."""

from __future__ import annotations

from functools import cache
from typing import Final

from acd.domain.ids import QueueId

NO_RANK: Final = 1_000_000


def ms(seconds: float) -> int:
    """The directory speaks of seconds, routing counts in ms."""
    return round(seconds * 1000)


def queue_of(pool: str) -> QueueId:
    """The queue that a pool narrows: `support/chat` of `support/chat[french>=3]`."""
    return QueueId(pool.partition("[")[0])


@cache
def needs_of(text: str) -> tuple[tuple[str, int], ...]:
    """The skills and levels of a requirement, or of a pool's."""
    listed = text.partition("[")[2].rstrip("]") if "/" in text else text
    pairs = (one.split(">=") for one in listed.split(",") if one)
    return tuple((skill, int(level)) for skill, level in pairs)

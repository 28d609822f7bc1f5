"""The queue: one department on one channel, how it asks and in which order it serves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from acd.domain.ids import DepartmentId, QueueId
    from acd.domain.interaction import Channel

RING_LIMIT_MAX: Final = 50


class LineOrder(StrEnum):
    """How a line is served. Both give a score that never changes while waiting."""

    AGING = "aging"
    """Age plus a credit per level, so that nobody starves."""
    STRICT = "strict"
    """Level first, then age."""


class Measure(StrEnum):
    """What the utilization strategies compare: slots running, or running ÷ own maximum."""

    COUNT = "count"
    RATIO = "ratio"


class LastAgent(StrEnum):
    """What whoever served this contact last means for their next interaction."""

    OFF = "off"
    """Nothing."""
    PREFER = "prefer"
    """They get the first offer if they are eligible."""
    WAIT = "wait"
    """It waits `last_agent_wait_s` for them while they are signed in but full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaxStep:
    """From `after_s` of waiting on no level above `level` is required; None requires nothing."""

    after_s: float
    level: int | None = None


class Diversion(StrEnum):
    """What becomes of an interaction that a queue does not keep."""

    OVERFLOW = "overflow"
    """It moves to another queue, its age kept."""
    CALLBACK = "callback"
    """It keeps its place without anybody on the line, and is called when its turn comes."""
    VOICEMAIL = "voicemail"
    FORM = "form"
    REJECT = "reject"


DIVERSIONS: Final = ("on_full", "on_max_wait", "on_nobody", "on_closed", "at_close")
"""The rules of `QueueSettings` that say one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divert:
    """A diversion; `queue` is where an overflow goes."""

    to: Diversion
    queue: QueueId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """All that the directory says of a queue to routing, with the directory's version.

    `strategy` names one strategy or several that break each other's ties. `ring` asks the best n
    at once; `ring_limit` bounds a wave of ring_all. `credit_s` is one value a tenant: lines of
    different queues are compared by it. `delivery_s` bounds the wait for a device to acknowledge.

    `relax` opens a requirement as the wait grows. 0 is no bound for `max_length` (waiting and
    ringing), `max_wait_s` (from the entry into this queue) and `idle_s` (a silent customer's chat
    gives its slot back). Whom a bound or the hours keep out is rejected where their diversion is
    None; without `on_nobody` they wait, without `at_close` those in line are served. `pull` lets
    agents pick from the line.
    """

    queue: QueueId
    version: int
    channel: Channel
    department: DepartmentId
    strategy: tuple[str, ...] = ("longest_idle",)
    measure: Measure = Measure.COUNT
    ring: int = 1
    ring_limit: int = 10
    ring_time_s: float = 20
    order: LineOrder = LineOrder.AGING
    credit_s: float = 120
    wrap_up_s: float = 0
    wrap_up_extend_s: float = 30
    decline_s: float = 60
    max_missed: int = 2
    chat_grace_s: float = 60
    contact_grace_s: float = 60
    lease_s: float = 15
    grace_s: float = 20
    delivery_s: float = 4
    connect_s: float = 10
    relax: tuple[RelaxStep, ...] = ()
    last_agent: LastAgent = LastAgent.OFF
    last_agent_wait_s: float = 0
    max_length: int = 0
    max_wait_s: float = 0
    on_full: Divert | None = None
    on_max_wait: Divert | None = None
    on_nobody: Divert | None = None
    on_closed: Divert | None = None
    at_close: Divert | None = None
    idle_s: float = 0
    pull: bool = False
    callback: bool = False
    callback_tries: int = 3
    callback_retry_s: float = 600
    dial_s: float = 30


def line_score(order: LineOrder, level: int, enqueued_ms: int, credit_ms: int) -> int:
    """Where an interaction stands in its line; lower is served first.

    Exact in a double: strict scores are level · 2^42 + ms.
    """
    if order == LineOrder.STRICT:
        return level * (1 << 42) + enqueued_ms
    return due_ms(level, enqueued_ms, credit_ms)


def due_ms(level: int, enqueued_ms: int, credit_ms: int) -> int:
    """By when it ought to be served: what compares interactions of different lines."""
    return enqueued_ms + (level - 1) * credit_ms

"""What the directory says, compiled into the packed fields that the scripts read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from acd.domain.capacity import ChannelCapacity
from acd.domain.errors import BadRequest, ConfigInvalid
from acd.domain.ids import is_plain_id, is_queue_id
from acd.domain.interaction import CARD_MAX_BYTES, Channel
from acd.domain.queue import DIVERSIONS, RING_LIMIT_MAX, Diversion, LastAgent, LineOrder
from acd.strategies.order import compose
from acd.strategies.registry import find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acd.domain.agent import AgentProfile
    from acd.domain.interaction import Arrival, Opening
    from acd.domain.queue import Divert, QueueSettings, RelaxStep

CHANNELS: Final = (Channel.CHAT, Channel.CALL, Channel.TICKET)
NUMBER: Final = {channel: number for number, channel in enumerate(CHANNELS, start=1)}
_NONE: Final = ChannelCapacity(weight=0, max=0)
LEVELS: Final = range(1, 10)
SKILL_LEVELS: Final = range(1, 11)
REQUIRED_MAX: Final = 8
"""Skills in one requirement."""
_PRIORITIES: Final = range(1, 101)
_NO_RANK: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQueue:
    """`index` is what agents are indexed by, `line` what the waiting are scored by.

    `rules` is a JSON object of what not every queue has; what is missing is not bounded.
    """

    settings: str
    rules: str
    index: str
    line: str


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def compile_queue(settings: QueueSettings) -> CompiledQueue:
    """The queue's packed settings, in the order in which `lua/_lib/queue.lua` reads them.

    Raises:
        ConfigInvalid: a value is out of its range, or no such strategy exists.
    """
    if not is_queue_id(settings.queue) or not settings.queue.endswith(f"/{settings.channel}"):
        raise ConfigInvalid("a queue is named <department>/<channel>", field="queue")
    for name in ("ring", "ring_limit"):
        if not 1 <= getattr(settings, name) <= RING_LIMIT_MAX:
            raise ConfigInvalid(f"{name} must be 1 to {RING_LIMIT_MAX}", field=name)
    if settings.ring_time_s <= 0:
        raise ConfigInvalid("ring_time_s must be above 0", field="ring_time_s")
    _check_relax(settings.relax)
    order = compose([find(name) for name in settings.strategy], settings.measure)
    fields = (
        NUMBER[settings.channel],
        order.text,
        "+".join(settings.strategy),
        settings.ring_limit if order.ring_all else settings.ring,
        _ms(settings.ring_time_s),
        int(settings.order == LineOrder.STRICT),
        _ms(settings.credit_s),
        _ms(settings.wrap_up_s),
        _ms(settings.wrap_up_extend_s),
        _ms(settings.decline_s),
        settings.max_missed,
        _ms(settings.chat_grace_s),
        _ms(settings.contact_grace_s),
        _ms(settings.lease_s),
        _ms(settings.grace_s),
        _ms(settings.delivery_s),
        _ms(settings.connect_s),
    )
    return CompiledQueue(
        settings="".join(f"{field};" for field in fields),
        rules=json.dumps(_rules(settings), sort_keys=True, separators=(",", ":")),
        index=order.text,
        line=f"{settings.order}/{_ms(settings.credit_s)}",
    )


def _check_relax(steps: Sequence[RelaxStep]) -> None:
    last_s, last_level = 0.0, SKILL_LEVELS.stop
    for step in steps:
        level = 0 if step.level is None else step.level
        if step.after_s <= last_s or not 0 <= level < last_level:
            raise ConfigInvalid("each step of relax is later and opens more", field="relax")
        last_s, last_level = step.after_s, level


def _rules(settings: QueueSettings) -> dict[str, object]:
    """Times in ms; a diversion is its word and where it goes."""
    rules: dict[str, object] = {
        "relax": [
            {"after": _ms(step.after_s), "level": step.level or 0} for step in settings.relax
        ],
        "last_agent": settings.last_agent if settings.last_agent != LastAgent.OFF else "",
        "last_agent_wait": _ms(settings.last_agent_wait_s),
        "max_length": settings.max_length,
        "max_wait": _ms(settings.max_wait_s),
        "idle": _ms(settings.idle_s),
        "pull": settings.pull,
    }
    for name in DIVERSIONS:
        divert: Divert | None = getattr(settings, name)
        rules[name] = divert and {"to": divert.to, "queue": divert.queue or ""}
    removed: Divert | None = next(
        (
            divert
            for divert in (settings.at_close, settings.on_closed, settings.on_nobody,
                           settings.on_full, settings.on_max_wait)
            if divert is not None and divert.to is Diversion.OVERFLOW
        ),
        None,
    )  # fmt: skip
    rules["on_removed"] = removed and {"to": removed.to, "queue": removed.queue or ""}
    if settings.channel is not Channel.TICKET:
        rules["tries"] = settings.callback_tries
        rules["retry"] = _ms(settings.callback_retry_s)
        rules["dial"] = _ms(settings.dial_s)
    return {name: value for name, value in rules.items() if value}


def compile_hours(opening: Sequence[tuple[int, int]] | None) -> str:
    """Opening times as `lua/_lib/limits.lua` reads them: `open,close;…`; `-` never, empty always.

    Raises:
        ConfigInvalid: a period does not end after it begins, or begins before the last ended.
    """
    if opening is None:
        return ""
    last_ms = 0
    for opens_ms, closes_ms in opening:
        if not last_ms <= opens_ms < closes_ms:
            raise ConfigInvalid("opening times must follow one another", field="opening")
        last_ms = closes_ms
    return "".join(f"{opens_ms},{closes_ms};" for opens_ms, closes_ms in opening) or "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledAgent:
    """An agent's packed capacity, memberships and skills."""

    capacity: str
    memberships: str
    skills: str


def compile_agent(profile: AgentProfile) -> CompiledAgent:
    """The agent's packed profile, as `lua/_lib/desk.lua` and `membership.lua` read it.

    Raises:
        ConfigInvalid: an id or a number is out of its range.
    """
    if not is_plain_id(profile.agent):
        raise ConfigInvalid("an agent's id is made of a-z, 0-9, _ and -", field="agent")
    parts = [str(profile.total)]
    for channel in CHANNELS:
        capacity = profile.channels.get(channel, _NONE)
        if capacity.weight < 0 or capacity.max < 0:
            raise ConfigInvalid("weight and max must not be negative", field=channel)
        parts.append(f"{capacity.weight},{capacity.max},{int(capacity.interrupts)}")
    if profile.phone:
        parts.append("phone")
    memberships = []
    for membership in sorted(profile.memberships, key=lambda m: m.queue):
        if not is_queue_id(membership.queue):
            raise ConfigInvalid("a queue is named <department>/<channel>", field="queue")
        if membership.priority not in _PRIORITIES:
            raise ConfigInvalid("priority must be 1 to 100", field="priority")
        if membership.rank is not None and not 0 <= membership.rank < _NO_RANK:
            raise ConfigInvalid(f"rank must be 0 to {_NO_RANK - 1}", field="rank")
        rank = "" if membership.rank is None else membership.rank
        memberships.append(f"{membership.queue}|{membership.priority}|{rank};")
    return CompiledAgent(
        capacity=";".join(parts),
        memberships="".join(memberships),
        skills=json.dumps(dict(profile.skills), sort_keys=True),
    )


def compile_requirement(requires: Mapping[str, int]) -> str:
    """A requirement as it stands in the name of its pool: `french>=3,sales>=1`, by skill.

    Raises:
        BadRequest: a skill's id or level is out of its range, or there are too many.
    """
    if len(requires) > REQUIRED_MAX:
        raise BadRequest(f"at most {REQUIRED_MAX} skills can be required", field="requires")
    for skill, level in requires.items():
        if not is_plain_id(skill) or level not in SKILL_LEVELS:
            raise BadRequest("a required skill has an id and a level of 1 to 10", field="requires")
    return ",".join(f"{skill}>={level}" for skill, level in sorted(requires.items()))


def check_arrival(arrival: Arrival) -> None:
    """Refuse what scripts could not store or quote.

    Raises:
        BadRequest: an id, the level or the card is not as `Arrival` says.
    """
    _check_beginning(arrival)
    if arrival.last_agent is not None and not is_plain_id(arrival.last_agent):
        raise BadRequest("that is not an agent's id", field="last_agent")


def check_opening(opening: Opening) -> None:
    """As `check_arrival`, for one that an agent begins."""
    _check_beginning(opening)
    if not is_plain_id(opening.agent):
        raise BadRequest("that is not an agent's id", field="agent")


def _check_beginning(arrival: Arrival | Opening) -> None:
    for name in ("interaction", "contact", "conversation"):
        if not is_plain_id(getattr(arrival, name)):
            raise BadRequest("an id is made of a-z, 0-9, _ and -, at most 64", field=name)
    if not is_queue_id(arrival.queue):
        raise BadRequest("a queue is named <department>/<channel>", field="queue")
    if arrival.level not in LEVELS:
        raise BadRequest("level must be 1 to 9", field="level")
    try:
        whole = isinstance(json.loads(arrival.card), dict)
        size = len(arrival.card.encode())
    except ValueError:
        whole, size = False, 0
    if not whole or size > CARD_MAX_BYTES:
        raise BadRequest(f"a card is a JSON object of at most {CARD_MAX_BYTES} bytes", field="card")

"""Why an interaction rings where it rings, and why not elsewhere: one agent at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from acd.domain.queue import LineOrder, RelaxStep
from acd.routing.snapshot_replies import interaction_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acd.domain.ids import AgentId, OfferId
    from acd.routing.snapshots import InteractionSnapshot


class Standing(StrEnum):
    """How an agent stands to an interaction."""

    OFFERED = "offered"
    """It rings at them now."""
    HOLDER = "holder"
    """It is theirs."""
    ELIGIBLE = "eligible"
    """They could be asked; `place` says as which."""
    EXCLUDED = "excluded"
    """They are not asked; `reasons` says why."""


class ReasonCode(StrEnum):
    """Why an agent is not asked."""

    NOT_MEMBER = "not_member"
    """Serves the department, and not on this channel."""
    OFFLINE = "offline"
    AWAY = "away"
    FINISHING = "finishing"
    """Finishes their work and takes nothing new."""
    GRACE = "grace"
    """Nobody vouches for their console: a lapsed lease, in its grace."""
    FULL = "full"
    """As many on this channel as they may have."""
    CAPACITY = "capacity"
    """Their work on all channels leaves no room for one more here."""
    SKILL = "skill"
    DECLINED = "declined"
    MISSED = "missed"
    FAILED = "failed"
    """Their device did not answer."""
    GIVEN = "given"
    """They gave it away."""
    RESERVED = "reserved"
    """It waits for one agent alone."""
    REMOVED = "removed"
    """No longer in the directory."""


_FIELDS: Final[Mapping[ReasonCode, tuple[str, ...]]] = {
    ReasonCode.AWAY: ("reason",),
    ReasonCode.GRACE: ("until_ms",),
    ReasonCode.FULL: ("count", "max"),
    ReasonCode.CAPACITY: ("used", "weight", "total"),
    ReasonCode.SKILL: ("skill", "level", "has"),
    ReasonCode.DECLINED: ("until_ms",),
    ReasonCode.MISSED: ("until_ms",),
    ReasonCode.FAILED: ("until_ms",),
    ReasonCode.GIVEN: ("until_ms",),
    ReasonCode.RESERVED: ("agent",),
}
"""What each reason tells beside its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason; `facts` holds what it is made of, such as `until_ms` or `count` and `max`."""

    code: ReasonCode
    facts: Mapping[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One agent's standing. `place` is 1 for who is asked first; `tied` among how many by lot."""

    agent: AgentId
    standing: Standing
    place: int | None
    tied: int | None
    offer: OfferId | None
    deadline_ms: int | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An interaction, its queue, and a page of the agents of its department.

    `after` of the next call is `next`; None ends. `free` is how many could be asked in its pool,
    `here` how many are available, full or not, `waiting` how many stand in its line. `asked` is how
    many offers were made.
    """

    interaction: InteractionSnapshot
    pool: str
    requires: str
    asked: int
    relax: tuple[RelaxStep, ...]
    relaxed: int
    """How many of the relax steps were taken."""
    sticky: AgentId | None
    sticky_until_ms: int | None
    personal: AgentId | None
    """Whose personal line it stands in."""
    queue_state: str
    strategy: tuple[str, ...]
    order: LineOrder | None
    config_version: int | None
    free: int
    here: int
    waiting: int
    open: bool
    """Its hours; a closed one takes no arrivals and serves its line, unless a rule empties it."""
    closes_ms: int | None
    """When it closes next; None while nobody knows, or never."""
    opens_ms: int | None
    agents: tuple[Verdict, ...]
    next: AgentId | None
    now_ms: int


def explained(reply: Sequence[Any]) -> Explained | None:
    """The reply of `explain`, or None if the interaction is unknown."""
    now_ms, fields, position, text, agents, next_after = reply
    snapshot = interaction_snapshot((now_ms, fields, position, 0))
    if snapshot is None:
        return None
    facts: dict[str, Any] = json.loads(text)
    return Explained(
        interaction=snapshot,
        pool=facts["pool"],
        requires=facts["requires"],
        asked=int(facts["asked"]),
        relax=tuple(
            RelaxStep(after_s=step["after"] / 1000, level=step["level"] or None)
            for step in json.loads(facts.get("relax", "[]"))
        ),
        relaxed=int(facts["step"]),
        sticky=facts["sticky"] or None,
        sticky_until_ms=int(facts["sticky_until"]) or None,
        personal=facts["personal"] or None,
        queue_state=facts["queue_state"],
        strategy=tuple(facts.get("strategy", "").split("+")) if facts.get("strategy") else (),
        order=LineOrder(facts["order"]) if "order" in facts else None,
        config_version=facts.get("version"),
        free=facts.get("free", 0),
        here=facts.get("here", 0),
        waiting=facts.get("waiting", 0),
        open=facts.get("open", False),
        closes_ms=int(facts.get("closes_at", 0)) or None,
        opens_ms=int(facts.get("opens_at", 0)) or None,
        agents=tuple(map(_verdict, agents)),
        next=next_after or None,
        now_ms=now_ms,
    )


def _verdict(fields: Sequence[Any]) -> Verdict:
    agent, standing, place, tied, offer, until_ms, reasons = fields
    return Verdict(
        agent=agent,
        standing=Standing(standing),
        place=place or None,
        tied=tied or None,
        offer=offer or None,
        deadline_ms=until_ms or None,
        reasons=tuple(
            Reason(
                code=ReasonCode(code),
                facts=dict(zip(_FIELDS.get(ReasonCode(code), ()), told, strict=True)),
            )
            for code, *told in reasons
        ),
    )

"""What becomes of those whom a queue does not keep: another queue, a callback, an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import short
from acd.domain.errors import BadRequest, NotFound, QueueUnknown
from acd.domain.events import EventType
from acd.domain.interaction import InteractionState, Outcome
from acd.domain.queue import Diversion
from acd.routing.compiled import LEVELS, compile_hours
from acd.routing.model.ending import Ending
from acd.routing.model.interaction import Callback
from acd.routing.model.limits import EMPTY_MS
from acd.routing.model.values import needs_of
from acd.routing.results import Changed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acd.domain.ids import InteractionId, QueueId
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

HOPS: Final = 3
"""So many queues may pass one on."""
_S: Final = InteractionState
_UNACCEPTED: Final = (_S.WAITING, _S.RINGING, _S.PARKED)
_OUTCOMES: Final = {
    Diversion.REJECT: Outcome.REJECTED,
    Diversion.FORM: Outcome.FORM,
    Diversion.VOICEMAIL: Outcome.VOICEMAIL,
}


class Policy(Ending):
    """Moves, and the rules of queues carried out."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"m": self._max_wait_due, "e": self._nobody_due, "h": self._close_time_due}

    # moves

    def _move(self, x: Interaction, to: QueueId, reason: str, by: str | None = None) -> None:
        """To another queue, its age kept. A person (`by`) begins the count of hops anew."""
        before = x.queue
        self._disarm(x)
        if x.state is _S.RINGING:
            self._withdraw_all(x, "moved")
            x.become(_S.PARKED if x.lost_until_ms else _S.WAITING, self.now_ms)
        self._leave_line(x)
        dropped = self._take_along(x, to)
        if x.excluded:
            self._untimer(f"x|{x.id}")
            x.excluded = {}
        x.hops = [] if by else [*x.hops, before]
        x.queue, x.pool, x.entered_ms = to, to, self.now_ms
        self._emit(
            EventType.INTERACTION_MOVED,
            {
                "from": before, "to": to, "reason": reason, "state": x.state,
                "hops": len(x.hops), **({"by": by} if by else {}),
                **({"dropped": dropped} if dropped else {}),
            },
            x=x, contact=True,
        )  # fmt: skip
        if x.state is _S.WAITING:
            self._orphans.append(x)

    def _take_along(self, x: Interaction, to: QueueId) -> str:
        """The steps of another queue begin anew, and whom it waited for is of this one.

        What no members of the other queue can meet is not required; returns that.
        """
        self._untimer(f"p|{x.id}")
        x.step, x.sticky, x.sticky_until_ms = 0, None, None
        members = [
            a.profile.skills for a in self.agents.values() if to in a.memberships and not a.gone
        ]
        if all(
            any(skills.get(skill, 0) >= level for skills in members)
            for skill, level in needs_of(x.requires)
        ):
            return ""
        dropped, x.requires = x.requires, ""
        return dropped

    def _in_lines(self, queue: Queue) -> list[Interaction]:
        """Those whom rules ask for, by pools; then those who wait for one agent alone, by id."""
        alone = (x for x in self.interactions.values() if x.queue == queue.id and x.personal)
        return [
            *(x for pool in sorted(queue.lines) for x in self._line(queue, pool)),
            *sorted(alone, key=lambda x: x.id),
        ]

    def move(
        self, interaction: InteractionId, queue: QueueId, by: str, *, now_ms: int = 0
    ) -> Changed:
        """A supervisor moves what nobody has accepted yet."""
        self._begin(now_ms)
        x, to = self.interactions.get(interaction), self.queues.get(queue)
        if x is None:
            raise NotFound(field="interaction")
        if to is None or to.closing:
            raise QueueUnknown(field="queue")
        if to.channel != x.queue.rpartition("/")[2]:
            raise BadRequest("that queue is on another channel", field="queue")
        if x.queue == queue:
            return Changed(changed=False, reason="there")
        if x.state not in _UNACCEPTED:
            return Changed(changed=False, reason="late")
        self._move(x, queue, "moved", short(by))
        self._commit()
        return Changed(changed=True, reason="moved")

    def reprioritise(
        self, interaction: InteractionId, level: int, by: str, *, now_ms: int = 0
    ) -> Changed:
        """Another level; the place in the line follows from it."""
        if level not in LEVELS:
            raise BadRequest("level must be 1 to 9", field="level")
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        if x is None:
            raise NotFound(field="interaction")
        if x.state not in _UNACCEPTED:
            return Changed(changed=False, reason="late")
        if x.level == level:
            return Changed(changed=False, reason="same")
        was, x.level = x.level, level
        said = {"level": level, "was": was, "by": short(by)}
        self._emit(EventType.INTERACTION_REPRIORITISED, said, x=x, contact=True)
        self._commit()
        return Changed(changed=True, reason="rescored")

    # diversions

    def _divert(self, x: Interaction, queue: Queue, rule: str) -> None:
        name = "at_close" if rule == "closing" else f"on_{rule}"
        divert = queue.rules.get(name, {"to": Diversion.REJECT})
        to = Diversion(divert["to"])
        if to is Diversion.OVERFLOW:
            if self._overflow(x, divert["queue"], rule):
                return
            to = Diversion.REJECT
        x.rule = rule
        if to is Diversion.CALLBACK:
            self._ask_callback(x, "", rule)
            return
        x.ended_as = to
        self._end(x, _OUTCOMES[to], "system", reason=rule)

    def _overflow(self, x: Interaction, to: QueueId, rule: str) -> bool:
        """At most three hops, no queue twice."""
        target = self.queues.get(to)
        if target is None or target.closing or target.channel != x.queue.rpartition("/")[2]:
            return False
        if len(x.hops) >= HOPS or to in (x.queue, *x.hops):
            return False
        self._move(x, to, rule)
        if not x.calls_back:
            self._admit(x, target)
        return True

    def _admit(self, x: Interaction, queue: Queue) -> None:
        """One comes into a queue; what becomes of it where the queue does not keep it."""
        rule = self._refuses(x, queue)
        if rule:
            self._divert(x, queue, rule)

    # the rules, as time passes

    def _rules_changed(self, queue: Queue) -> None:
        """Those in line are asked for by the new ones."""
        if queue.rules.get("max_wait"):
            self._timer(f"m|{queue.id}|", self.now_ms)
        self._left(queue)
        if queue.rules.get("at_close") and self._closed_since(queue) is not None:
            self._timer(f"h|{queue.id}|", self.now_ms)

    def _max_wait_due(self, _at_ms: int, name: str, _rest: str) -> None:
        """One that waits; or by its name a queue whose waiting are armed anew."""
        if "/" in name:
            if name in self.queues:
                for x in self._in_lines(self.queues[name]):
                    self._arm(x, self.queues[name])
            return
        one = self.interactions.get(name)
        if one is None or one.state is not _S.WAITING:
            return
        queue = self.queues[one.queue]
        if self._applies(one, queue):
            self._orphans.append(one)
        else:
            self._arm(one, queue)

    def _nobody_due(self, at_ms: int, name: str, _rest: str) -> None:
        """In an outage nobody could have come back."""
        queue = self.queues.get(name)
        if self.gap and self._in_gap(at_ms):
            self._timer(f"e|{name}|", self.gap[1] + EMPTY_MS)
        elif queue and queue.rules.get("on_nobody") and not self._members(queue, queue.id):
            for x in self._in_lines(queue):
                if not x.calls_back:
                    self._divert(x, queue, "nobody")

    def _close_time_due(self, _at_ms: int, name: str, _rest: str) -> None:
        if name in self.queues:
            self._close_time(self.queues[name])

    def _close_time(self, queue: Queue) -> None:
        """It closes, or its hours changed: those in line are asked for, and the next time noted."""
        if self._closed_since(queue) is not None and queue.rules.get("at_close"):
            self._orphans += [x for x in self._in_lines(queue) if self._applies(x, queue)]
        closes_ms = self._closes_at(queue)
        if closes_ms is not None:
            self._timer(f"h|{queue.id}|", closes_ms)

    def set_hours(
        self, queue: QueueId, opening: Sequence[tuple[int, int]] | None, *, now_ms: int = 0
    ) -> Changed:
        """Instants; after the last of them it is closed. None is always open."""
        hours = compile_hours(opening)
        self._begin(now_ms)
        q = self.queues.get(queue)
        if q is None or q.closing:
            return Changed(changed=False, reason="unknown")
        if q.given == hours:
            return Changed(changed=False, reason="unchanged")
        was_ms = self._closed_since(q)
        q.given, q.hours = hours, None if opening is None else tuple(opening)
        if self._closed_since(q) == 0:
            # no period tells since when: since it was closed before, or since now
            since_ms = self.now_ms if was_ms is None else was_ms
            q.hours = ((0, since_ms), *(q.hours or ()))
        self._untimer(f"h|{queue}|")
        self._close_time(q)
        self._commit()
        return Changed(changed=True, reason="set")

    # callbacks

    def _ask_callback(self, x: Interaction, number: str, reason: str) -> None:
        """What waits, rings or is parked keeps its place with nobody on the line."""
        if x.leased:
            self.leases.pop(f"c|{x.id}", None)
        self._disarm(x)
        if not number and x.callback:
            number = x.callback.number
        x.callback = Callback(number=number)
        away = bool(x.lost_until_ms)
        if away:
            self._untimer(f"c|{x.id}")
            x.lost_until_ms = 0
        if x.state is _S.PARKED:
            x.become(_S.WAITING, self.now_ms)
        said = {"reason": reason, "state": x.state}
        self._emit(EventType.INTERACTION_CALLBACK, said, x=x, contact=True)
        if away:
            self._orphans.append(x)

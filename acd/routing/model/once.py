"""Commands with an id: sent again, they are given the first answer and nothing is done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.routing.model.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable

PERIOD_MS: Final = 600_000
"""Answers of the present period and of the one before are known: for ten to twenty minutes."""
SAME: Final = {
    "consult": "invite", "consult_cancel": "leave", "transfer_to_department": "transfer_to_queue",
}  # fmt: skip
"""Verbs that are another with other words: an id stands for both."""


class Once(Timers):
    """What was refused changed nothing and is not kept: sent again, it may be done."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._answers: dict[tuple[str, str, str], tuple[int, Any]] = {}
        """By verb, subject and id: in which period it was given, and what it was."""

    def once(
        self, command: str, verb: str, subject: str, *arguments: Any, now_ms: int, **named: Any
    ) -> Any:
        """The verb with `command` as its id; the router's verbs take it as an argument."""
        name = (SAME.get(verb, verb), subject, command)
        period = self._clock(now_ms) // PERIOD_MS
        if name in self._answers:
            given, first = self._answers[name]
            if period - given <= 1:
                self._begin(now_ms)
                return first
        answer = getattr(self, verb)(subject, *arguments, now_ms=now_ms, **named)
        if self._committed:
            self._answers[name] = period, answer
        return answer

"""What supervisors and rules do with those in line: moves, limits, hours, callbacks."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from acd.domain.queue import Diversion, Divert
from tests.integration.routing.machine import AGENTS, Machine, S, command, pick, rarely

OPEN_MS = 20_000
OVERFLOWS = {"support/chat": "sales/chat", "sales/chat": "support/chat", "support/call": "it/call"}
"""Where a queue's overflow goes; one of them is not there."""


@st.composite
def diverts(draw: st.DrawFn, queue: str) -> Divert:
    to = draw(pick(Diversion))
    return Divert(to=to, queue=OVERFLOWS.get(queue) if to is Diversion.OVERFLOW else None)


@st.composite
def queue_rules(draw: st.DrawFn, queue: str) -> dict[str, Any]:
    """Some of them, in one queue of three; empty for the others."""
    if draw(pick((True, True, False))):
        return {}
    maybe = st.one_of(st.none(), diverts(queue))
    return {
        "max_length": draw(pick((0, 0, 1, 2))), "max_wait_s": draw(pick((0, 0, 5, 30))),
        "on_full": draw(maybe), "on_max_wait": draw(maybe), "on_nobody": draw(maybe),
        "on_closed": draw(maybe), "at_close": draw(maybe),
        "callback_tries": draw(pick((1, 3))), "callback_retry_s": draw(pick((5, 60))),
        "dial_s": draw(pick((3, 30))),
    }  # fmt: skip


class Supervisors(Machine):
    """They move, reprioritise, open and close; customers ask to be called back."""

    def someone(self, data: st.DataObject) -> str:
        """Who is not accepted yet; now and then anybody."""
        waiting = self.in_state(S.WAITING, S.RINGING, S.PARKED)
        everybody = (*sorted(self.pair.interactions), "ix_unknown")
        return data.draw(pick(everybody if not waiting or data.draw(rarely) else waiting))

    @command(2)
    def move(self, data: st.DataObject) -> None:
        queue = data.draw(pick((*sorted(self.pair.queues), "it/chat")))
        self.do("move", self.someone(data), queue, "sofia")

    @command(2)
    def reprioritise(self, data: st.DataObject) -> None:
        self.do("reprioritise", self.someone(data), data.draw(pick((1, 5, 9, 0))), "sofia")

    @command(3)
    def open_or_close(self, data: st.DataObject) -> None:
        now = self.pair.now_ms
        hours = (
            None, (), ((now - OPEN_MS, now + OPEN_MS),), ((now + OPEN_MS, now + 3 * OPEN_MS),),
            ((now - 2 * OPEN_MS, now - OPEN_MS), (now + 1000, now + 5000)),
        )  # fmt: skip
        self.do("set_hours", data.draw(pick(sorted(self.pair.queues))), data.draw(pick(hours)))

    @command(3)
    def ask_to_be_called(self, data: st.DataObject) -> None:
        self.do("request_callback", self.someone(data), data.draw(pick(("", "nr_1", "nr_2"))))

    @command(4, when=lambda self: self.pair.interactions)
    def call_back(self, data: st.DataObject) -> None:
        dialling = [
            x for x in self.model.interactions.values() if x.callback and x.state is S.CONNECTING
        ]
        if dialling and not data.draw(rarely):
            x = data.draw(pick(dialling))
            offer, agent = f"{x.id}.{x.won}", str(x.agent)
        else:
            name, agent = data.draw(pick(sorted(self.pair.interactions))), data.draw(pick(AGENTS))
            offer = f"{name}.{data.draw(st.integers(0, 4))}"
        answered, called = data.draw(pick(((False, True), (False, False), (True, True))))
        self.do("callback_dialled", offer, agent, answered=answered, called=called)

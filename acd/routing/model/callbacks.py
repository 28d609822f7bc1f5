"""Callbacks: after the accept the customer is called, and tried again later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from acd.domain.errors import BadRequest, NotFound
from acd.domain.events import EventType
from acd.domain.ids import is_plain_id
from acd.domain.interaction import InteractionState, Outcome
from acd.routing.model import times
from acd.routing.model.policy import Policy
from acd.routing.results import CallbackTried, Changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import AgentId, InteractionId, OfferId
    from acd.routing.model.interaction import Callback, Interaction
    from acd.routing.model.queue import Queue

DIAL_MS: Final = 30_000
RETRY_MS: Final = 600_000
TRIES: Final = 3
LONGEST_MS: Final = 3_600_000
VAIN_MOST: Final = 24
_S: Final = InteractionState


class Callbacks(Policy):
    """A place in the line with nobody on the line."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"q": self._next_try_due}

    def request_callback(
        self, interaction: InteractionId, number_ref: str = "", *, now_ms: int = 0
    ) -> Changed:
        """Asked again, only the number is replaced."""
        if number_ref and not is_plain_id(number_ref):
            raise BadRequest("a reference is made of a-z, 0-9, _ and -", field="number_ref")
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        if x is None:
            raise NotFound(field="interaction")
        if x.state not in (_S.WAITING, _S.RINGING, _S.PARKED) or x.queue not in self.queues:
            return Changed(changed=False, reason="late")
        back = x.calls_back
        if back:
            if number_ref not in ("", back.number):
                back.number = number_ref
                self._commit()
            return Changed(changed=False, reason="kept_before")
        self._ask_callback(x, number_ref, "asked")
        self._commit()
        return Changed(changed=True, reason="kept")

    def callback_dialled(
        self,
        offer: OfferId,
        agent: AgentId,
        *,
        answered: bool,
        called: bool = True,
        now_ms: int = 0,
    ) -> CallbackTried:
        """The customer was called by whoever accepted that offer, or could not be."""
        _, number, x = self._find(offer)
        self._begin(now_ms)
        if x is None:
            raise NotFound(field="interaction")
        back = x.calls_back
        if not back or x.state is not _S.CONNECTING or (x.agent, x.won) != (agent, number):
            return CallbackTried(changed=False, reason="late")
        if answered:
            self._answered(x, back)
        else:
            self._unanswered(x, back, called=called)
        self._commit()
        if answered:
            return CallbackTried(changed=True, reason="active")
        reason = "unreached" if back.next_ms is None else "parked"
        return CallbackTried(changed=True, reason=reason, next_try_ms=back.next_ms)

    def _dial_ms(self, queue: Queue) -> int:
        return int(queue.rules.get("dial", DIAL_MS))

    def _answered(self, x: Interaction, back: Callback) -> None:
        self._untimer(f"n|{x.id}|{x.won}")
        back.called = True
        agent, told = self._owner(x), {**times.told(x), "reached": True}
        x.become(_S.ACTIVE, self.now_ms)
        self._emit(EventType.INTERACTION_ACTIVE, told, x=x, agent=agent, contact=True)

    def _pause_ms(self, queue: Queue, vain: int) -> int:
        """Until the next try; while no call can be made it doubles, up to an hour."""
        retry_ms = int(queue.rules.get("retry", RETRY_MS))
        doubled_ms = retry_ms << min(max(0, vain - 1), 12)
        return min(doubled_ms, max(retry_ms, LONGEST_MS))

    def _unanswered(self, x: Interaction, back: Callback, *, called: bool = True) -> None:
        """The agent is free without wrap-up; it is tried again later or given up."""
        queue, agent = self.queues[x.queue], self._owner(x)
        back.tries += called
        back.vain = 0 if called else back.vain + 1
        x.accepted_ms = 0
        reason = "no_answer" if called else "not_called"
        if back.tries >= queue.rules.get("tries", TRIES) or back.vain >= VAIN_MOST:
            self._end(x, Outcome.UNREACHED, "system", reason=reason)
            return
        self._untimer(f"n|{x.id}|{x.won}")
        self._free_slot(x, agent, worked=True)
        x.agent = None
        back.next_ms = self.now_ms + self._pause_ms(queue, back.vain)
        x.become(_S.PARKED, self.now_ms)
        self._timer(f"q|{x.id}", back.next_ms)
        self._emit(
            EventType.INTERACTION_PARKED,
            {"until_ms": back.next_ms, "reason": reason, "tries": back.tries},
            x=x, agent=agent, contact=True,
        )  # fmt: skip

    def _next_try_due(self, _at_ms: int, interaction: str, _rest: str) -> None:
        x = self.interactions[interaction]
        cast("Callback", x.callback).next_ms = None
        if x.queue not in self.queues:
            self._end(x, Outcome.REJECTED, "system", reason="removed")
            return
        x.become(_S.WAITING, self.now_ms)
        self._emit(EventType.INTERACTION_RESUMED, {}, x=x, contact=True)
        self._orphans.append(x)

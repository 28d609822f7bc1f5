"""How rings and interactions end, and the work after the end that still holds the slot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.errors import BadRequest
from acd.domain.events import EventType
from acd.domain.interaction import InteractionState, Outcome
from acd.routing.model import times
from acd.routing.model.sharing import Sharing
from acd.routing.model.values import ms
from acd.routing.results import Changed, Finished

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import AgentId, InteractionId
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction, Ring
    from acd.routing.model.queue import Queue

ENDERS: Final = ("agent", "contact", "system")
_S: Final = InteractionState


class Ending(Sharing):
    """Every way out of a ring and out of the house."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"w": self._wrap_up_due}

    # rings

    def _drop(self, x: Interaction, ring: Ring, outcome: str) -> Agent:
        """Take one offer out of the ring and free its slot."""
        x.live.remove(ring)
        x.remember(ring.number, outcome)
        self._untimer(f"o|{x.id}|{ring.number}")
        agent = self.agents[ring.agent]
        self._free_slot(x, agent, worked=False)
        return agent

    def _withdraw(self, x: Interaction, ring: Ring, reason: str, by: AgentId | None = None) -> None:
        agent = self._drop(x, ring, "taken" if reason == "taken" else "withdrawn")
        data = {"reason": reason, "by": by} if by else {"reason": reason}
        self._emit(EventType.OFFER_WITHDRAWN, data, x=x, offer=ring.number, agent=agent)

    def _withdraw_all(self, x: Interaction, reason: str, by: AgentId | None = None) -> None:
        for ring in x.live[::-1]:
            self._withdraw(x, ring, reason, by)

    def _ring_goes_on(self, x: Interaction, reason: str) -> None:
        """After one offer ended without a winner: who is next, or back to the line with its age.

        If the contact is away it is set aside instead. One of a transfer's leaves it the owner's.
        """
        if x.live:
            self._orphans.append(x)
        elif x.state is not _S.RINGING:
            self._give_back(x, reason)
        elif x.lost_until_ms:
            self._park(x)
        else:
            x.become(_S.WAITING, self.now_ms)
            self._emit(EventType.INTERACTION_REQUEUED, {"reason": reason}, x=x, contact=True)
            self._orphans.append(x)

    def _park(self, x: Interaction) -> None:
        self._leave_line(x)
        x.become(_S.PARKED, self.now_ms)
        until = {"until_ms": x.lost_until_ms}
        self._emit(EventType.INTERACTION_PARKED, until, x=x, contact=True)

    def _take_back(self, x: Interaction, reason: str, not_before_ms: int = 0) -> None:
        """The owner is lost: back to the line with the first arrival.

        Until not_before_ms the agent who had it is not asked again.
        """
        agent, queue = self._owner(x), self.queues[x.queue]
        self._alone(x, reason)
        self._unwatch(x, queue)
        self._untimer(f"n|{x.id}|{x.won}")
        self._free_slot(x, agent, worked=True)
        if not_before_ms:
            x.exclude(agent.id, not_before_ms, "failed", self.now_ms)
        times.unserve(x)
        x.agent = None
        if x.accepted_ms:
            times.wait_anew(x, self.now_ms)
        if reason == "agent_lost":
            x.sticky = agent.id  # theirs again, should they be back first
        x.become(_S.WAITING, self.now_ms)
        self._emit(
            EventType.INTERACTION_REQUEUED, {"reason": reason}, x=x, agent=agent, contact=True
        )
        self._lease(x, queue)
        self._orphans.append(x)

    def _lease(self, x: Interaction, queue: Queue) -> None:
        if x.leased:
            self.leases[f"c|{x.id}"] = self.now_ms + ms(queue.settings.lease_s)

    # the end

    def _end(
        self, x: Interaction, outcome: Outcome, by: str, *, wrap_up: bool = False, reason: str = ""
    ) -> int | None:
        """End it, wherever it is. Returns until when its owner's slot stays held for wrap-up.

        `reason` is the rule that did it.
        """
        before, owner = x.state, None
        if before is _S.RINGING:
            self._withdraw_all(x, "customer_left")
        elif before not in (_S.WAITING, _S.PARKED):
            owner = self.agents.get(x.agent or "")
            self._unwatch(x, self.queues[x.queue])
            self._alone(x, "ended")
        for letter in "cxpq":
            self._untimer(f"{letter}|{x.id}")
        self._untimer(f"n|{x.id}|{x.won}")
        if not owner:
            self._disarm(x)
        self.leases.pop(f"c|{x.id}", None)
        self._leave_line(x)
        x.become(_S.ENDED, self.now_ms)
        x.outcome = outcome
        self._emit(
            EventType.INTERACTION_ENDED,
            {
                "outcome": outcome, "by": by,
                "waited_ms": times.waited_ms(x, self.now_ms),
                "handled_ms": times.handled_ms(x, self.now_ms),
                **({"reason": reason} if reason else {}),
            },
            x=x, agent=owner, contact=True,
        )  # fmt: skip
        if owner and before is not _S.IDLE:
            wrap_up_ms = ms(self.queues[x.queue].settings.wrap_up_s)
            if wrap_up and before is not _S.CONNECTING and wrap_up_ms > 0 and not owner.gone:
                return self._start_wrap_up(x, owner, wrap_up_ms)
            self._free_slot(x, owner, worked=True)
        self._fade(x)
        return None

    def _fade(self, x: Interaction) -> None:
        """Nothing of it is needed any more but the answer to a late command."""
        x.wrap_up_until_ms, x.wrap_up_extended, x.excluded, x.card = 0, False, {}, "{}"

    def finish(
        self,
        interaction: InteractionId,
        *,
        by: str,
        agent: AgentId | None = None,
        wrap_up: bool = True,
        now_ms: int = 0,
    ) -> Finished:
        """What nobody accepted ends abandoned (by the contact) or rejected.

        A callback whose customer was not reached yet ends unreached.
        """
        if by not in ENDERS:
            raise BadRequest(f"by is one of {', '.join(ENDERS)}", field="by")
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        if x is None:
            return Finished(changed=False, reason="unknown")
        if agent and x.agent != agent:
            return Finished(changed=False, reason="not_owner")
        if x.state is _S.ENDED:
            return Finished(changed=False, outcome=x.outcome, reason="ended_before")
        if by == "agent" and x.agent is None:
            return Finished(changed=False, reason="not_owner")
        if x.calls_back:
            x.accepted_ms = 0
        if times.served(x) and not x.calls_back:
            outcome = Outcome.HANDLED
        elif by == "contact":
            outcome = Outcome.ABANDONED
        else:
            outcome = Outcome.UNREACHED if x.calls_back else Outcome.REJECTED
        until_ms = self._end(x, outcome, by, wrap_up=wrap_up)
        self._commit()
        return Finished(changed=True, outcome=outcome, wrap_up_until_ms=until_ms)

    # wrap-up

    def _start_wrap_up(self, x: Interaction, owner: Agent, wrap_up_ms: int) -> int:
        x.wrap_up_until_ms = self.now_ms + wrap_up_ms
        self._timer(f"w|{x.id}", x.wrap_up_until_ms)
        until = {"until_ms": x.wrap_up_until_ms}
        self._emit(EventType.WRAP_UP_STARTED, until, x=x, agent=owner)
        return x.wrap_up_until_ms

    def _end_wrap_up(self, x: Interaction, by: str) -> None:
        agent = self._owner(x)
        self._untimer(f"w|{x.id}")
        self._emit(EventType.WRAP_UP_ENDED, {"by": by}, x=x, agent=agent)
        self._free_slot(x, agent, worked=True)
        self._fade(x)

    def _wrap_up_due(self, _at_ms: int, interaction: str, giver: str) -> None:
        x = self.interactions[interaction]
        if giver:
            self._unwrap(x, self.agents[giver], "timer")
        else:
            self._end_wrap_up(x, "timer")

    def wrap_up_end(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """The work after the end is done: the slot is free."""
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        if x and self._role(x, agent) == "wrap_up":
            self._unwrap(x, self.agents[agent], "agent")
            self._commit()
            return Changed(changed=True, reason="ended")
        if x is None or x.agent != agent:
            return Changed(changed=False, reason="unknown")
        if not x.wrap_up_until_ms:
            return Changed(changed=False, reason="not_in_wrap_up")
        self._end_wrap_up(x, "agent")
        self._commit()
        return Changed(changed=True, reason="ended")

    def wrap_up_extend(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """More time for it, once; not where the queue is gone."""
        self._begin(now_ms)
        x = self.interactions.get(interaction)
        given = x.wraps[agent] if x and self._role(x, agent) == "wrap_up" else None
        if x is None or (given is None and x.agent != agent):
            return Changed(changed=False, reason="unknown")
        if x.queue not in self.queues or not (given or x.wrap_up_until_ms):
            return Changed(changed=False, reason="not_in_wrap_up")
        if given.extended if given else x.wrap_up_extended:
            return Changed(changed=False, reason="extended_before")
        settings = self.queues[x.queue].settings
        was_ms = given.until_ms if given else x.wrap_up_until_ms
        until_ms = max(self.now_ms, was_ms) + ms(settings.wrap_up_extend_s)
        if given:
            given.until_ms, given.extended = until_ms, True
            self._timer(f"w|{x.id}|{agent}", until_ms)
            if x.state is not _S.ENDED:
                not_before_ms = max(until_ms, self.now_ms + ms(settings.decline_s))
                x.exclude(agent, not_before_ms, "gave", self.now_ms)
                if x.state in (_S.WAITING, _S.RINGING):
                    self._orphans.append(x)  # moved meanwhile, nothing may ask when that ends
        else:
            x.wrap_up_until_ms, x.wrap_up_extended = until_ms, True
            self._timer(f"w|{x.id}", until_ms)
        until = {"until_ms": until_ms}
        self._emit(EventType.WRAP_UP_EXTENDED, until, x=x, agent=self.agents[agent])
        self._commit()
        return Changed(changed=True, reason="extended")

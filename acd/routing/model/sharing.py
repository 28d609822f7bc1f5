"""What more than one agent has of an interaction: guests, transfers, the wrap-up of givers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability
from acd.domain.capacity import has_room
from acd.domain.events import EventType
from acd.domain.interaction import Channel, InteractionState
from acd.routing.model.estimating import Estimating
from acd.routing.model.interaction import Ring, Transfer, WrapUp
from acd.routing.model.values import ms

if TYPE_CHECKING:
    from acd.domain.ids import AgentId
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

WAIT_MS: Final = 300_000
"""So long a transfer waits for a target who is full."""
_S: Final = InteractionState


class Sharing(Estimating):
    """One owner; others beside them. An agent has one slot of an interaction at most."""

    def _role(self, x: Interaction, agent: AgentId) -> str | None:
        """What they have of it: owner, guest, consult, wrap_up (gave it away), offered."""
        if agent in x.guests:
            return x.guests[agent]
        if agent in x.wraps:
            return "wrap_up"
        if x.ring_of(agent) or (x.transfer and x.transfer.to == agent):
            return "offered"
        return "owner" if x.agent == agent and x.state is not _S.ENDED else None

    # why not

    def _absent(self, agent: Agent | None, channel: Channel) -> str | None:
        """Why no slot on the channel can be theirs, even over capacity or during a break."""
        if agent is None or agent.gone:
            return "unknown_agent"
        offline = agent.availability[channel] is Availability.OFFLINE
        return "not_here" if offline or agent.grace_until_ms is not None else None

    def _refusal(self, agent: Agent | None, channel: Channel) -> str | None:
        """Why they cannot be given a slot."""
        absent = self._absent(agent, channel)
        if agent is None or absent == "unknown_agent":
            return absent
        served = (self.queues.get(name) for name in agent.memberships)
        serves = any(q and q.channel is channel and not q.closing for q in served)
        if not serves or agent.capacity[channel].max == 0:
            return "other_channel"
        if absent:
            return absent
        if agent.availability[channel] is not Availability.AVAILABLE:
            return "not_here"
        room = has_room(agent.capacity, agent.profile.total, agent.running, channel)
        return None if room else "full"

    def _not_owned(self, x: Interaction, agent: AgentId) -> str | None:
        """Why they cannot hand it on."""
        if x.agent != agent or x.state is _S.WAITING:
            return "not_owner"
        if x.state is _S.ENDED:
            return "ended"
        return None if x.state is _S.ACTIVE else "not_active"

    # guests

    def _join(self, x: Interaction, agent: Agent, role: str, by: AgentId) -> None:
        x.guests[agent.id] = role
        agent.held[x.id] = self._channel_of(x)
        said = {"role": role, "by": by}
        self._emit(EventType.GUEST_JOINED, said, x=x, agent=agent, contact=True)

    def _guest_leaves(self, x: Interaction, agent: Agent, reason: str) -> None:
        del x.guests[agent.id]
        self._free_slot(x, agent, worked=reason != "owner")
        self._emit(EventType.GUEST_LEFT, {"reason": reason}, x=x, agent=agent, contact=True)

    # the wrap-up of those who gave it away

    def _hand_off(self, x: Interaction, giver: Agent, queue: Queue) -> None:
        wrap_up_ms = ms(queue.settings.wrap_up_s)
        if not wrap_up_ms or giver.gone:
            self._free_slot(x, giver, worked=True)
            return
        until_ms = self.now_ms + wrap_up_ms
        x.wraps[giver.id] = WrapUp(until_ms=until_ms)
        self._timer(f"w|{x.id}|{giver.id}", until_ms)
        self._emit(EventType.WRAP_UP_STARTED, {"until_ms": until_ms}, x=x, agent=giver)

    def _unwrap(self, x: Interaction, agent: Agent, by: str) -> None:
        del x.wraps[agent.id]
        self._untimer(f"w|{x.id}|{agent.id}")
        self._emit(EventType.WRAP_UP_ENDED, {"by": by}, x=x, agent=agent)
        self._free_slot(x, agent, worked=True)

    def _part(self, x: Interaction, agent: Agent) -> None:
        """Before they get another slot of it, the one they have is free."""
        if agent.id in x.guests:
            self._guest_leaves(x, agent, "owner")
        if agent.id in x.wraps:
            self._unwrap(x, agent, "system")

    # transfers

    def _transfer(self, x: Interaction, target: Agent, *, waits: bool) -> None:
        queue = self.queues[x.queue]
        x.transfer = Transfer(to=target.id, since_ms=self.now_ms, waits=waits, due_ms=queue.due(x))
        self._say_started(x, target, waits=waits)
        if waits:
            self._timer(f"t|{x.id}", self.now_ms + WAIT_MS)
        else:
            self._ask(x, target)

    def _ask(self, x: Interaction, target: Agent) -> None:
        """By an offer as any; the giver stays the owner."""
        queue = self.queues[x.queue]
        settings = queue.settings
        self._part(x, target)
        ring_ms = ms(settings.ring_time_s)
        deadline_ms = self.now_ms + ring_ms
        member = None if queue.closing else target.memberships.get(queue.id)
        why = {
            "strategy": "transfer", "keys": [], "eligible": 1, "next": None,
            "priority": member.priority if member else 100, "by": x.agent,
            **self._asked_of(x), "config": settings.version,
        }  # fmt: skip
        x.offers += 1
        x.ring_asked = 1
        self.turn += 1
        target.last_offered = self.turn
        target.held[x.id] = queue.channel
        x.live.append(
            Ring(
                number=x.offers, agent=target.id, made_ms=self.now_ms, deadline_ms=deadline_ms,
                why=why,
            )
        )  # fmt: skip
        heard_by = self.now_ms + ms(settings.delivery_s)
        self._timer(f"o|{x.id}|{x.offers}", min(deadline_ms, heard_by))
        self._emit(
            EventType.OFFER_MADE,
            {
                "deadline_ms": deadline_ms, "ring_ms": ring_ms, "why": why,
                "channel": queue.channel, "enqueued_ms": x.enqueued_ms, "level": x.level,
                "transfer": x.agent,
            },
            x=x, offer=x.offers, agent=target,
        )  # fmt: skip

    def _ask_at_last(self, x: Interaction, transfer: Transfer, target: Agent) -> None:
        self._untimer(f"t|{x.id}")
        transfer.waits = False
        self._say_started(x, target, waits=False)
        self._ask(x, target)

    def _say_started(self, x: Interaction, target: Agent, *, waits: bool) -> None:
        said = {"to": target.id, "waits": waits}
        self._emit(EventType.TRANSFER_STARTED, said, x=x, agent=self._owner(x))

    def _give_back(self, x: Interaction, reason: str) -> None:
        """The target did not take it: the owner has it as before."""
        given, x.transfer = x.transfer, None
        if given is None:
            return
        if x.live:
            self._withdraw(x, x.live[0], reason)
        if given.waits:
            self._untimer(f"t|{x.id}")
        said = {"to": given.to, "reason": reason}
        self._emit(EventType.TRANSFER_RETURNED, said, x=x, agent=self._owner(x))

    def _withdraw(self, x: Interaction, ring: Ring, reason: str, by: AgentId | None = None) -> None:
        """Take an offer back; see ending.py."""
        raise NotImplementedError

    def _alone(self, x: Interaction, reason: str) -> None:
        """Nobody but the owner has anything of it any more, those in wrap-up apart."""
        self._give_back(x, reason)
        for guest in sorted(x.guests):
            self._guest_leaves(x, self.agents[guest], reason)

    # silence

    def _watch(self, x: Interaction, queue: Queue) -> None:
        """A silent customer's chat gives its slot back when this runs out."""
        if queue.rules.get("idle") and queue.channel is Channel.CHAT:
            self._timer(f"i|{x.id}", self.now_ms + queue.rules["idle"])

    def _unwatch(self, x: Interaction, queue: Queue) -> None:
        if x.state is _S.IDLE or queue.rules.get("idle"):
            self._untimer(f"i|{x.id}")

    def _channel_of(self, x: Interaction) -> Channel:
        return Channel(x.queue.rpartition("/")[2])

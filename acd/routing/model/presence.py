"""Presence: what an agent said per channel, and the evidence for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability, When, short
from acd.domain.errors import AgentUnknown, BadRequest
from acd.domain.events import EventType
from acd.domain.interaction import Channel, InteractionState
from acd.routing.compiled import CHANNELS
from acd.routing.model.callbacks import Callbacks
from acd.routing.model.values import ms
from acd.routing.results import Changed, PresenceSet, SessionOpened

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import AgentId, SessionId
    from acd.domain.queue import QueueSettings
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction

FAIL_MS: Final = (15_000, 30_000, 60_000, 120_000)
"""How long an agent who could not be reached is not asked for that interaction, by their failures
in a row."""
FAILURES_MAX: Final = 3
_GRACE_S, _CHAT_GRACE_S, _LEASE_S = 20, 60, 15
_S: Final = InteractionState
_CALL: Final = Channel.CALL
_HAD: Final = (_S.ACTIVE, _S.CONNECTING)


class Presence(Callbacks):
    """Who is here, and for what."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"g": self._grace_due, "k": self._chat_grace_due}

    def _longest_ms(self, agent: Agent, time: Callable[[QueueSettings], float], else_s: int) -> int:
        """An agent's own times are the longest of their queues'."""
        times = [
            time(self.queues[one.queue].settings)
            for one in agent.profile.memberships
            if one.queue in self.queues and not self.queues[one.queue].closing
        ]
        return ms(max(times, default=else_s))

    def _lease_ms(self, agent: Agent) -> int:
        return self._longest_ms(agent, lambda settings: settings.lease_s, _LEASE_S)

    def _held(self, agent: Agent) -> list[Interaction]:
        return [self.interactions[name] for name in sorted(agent.held)]

    # what they say

    def _presence_event(
        self,
        agent: Agent,
        channel: Channel | None,
        now: Availability,
        reason: str,
        cause: str,
        after: Availability | None = None,
    ) -> None:
        """after: what one who is finishing will be."""
        data: dict[str, str] = {"availability": now, "reason": reason, "cause": cause}
        if after:
            data["after"] = after
        if channel:
            data = {"channel": channel, **data}
        self._emit(EventType.PRESENCE_CHANGED, data, agent=agent)

    def _say(
        self,
        agent: Agent,
        channel: Channel,
        to: Availability,
        reason: str,
        after: Availability | None = None,
    ) -> None:
        """On one channel, rings included; leaving takes them back without blame."""
        agent.reasons[channel] = reason
        if after:
            agent.after[channel] = after
        before = agent.availability[channel]
        if before is to:
            return
        agent.availability[channel] = to
        if to is Availability.AVAILABLE:
            self._has_room(agent)
        elif before is Availability.AVAILABLE:
            self._left_on(agent, {channel: before})
            for x in self._held(agent):
                ring = x.ring_of(agent.id)
                if ring and self.queues[x.queue].channel is channel:
                    self._withdraw(x, ring, "agent_left")
                    self._ring_goes_on(x, "agent_left")
            self._look_again(agent, channel)

    def _finish(self, agent: Agent) -> None:
        """The channels said to finish turn together."""
        channels = [channel for channel in CHANNELS if self._after(agent, channel)]
        if any(agent.running[channel] for channel in channels):
            return
        for channel in channels:
            after, reason = agent.after[channel], agent.reasons[channel]
            self._presence_event(agent, channel, after, reason, "finished")
            self._say(agent, channel, after, reason)

    def _send_away(self, agent: Agent, channel: Channel, reason: str) -> None:
        if agent.availability[channel] is Availability.AVAILABLE:
            self._presence_event(agent, channel, Availability.AWAY, reason, reason)
            self._say(agent, channel, Availability.AWAY, reason)

    def _blame_failed(self, agent: Agent, channel: Channel) -> tuple[int, bool]:
        """How long they are not asked for this interaction, and whether it was once too often."""
        agent.failed[channel] += 1
        times = agent.failed[channel]
        return FAIL_MS[min(times, len(FAIL_MS)) - 1], times >= FAILURES_MAX

    def set_presence(
        self,
        agent: AgentId,
        *,
        channel: Channel | None,
        availability: Availability,
        reason: str = "",
        when: When = When.NOW,
        seq: int = 0,
        now_ms: int = 0,
    ) -> PresenceSet:
        """None is every channel. An older `seq` is refused; 0 is the next."""
        finished = when is When.FINISHED
        if availability is Availability.FINISHING or (
            finished and availability is Availability.AVAILABLE
        ):
            raise BadRequest("say away or offline, when finished", field="availability")
        self._begin(now_ms)
        a = self.agents.get(agent)
        if a is None or a.gone:
            raise AgentUnknown(field="agent")
        if 0 < seq <= a.presence_seq:
            return PresenceSet(changed=False, presence_seq=a.presence_seq, reason="stale")
        a.presence_seq = seq or a.presence_seq + 1
        a.before = None
        if a.offline and availability is not Availability.OFFLINE:
            a.idle_since_ms = self.now_ms  # signed in: idle since now at the earliest
        channels = [channel] if channel else CHANNELS
        if availability is Availability.AVAILABLE:
            for one in channels:
                a.missed[one] = a.failed[one] = 0
            if self._let_missed_ring(a, channels):
                self._has_room(a)
        to, after = (Availability.FINISHING, availability) if finished else (availability, None)
        self._presence_event(a, channel, to, short(reason), "said", after)
        for one in channels:
            self._say(a, one, to, short(reason), after)
        self._commit()
        return PresenceSet(changed=True, presence_seq=a.presence_seq)

    # the evidence

    def _lapse(self, agent: Agent) -> None:
        """Nobody vouches for them any more: nothing new for the grace."""
        if agent.grace_until_ms is not None or (agent.offline and not agent.held):
            return
        grace_ms = self._longest_ms(agent, lambda settings: settings.grace_s, _GRACE_S)
        agent.grace_until_ms = self.now_ms + grace_ms
        agent.lapsed_ms = self.now_ms
        self._timer(f"g|{agent.id}", agent.grace_until_ms)
        self._emit(EventType.PRESENCE_GRACE, {"until_ms": agent.grace_until_ms}, agent=agent)

    def _grace_due(self, at_ms: int, name: str, _rest: str) -> None:
        agent = self.agents[name]
        if self.gap and self._in_gap(at_ms):
            agent.grace_until_ms = self.gap[1] + self._lease_ms(agent)
            self._timer(f"g|{name}", agent.grace_until_ms)
            self._emit(EventType.PRESENCE_GRACE, {"until_ms": agent.grace_until_ms}, agent=agent)
        else:
            self._lose(agent, agent.lapsed_ms or 0)

    def _lose(self, agent: Agent, lapsed_ms: int) -> None:
        """The grace is over: rings go elsewhere, chats follow after their own grace."""
        self._emit(EventType.PRESENCE_LAPSED, {}, agent=agent)
        was_offline = agent.offline
        agent.before = agent.availability
        phone = agent.profile.phone and agent.before[_CALL] is Availability.AVAILABLE
        gone = [channel for channel in CHANNELS if not (phone and channel is _CALL)]
        agent.availability = {**agent.before, **dict.fromkeys(gone, Availability.OFFLINE)}
        self._left_on(agent, {channel: agent.before[channel] for channel in gone})
        agent.grace_until_ms = None
        for channel in gone:
            if agent.before[channel] is Availability.AVAILABLE:
                self._look_again(agent, channel)
        if phone:
            for channel in gone:
                self._presence_event(agent, channel, Availability.OFFLINE, "", "lapsed")
            self._has_room(agent)
        elif not was_offline:
            self._presence_event(agent, None, Availability.OFFLINE, "", "lapsed")
        self._let_go_lost(agent, lapsed_ms, phone=phone)

    def _let_go_lost(self, agent: Agent, lapsed_ms: int, *, phone: bool) -> None:
        """What they held when the grace was over."""
        for x in self._held(agent):
            ring = x.ring_of(agent.id)
            if ring and phone and self.queues[x.queue].channel is _CALL:
                continue  # it rings on
            if ring:
                self._drop(x, ring, "failed")
                cause = {"cause": "unreachable"}
                self._emit(EventType.OFFER_FAILED, cause, x=x, offer=ring.number, agent=agent)
                self._ring_goes_on(x, "unreachable")
            elif agent.held[x.id] is not Channel.CHAT:
                continue  # a call goes on while its media does
            elif agent.id in x.guests:
                self._guest_leaves(x, agent, "agent_lost")
            elif self._role(x, agent.id) == "owner":
                over_ms = lapsed_ms + ms(self.queues[x.queue].settings.chat_grace_s)
                self._timer(f"k|{x.id}", max(self.now_ms, over_ms))

    def _chat_grace_due(self, at_ms: int, interaction: str, _rest: str) -> None:
        x = self.interactions[interaction]
        if x.state not in _HAD:
            return
        agent, settings = self._owner(x), self.queues[x.queue].settings
        # back meanwhile, or back and gone again: then the end of the grace of now says more
        if agent.lapsed_ms is None or agent.grace_until_ms is not None:
            return
        over_ms = agent.lapsed_ms + ms(settings.chat_grace_s)
        if self.gap and self._in_gap(at_ms):
            self._timer(f"k|{x.id}", self.gap[1] + ms(settings.lease_s))
        elif self.now_ms < over_ms:
            self._timer(f"k|{x.id}", over_ms)
        else:
            self._take_back(x, "agent_lost")

    def _return(self, agent: Agent) -> bool:
        """A console of theirs is here: within chat_grace all is as before, later they choose anew.

        Returns whether they had been missed.
        """
        if agent.lapsed_ms is None:
            return False
        lapsed_ms, before = agent.lapsed_ms, agent.before
        reasons = dict(agent.reasons)
        agent.lapsed_ms = agent.before = None
        chat_grace_ms = self._longest_ms(agent, lambda one: one.chat_grace_s, _CHAT_GRACE_S)
        if agent.grace_until_ms is not None:
            agent.grace_until_ms = None
            self._untimer(f"g|{agent.id}")
        elif before and self.now_ms <= lapsed_ms + chat_grace_ms:
            for channel in CHANNELS:
                if agent.availability[channel] is Availability.OFFLINE:
                    self._say(agent, channel, before[channel], reasons[channel])
        for channel in CHANNELS:
            now = agent.availability[channel]
            after = self._after(agent, channel)
            self._presence_event(agent, channel, now, reasons[channel], "returned", after)
        self._has_room(agent)
        return True

    def open_session(self, agent: AgentId, session: SessionId, *, now_ms: int = 0) -> SessionOpened:
        """A console is connected and listens: it vouches for the agent until the lease ends."""
        self._begin(now_ms)
        a = self.agents.get(agent)
        if a is None or a.gone:
            raise AgentUnknown(field="agent")
        until_ms = self.now_ms + self._lease_ms(a)
        a.sessions = {name: until for name, until in a.sessions.items() if until > self.now_ms}
        a.sessions[session] = self.leases[f"a|{agent}"] = until_ms
        returned = self._return(a)
        self._commit()
        return SessionOpened(address_seq=a.address_seq, lease_until_ms=until_ms, returned=returned)

    def close_session(self, agent: AgentId, session: SessionId, *, now_ms: int = 0) -> Changed:
        """A console is gone; with the last one the grace begins at once."""
        self._begin(now_ms)
        a = self.agents.get(agent)
        if a is None or session not in a.sessions:
            return Changed(changed=False, reason="unknown")
        del a.sessions[session]
        # one that fell silent vouches for nobody; in an outage all did
        since_ms = self.gap[0] if self.gap else self.now_ms
        left = any(until_ms > since_ms for until_ms in a.sessions.values())
        if not left:
            self._forget_consoles(a)
            self._lapse(a)
        self._commit()
        return Changed(changed=True, reason="closed" if left else "last_closed")

    def _forget_consoles(self, agent: Agent) -> None:
        agent.sessions.clear()
        self.leases.pop(f"a|{agent.id}", None)

"""A small contact centre over the real scripts, with a clock of its own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from acd.domain.agent import AgentProfile, Availability, Membership, When
from acd.domain.capacity import DEFAULT_CHANNELS, ChannelCapacity
from acd.domain.events import Event, EventType
from acd.domain.interaction import Arrival, Channel
from acd.domain.queue import QueueSettings
from acd.routing import keys
from acd.routing.results import CallbackTried, Enqueued
from acd.routing.router import Router
from acd.routing.snapshots import AgentSnapshot, InteractionSnapshot
from tests.integration.routing.fold import Fold
from tests.log import events_of

START_MS = 1_800_000_000_000
CHAT, CALL, TICKET = Channel.CHAT, Channel.CALL, Channel.TICKET
LEASE_MS, STEP_MS = 15_000, 1000


class World:
    """Verbs at `now_ms`; `settled` holds everything against the invariants and the log."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.now_ms = START_MS
        self.fold = Fold()
        self.log: list[Event] = []
        self.consoles: dict[str, str] = {}
        self.contacts: set[str] = set()
        self._position = "-"
        self._numbers = itertools.count(1)
        self.versions = itertools.count(1)

    @property
    def at(self) -> dict[str, int]:
        return {"now_ms": self.now_ms}

    async def queue(self, queue: str = "support/chat", **settings: Any) -> None:
        department, _, channel = queue.partition("/")
        await self.router.configure_queue(
            QueueSettings(
                queue=queue, department=department, channel=Channel(channel),
                version=next(self.versions), **settings,
            ),
            **self.at,
        )  # fmt: skip

    async def skills(self, *skills: str) -> None:
        await self.router.configure_skills(skills, next(self.versions), **self.at)

    async def agent(
        self,
        agent: str,
        *queues: str | Membership,
        here: bool = True,
        total: int = 100,
        skills: Mapping[str, int] | None = None,
        phone: bool = False,
        **maxima: int,
    ) -> None:
        """Configure an agent; here: signed in, with a console, available on all channels."""
        channels = {
            channel: ChannelCapacity(
                weight=capacity.weight,
                max=maxima.get(channel, capacity.max),
                interrupts=capacity.interrupts,
            )
            for channel, capacity in DEFAULT_CHANNELS.items()
        }
        memberships = tuple(
            q if isinstance(q, Membership) else Membership(queue=q)
            for q in (queues or ("support/chat",))
        )
        await self.router.configure_agent(
            AgentProfile(
                agent=agent, version=next(self.versions), total=total, channels=channels,
                memberships=memberships, skills=skills or {}, phone=phone,
            ),
            **self.at,
        )  # fmt: skip
        if here:
            await self.sign_in(agent)

    async def sign_in(self, agent: str) -> None:
        await self.console(agent)
        await self.say(agent, "available")

    async def console(self, agent: str, session: str = "") -> None:
        self.consoles[agent] = session or f"ss_{agent}"
        await self.router.open_session(agent, self.consoles[agent], **self.at)

    async def say(
        self,
        agent: str,
        availability: str,
        channel: Channel | None = None,
        reason: str = "",
        when: str = "now",
    ) -> None:
        await self.router.set_presence(
            agent, channel=channel, availability=Availability(availability), reason=reason,
            when=When(when), **self.at,
        )  # fmt: skip

    async def begun(self, *others: str, **settings: object) -> str:
        """A chat that anna has; the others are there."""
        await self.queue(**settings)
        await self.agent("anna")
        name = await self.arrive()
        await self.answer(name, "anna")
        for agent in others:
            await self.agent(agent)
        return name

    async def arrive(self, queue: str = "support/chat", level: int = 5, **more: Any) -> str:
        return str((await self.enter(queue, level, **more)).interaction)

    async def enter(self, queue: str = "support/chat", level: int = 5, **more: Any) -> Enqueued:
        """Arrive, and say what the queue made of it."""
        number = next(self._numbers)
        interaction = f"ix_{number}"
        entered = await self.router.enqueue(
            Arrival(
                interaction=interaction, queue=queue, contact=f"ct_{number}",
                conversation=f"cv_{number}", level=level, card='{"contact_name":"Zoé"}', **more,
            ),
            **self.at,
        )  # fmt: skip
        self.contacts.add(interaction)
        return entered

    async def heartbeat(self) -> None:
        await self.router.heartbeat(list(self.consoles.items()), sorted(self.contacts), **self.at)

    async def run_timers(self) -> int:
        ran = 0
        for _ in range(1000):
            turn = await self.router.run_timers(**self.at)
            assert not turn.failed, turn.failed
            ran += turn.ran
            if not turn.more:
                return ran
        raise AssertionError("the timers do not come to an end")

    async def wait(self, seconds: float, *, beat: bool = True) -> None:
        """Let time pass as in life: timers every second, heartbeats with them."""
        end_ms = self.now_ms + round(seconds * 1000)
        while self.now_ms < end_ms:
            self.now_ms = min(end_ms, self.now_ms + STEP_MS)
            if beat:
                await self.heartbeat()
            await self.run_timers()

    async def ring(self, interaction: str) -> dict[str, str]:
        """Who is rung for it: agent -> offer. Their devices acknowledge."""
        found = await self.look(interaction)
        for offer in found.offers:
            await self.router.delivered(offer.offer, offer.agent, **self.at)
        return {offer.agent: offer.offer for offer in found.offers}

    async def answer(self, interaction: str, agent: str = "") -> str:
        """Accept by that agent, or by the first who rings."""
        ringing = await self.ring(interaction)
        agent = agent or next(iter(ringing))
        accepted = await self.router.accept(ringing[agent], agent, **self.at)
        assert accepted.outcome == "accepted"
        return agent

    async def dialled(self, interaction: str, agent: str, **came: bool) -> CallbackTried:
        """The agent says what came of the call, by the offer that was accepted."""
        found = await self.router.interaction(interaction, **self.at)
        offer = (found and found.connects) or f"{interaction}.1"
        return await self.router.callback_dialled(offer, agent, **came, **self.at)

    async def finish(self, interaction: str, *, wrap_up: bool = True) -> None:
        found = await self.look(interaction)
        ended = await self.router.finish(
            interaction, by="agent", agent=found.agent, wrap_up=wrap_up, **self.at
        )
        assert ended.changed

    async def look(self, interaction: str) -> InteractionSnapshot:
        found = await self.router.interaction(interaction, **self.at)
        assert found
        return found

    async def see(self, agent: str) -> AgentSnapshot:
        found = await self.router.agent(agent, **self.at)
        assert found
        return found

    async def news(self) -> list[Event]:
        """The events since the last look, folded."""
        reply = await self.router.link.client.xrange(
            keys.events(self.router.tenant), self._position, "+"
        )
        fresh = events_of(reply)
        if fresh:
            self._position = f"({fresh[-1].position}"
        for event in fresh:
            self.fold.apply(event)
        self.log += fresh
        return fresh

    async def heard(self, kind: str) -> list[Event]:
        """All events of a type so far."""
        await self.news()
        return [event for event in self.log if event.type is EventType(kind)]

    async def settled(self) -> None:
        """No invariant is broken, and the folded log is what is stored."""
        found = await self.router.check(now_ms=self.now_ms)
        assert not found, found
        await self.news()
        for name, folded in self.fold.interactions.items():
            x = await self.router.interaction(name, **self.at)
            if x is None:
                assert folded.outcome, "only tombstones go"
                continue
            assert (x.state, x.agent) == (folded.state, folded.agent), name
            assert (x.queue, x.level) == (folded.queue, folded.level), name
            assert {o.offer: o.agent for o in x.offers} == folded.offers, name
            assert x.outcome == folded.outcome, name
            wraps = x.agent in folded.wrapping and x.state == "ended"
            assert (x.wrap_up_until_ms is not None) == wraps, name
            assert (set(x.guests), x.transfer_to) == (folded.guests, folded.transfer), name
        for name, folded_agent in self.fold.agents.items():
            seen = await self.see(name)
            for channel, state in seen.channels.items():
                assert state.availability == folded_agent.availability[channel], (name, channel)
                assert state.count == self.fold.slots(name, channel), (name, channel)
            assert (seen.grace_until_ms is not None) == folded_agent.grace, name
            assert seen.over == folded_agent.over, name

    async def stored(self, kind: str, name: str) -> list[str]:
        """The members of an index, in its order."""
        key = f"{keys.prefix(self.router.tenant)}{kind}:{name}"
        return [str(one) for one in await self.router.link.client.zrange(key, 0, -1)]

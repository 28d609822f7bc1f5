"""A house in which the reference model is alone: virtual time, no server, no luck."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

from acd.domain.agent import AgentProfile, Availability, Membership, When
from acd.domain.capacity import DEFAULT_CHANNELS, ChannelCapacity, exceeded
from acd.domain.interaction import Arrival, Channel, InteractionState, Opening
from acd.domain.queue import QueueSettings
from acd.routing.model import Model
from acd.routing.model.interaction import Interaction
from acd.routing.results import CallbackTried
from tests.integration.routing.fold import Fold

CHAT, SALES, CALL, TICKET = "support/chat", "sales/chat", "support/call", "support/ticket"
START_MS = 1_800_000_000_000
LAST = 1_000_000
"""A version that is newer than any other."""
S = InteractionState


class House:
    """Commands at `now_ms`; after each, the log tells the state and no rule is broken."""

    def __init__(self, **more: Any) -> None:
        dice = random.Random(7)
        self.model = Model(lambda: dice.getrandbits(31), **more)
        self.now_ms = START_MS
        self.consoles: dict[str, str] = {}
        self.contacts: set[str] = set()
        self._versions = itertools.count(1)
        self._numbers = itertools.count(1)
        self._fold = Fold()
        self._read = 0

    def do(self, verb: str, *arguments: Any, **named: Any) -> Any:
        answer = getattr(self.model, verb)(*arguments, now_ms=self.now_ms, **named)
        self._check()
        return answer

    def refused(self, verb: str, *arguments: Any, **named: Any) -> str:
        """Why; nothing was logged."""
        logged = len(self.model.events)
        answer = self.do(verb, *arguments, **named)
        assert not answer.changed
        assert len(self.model.events) == logged
        return str(answer.reason)

    # what most stories begin with

    def queue(self, queue: str = CHAT, **settings: Any) -> None:
        department, _, channel = queue.partition("/")
        self.do(
            "configure_queue",
            QueueSettings(
                queue=queue, department=department, channel=Channel(channel),
                version=next(self._versions), **settings,
            ),
        )  # fmt: skip

    def agent(
        self,
        agent: str,
        *queues: str | Membership,
        here: bool = True,
        total: int = 100,
        skills: Mapping[str, int] | None = None,
        **maxima: int,
    ) -> None:
        """here: with a console, available on all channels."""
        channels = {
            channel: ChannelCapacity(
                weight=one.weight, max=maxima.get(channel, one.max), interrupts=one.interrupts
            )
            for channel, one in DEFAULT_CHANNELS.items()
        }
        self.do(
            "configure_agent",
            AgentProfile(
                agent=agent, version=next(self._versions), total=total, channels=channels,
                memberships=tuple(
                    one if isinstance(one, Membership) else Membership(queue=one)
                    for one in queues or (CHAT,)
                ),
                skills=skills or {},
            ),
        )  # fmt: skip
        if here and agent not in self.consoles:
            self.come(agent)
            self.say(agent, "available")

    def come(self, agent: str) -> None:
        self.consoles[agent] = f"ss_{agent}"
        self.do("open_session", agent, f"ss_{agent}")

    def go(self, agent: str) -> None:
        self.do("close_session", agent, self.consoles.pop(agent))

    def say(self, agent: str, word: str, channel: Channel | None = None, when: str = "now") -> None:
        self.do(
            "set_presence", agent, channel=channel, availability=Availability(word), when=When(when)
        )

    def arrive(self, queue: str = CHAT, *, leased: bool = False, **more: Any) -> str:
        name = f"ix_{next(self._numbers)}"
        if leased:
            self.contacts.add(name)
        self.do(
            "enqueue",
            Arrival(
                interaction=name, queue=queue, contact="ct_1", conversation="cv_1", leased=leased,
                **more,
            ),
        )  # fmt: skip
        return name

    def answer(self, name: str, agent: str = "") -> str:
        """Accept by that agent, or by the first who rings."""
        ring = next(one for one in self.look(name).live if agent in ("", one.agent))
        assert self.do("accept", f"{name}.{ring.number}", ring.agent).outcome == "accepted"
        return ring.agent

    def heard(self, name: str) -> None:
        """Their devices ring."""
        for ring in self.look(name).live:
            self.do("delivered", f"{name}.{ring.number}", ring.agent)

    def dialled(self, name: str, agent: str, *, answered: bool) -> CallbackTried:
        """The agent says what came of the call, by the offer that was accepted last."""
        x = self.model.interactions.get(name)
        offer = f"{name}.{x.won if x else 1}"
        told: CallbackTried = self.do("callback_dialled", offer, agent, answered=answered)
        return told

    def served(self, queue: str = CHAT, agent: str = "", **more: Any) -> str:
        """One that came and was answered; a call is connected."""
        name = self.arrive(queue, **more)
        agent = self.answer(name, agent)
        if self.look(name).state is S.CONNECTING:
            self.do("connected", f"{name}.{self.look(name).won}", agent)
        return name

    def opening(self, agent: str, queue: str = CHAT) -> Opening:
        return Opening(
            interaction=f"ix_{next(self._numbers)}", queue=queue, contact="ct_1",
            conversation="cv_1", agent=agent,
        )  # fmt: skip

    # time

    def later(self, seconds: float, *, step_ms: int = 1000) -> None:
        """As in life: consoles and contacts who are here say so, and timers run."""
        end_ms = self.now_ms + round(seconds * 1000)
        here = sorted(self.consoles.items()), sorted(self.contacts)
        while self.now_ms < end_ms:
            self.now_ms = min(end_ms, self.now_ms + step_ms)
            self.model.heartbeat(*here, now_ms=self.now_ms)
            self.run_timers()

    def outage(self, seconds: float) -> None:
        """Nothing runs for so long; then the timers do."""
        self.now_ms += round(seconds * 1000)
        self.run_timers()

    def run_timers(self) -> None:
        for _ in range(500):
            if not self.do("run_timers").more:
                return
        raise AssertionError("the timers do not come to an end")

    # what there is

    def look(self, name: str) -> Interaction:
        return self.model.interactions[name]

    def rung(self, name: str) -> list[str]:
        return [ring.agent for ring in self.look(name).live]

    def events(self, kind: str) -> list[Mapping[str, Any]]:
        """The data of all events of that type so far."""
        return [event.data for event in self.model.events if event.type == kind]

    def _check(self) -> None:
        model = self.model
        for event in model.events[self._read :]:
            self._fold.apply(event)
        self._read = len(model.events)
        for name, x in model.interactions.items():
            told = self._fold.interactions[name]
            assert (x.state, x.agent, x.outcome) == (told.state, told.agent, told.outcome), name
            assert {f"{name}.{ring.number}": ring.agent for ring in x.live} == told.offers, name
            assert set(x.guests) == told.guests, name
        for name, agent in model.agents.items():
            for channel, count in agent.running.items():
                assert count == self._fold.slots(name, channel), (name, channel)
            if exceeded(agent.capacity, agent.profile.total, agent.running):
                assert agent.over, name
        unfinished = any(at_ms <= model.now_ms for at_ms in model.timers.values())
        for queue in model.queues.values():
            for x in model._line(queue, queue.id) if not (unfinished or queue.closing) else ():
                free = [a for a in model._free(queue, queue.id) if model._may_be_asked(a, x)]
                assert not free or x.lost_until_ms, (x.id, "waits although one is free")

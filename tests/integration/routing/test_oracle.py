"""Random commands on the scripts and the reference model side by side: they never differ."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from acd.domain.agent import AgentProfile, Availability, Membership
from acd.domain.capacity import DEFAULT_CHANNELS, ChannelCapacity
from acd.domain.interaction import Arrival, Channel, InteractionState
from acd.domain.queue import LineOrder, Measure, QueueSettings
from acd.routing.redis_link import RedisLink
from acd.routing.router import Router
from tests.integration.routing.pair import Pair

S = InteractionState
QUEUES = ("support/chat", "sales/chat", "support/call", "support/ticket")
AGENTS = ("anna", "bruno", "chloe", "dina", "emil")
STRATEGIES = (
    ("longest_idle",), ("ring_all",), ("priority",), ("max_utilization",), ("round_robin",),
    ("average_utilization",), ("random",), ("priority", "average_utilization"),
    ("ring_all", "priority"), ("priority", "random"), ("ring_all", "random"),
    ("max_utilization", "round_robin"),
)  # fmt: skip
WORDS = ("available", "available", "available", "away", "offline")
REASONS = ("", "lunch", "vélo", 'a "quoted" reason that is longer than forty characters')

pick = st.sampled_from
data = st.data()
rarely = pick((False, False, False, False, True))


@st.composite
def queue_settings(draw: st.DrawFn, queue: str, version: int) -> QueueSettings:
    department, _, channel = queue.partition("/")
    return QueueSettings(
        queue=queue, department=department, channel=Channel(channel), version=version,
        strategy=draw(pick(STRATEGIES)), measure=draw(pick(Measure)),
        ring=draw(pick((1, 1, 1, 2, 3))), ring_limit=draw(pick((2, 10))),
        ring_time_s=draw(pick((3, 20))), order=draw(pick(LineOrder)),
        credit_s=draw(pick((0, 120))), wrap_up_s=draw(pick((0, 0, 5))),
        decline_s=draw(pick((3, 60))), max_missed=draw(pick((1, 2))),
        chat_grace_s=draw(pick((5, 60))), contact_grace_s=draw(pick((10, 60))),
        grace_s=draw(pick((5, 20))), delivery_s=draw(pick((2, 4, 30))),
        connect_s=draw(pick((5, 10))),
    )  # fmt: skip


@st.composite
def agent_profiles(draw: st.DrawFn, agent: str, version: int) -> AgentProfile:
    queues = draw(st.lists(pick(QUEUES), min_size=1, max_size=4, unique=True))
    maxima = {"chat": draw(pick((0, 1, 2, 5))), "call": draw(pick((0, 1, 2))), "ticket": 20}
    return AgentProfile(
        agent=agent, version=version, total=draw(pick((40, 100))),
        channels={
            channel: ChannelCapacity(
                weight=one.weight, max=maxima[channel], interrupts=one.interrupts
            )
            for channel, one in DEFAULT_CHANNELS.items()
        },
        memberships=tuple(
            Membership(queue=q, priority=draw(st.integers(1, 3)), rank=draw(pick((None, 1, 2))))
            for q in queues
        ),
    )  # fmt: skip


class Oracle(RuleBasedStateMachine):
    """A contact centre in which anything may happen."""

    runner: asyncio.Runner
    link: RedisLink

    def __init__(self) -> None:
        super().__init__()
        tenant = f"t{uuid.uuid4().hex[:12]}"
        self.pair = Pair(Router(self.link, tenant))
        self.model = self.pair.model
        self.version = 0
        self.consoles: dict[str, str] = {}
        self.contacts: set[str] = set()
        self.offers: list[tuple[str, str]] = []
        """Every offer there ever was."""

    def do(self, verb: str, *arguments: Any, **named: Any) -> Any:
        answer = self.runner.run(self.pair.do(verb, *arguments, **named))
        for x in self.model.interactions.values():
            for ring in x.live:
                if (one := (f"{x.id}.{ring.number}", ring.agent)) not in self.offers:
                    self.offers.append(one)
        return answer

    def next_version(self) -> int:
        self.version += 1
        return self.version

    def teardown(self) -> None:
        async def forget() -> None:
            client = self.link.client
            found = [
                name async for name in client.scan_iter(f"acd:{{{self.pair.router.tenant}}}:*")
            ]
            if found:
                await client.unlink(*found)

        self.runner.run(forget())

    # what there is

    def live(self) -> list[tuple[str, str]]:
        return [
            (f"{x.id}.{ring.number}", ring.agent)
            for x in self.model.interactions.values() for ring in x.live
        ]  # fmt: skip

    def in_state(self, *states: InteractionState) -> list[str]:
        return [x.id for x in self.model.interactions.values() if x.state in states]

    # the directory

    @initialize(data=data, seed=st.integers(0, 2**31))
    def begin(self, data: st.DataObject, seed: int) -> None:
        self.pair.seeds.begin(seed)
        for queue in QUEUES[: data.draw(st.integers(1, 4))]:
            self.pair.queues.add(queue)
            self.do("configure_queue", data.draw(queue_settings(queue, self.next_version())))
        for agent in AGENTS[: data.draw(st.integers(1, 5))]:
            self.pair.agents.add(agent)
            self.do("configure_agent", data.draw(agent_profiles(agent, self.next_version())))
            self.sign_in(agent)

    def sign_in(self, agent: str) -> None:
        self.consoles[agent] = f"ss_{agent}"
        self.do("open_session", agent, f"ss_{agent}")
        self.do("set_presence", agent, channel=None, availability=Availability.AVAILABLE)

    def old_or_new(self, data: st.DataObject) -> int:
        return data.draw(st.integers(1, self.version)) if data.draw(rarely) else self.next_version()

    @rule(data=data, queue=pick(QUEUES))
    def configure_queue(self, data: st.DataObject, queue: str) -> None:
        self.pair.queues.add(queue)
        self.do("configure_queue", data.draw(queue_settings(queue, self.old_or_new(data))))

    @rule(data=data, agent=pick(AGENTS))
    def configure_agent(self, data: st.DataObject, agent: str) -> None:
        self.pair.agents.add(agent)
        self.do("configure_agent", data.draw(agent_profiles(agent, self.old_or_new(data))))
        if agent not in self.consoles:
            self.sign_in(agent)

    @rule(data=data, agent=pick(AGENTS))
    def remove_agent(self, data: st.DataObject, agent: str) -> None:
        self.do("remove_agent", agent, self.old_or_new(data))
        if data.draw(st.booleans()):
            self.consoles.pop(agent, None)

    @rule(data=data, queue=pick(QUEUES))
    def remove_queue(self, data: st.DataObject, queue: str) -> None:
        self.do("remove_queue", queue, self.old_or_new(data))

    # arrivals and contacts

    @rule(queue=pick(QUEUES), level=st.integers(1, 9), data=data)
    def arrive(self, queue: str, level: int, data: st.DataObject) -> None:
        number = len(self.pair.interactions) + 1
        name = f"ix_{number}"
        if number > 1 and data.draw(rarely):
            name = data.draw(pick(sorted(self.pair.interactions)))
        self.pair.interactions.add(name)
        self.contacts.add(name)
        age_ms = data.draw(pick((0, 0, 0, 30_000, -5000)))
        self.do(
            "enqueue",
            Arrival(
                interaction=name, queue=queue, contact=f"ct_{number % 7}", level=level,
                conversation=f"cv_{number}", card='{"contact_name":"Zoé"}',
                leased=data.draw(pick((True, True, False))),
                arrived_ms=age_ms and self.pair.now_ms - age_ms,
            ),
            reject=data.draw(rarely),
        )  # fmt: skip

    @precondition(lambda self: self.pair.interactions)
    @rule(data=data)
    def contact(self, data: st.DataObject) -> None:
        """They go silent, are lost, or come back."""
        name = data.draw(pick(sorted(self.pair.interactions)))
        verb = data.draw(pick(("contact_lost", "contact_back", "abandon", "")))
        self.contacts.symmetric_difference_update({name})
        if verb:
            self.do(verb, name)

    # answers

    def an_offer(self, data: st.DataObject) -> tuple[str, str]:
        """A live one and its agent; now and then an old one, or somebody else."""
        live = self.live()
        offers = self.offers if not live or data.draw(rarely) else live
        offer, agent = data.draw(pick(offers))
        return offer, data.draw(pick(AGENTS)) if data.draw(rarely) else agent

    @precondition(lambda self: self.offers)
    @rule(data=data)
    def accept(self, data: st.DataObject) -> None:
        self.do("accept", *self.an_offer(data))

    @precondition(lambda self: self.offers)
    @rule(data=data)
    def decline(self, data: st.DataObject) -> None:
        self.do("decline", *self.an_offer(data), data.draw(pick(REASONS)))

    @precondition(lambda self: self.offers)
    @rule(data=data)
    def fail(self, data: st.DataObject) -> None:
        self.do("fail", *self.an_offer(data), data.draw(pick(("busy", "unreachable", "ice: 408"))))

    @precondition(lambda self: self.offers)
    @rule(data=data)
    def deliver(self, data: st.DataObject) -> None:
        self.do("delivered", *self.an_offer(data))

    @rule()
    def deliver_all(self) -> None:
        for offer, agent in self.live():
            self.do("delivered", offer, agent)

    @precondition(lambda self: self.in_state(S.CONNECTING))
    @rule(data=data, verb=pick(("connected", "connected", "fail")))
    def connect(self, data: st.DataObject, verb: str) -> None:
        x = self.model.interactions[data.draw(pick(self.in_state(S.CONNECTING)))]
        self.do(verb, f"{x.id}.{x.won}", x.agent, *(["no media"] if verb == "fail" else []))

    @precondition(lambda self: self.offers)
    @rule(data=data)
    def connect_late(self, data: st.DataObject) -> None:
        self.do("connected", *data.draw(pick(self.offers)))

    # work

    @precondition(lambda self: self.in_state(S.ACTIVE))
    @rule(data=data, wrap_up=st.booleans())
    def finish(self, data: st.DataObject, wrap_up: bool) -> None:
        x = self.model.interactions[data.draw(pick(self.in_state(S.ACTIVE)))]
        self.do("finish", x.id, by="agent", agent=x.agent, wrap_up=wrap_up)

    @precondition(lambda self: self.pair.interactions)
    @rule(data=data, by=pick(("agent", "contact", "system")), wrap_up=st.booleans())
    def finish_any(self, data: st.DataObject, by: str, wrap_up: bool) -> None:
        name = data.draw(pick(sorted(self.pair.interactions)))
        agent = data.draw(pick((None, None, *AGENTS)))
        self.do("finish", name, by=by, agent=agent, wrap_up=wrap_up)

    @precondition(lambda self: self.pair.interactions)
    @rule(data=data, verb=pick(("wrap_up_end", "wrap_up_extend")))
    def wrap_up(self, data: st.DataObject, verb: str) -> None:
        wrapping = [x.id for x in self.model.interactions.values() if x.wrap_up_until_ms]
        name = data.draw(pick(wrapping or sorted(self.pair.interactions)))
        owner = getattr(self.model.interactions.get(name), "agent", None)
        self.do(verb, name, AGENTS[0] if owner is None or data.draw(rarely) else owner)

    # presence

    @rule(
        agent=pick(AGENTS), word=pick(WORDS), channel=pick((None, None, *Channel)),
        reason=pick(REASONS), seq=pick((0, 0, 0, -1, 0, 3)),
    )  # fmt: skip
    def say(self, agent: str, word: str, channel: Channel | None, reason: str, seq: int) -> None:
        """With the next sequence, an older one, or one that skips some."""
        known = self.model.agents.get(agent)
        if seq and known:
            seq = max(1, known.presence_seq + seq)
        self.do(
            "set_presence", agent, channel=channel, availability=Availability(word),
            reason=reason, seq=max(0, seq),
        )  # fmt: skip

    @rule(agent=pick(AGENTS), how=pick(("close", "silent", "second")))
    def console(self, agent: str, how: str) -> None:
        """Closed, silent or opened again; or a second one comes and goes."""
        if how == "second":
            known = self.model.agents.get(agent)
            there = known is not None and "ss_phone" in known.sessions
            self.do("close_session" if there else "open_session", agent, "ss_phone")
        elif agent not in self.consoles:
            self.consoles[agent] = f"ss_{agent}"
            self.do("open_session", agent, f"ss_{agent}")
        else:
            session = self.consoles.pop(agent)
            if how == "close":
                self.do("close_session", agent, session)

    # time

    def beating(self) -> tuple[list[tuple[str, str]], list[str]]:
        return sorted(self.consoles.items()), sorted(self.contacts)

    @rule(seconds=pick((0.5, 1, 2, 4, 6)))
    def wait(self, seconds: float) -> None:
        self.runner.run(self.pair.wait(seconds, *self.beating()))

    @rule(seconds=pick((16, 25, 65)))
    def wait_long(self, seconds: float) -> None:
        self.runner.run(self.pair.wait(seconds, *self.beating()))

    @rule(ms=pick((1, 700, 3000, 4999)))
    def pass_unnoticed(self, ms: int) -> None:
        """Nobody runs the timers: they will be late."""
        self.pair.now_ms += ms

    @rule(ms=pick((5001, 8000, 30_000, 200_000)))
    def outage(self, ms: int) -> None:
        self.pair.now_ms += ms

    @rule()
    def run_timers(self) -> None:
        self.do("run_timers")

    @rule(data=data)
    def beat(self, data: st.DataObject) -> None:
        consoles, contacts = self.beating()
        self.do("heartbeat", consoles[: data.draw(st.integers(0, 5))], contacts)


@pytest.fixture
def oracle(redis_url: str) -> Iterator[type[Oracle]]:
    """The machine over a database of its own, so that a look over all keys is short."""
    with asyncio.Runner() as runner:
        link = runner.run(RedisLink.open(f"{redis_url}?db=1", slot_of="acd:{oracle}:"))
        yield type("Bound", (Oracle,), {"runner": runner, "link": link})
        runner.run(link.close())


def profile(examples: int, steps: int) -> settings:
    """ACD_TEST_EXAMPLES asks for so many instead, by lot."""
    asked = os.environ.get("ACD_TEST_EXAMPLES")
    return settings(
        max_examples=int(asked or examples), stateful_step_count=steps, deadline=None,
        database=None, suppress_health_check=list(HealthCheck), derandomize=not asked,
    )  # fmt: skip


@pytest.mark.timeout(180)
def test_the_scripts_do_what_the_model_says(oracle: type[Oracle]) -> None:
    run_state_machine_as_test(oracle, settings=profile(40, 40))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_scripts_do_what_the_model_says_for_long(oracle: type[Oracle]) -> None:
    run_state_machine_as_test(oracle, settings=profile(600, 80))

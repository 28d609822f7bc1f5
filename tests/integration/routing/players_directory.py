"""The directory: which agents and queues there are, and what they are like."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from acd.domain.agent import AgentProfile, Membership
from acd.domain.capacity import DEFAULT_CHANNELS, ChannelCapacity
from acd.domain.interaction import Channel
from acd.domain.queue import LastAgent, LineOrder, Measure, QueueSettings, RelaxStep
from tests.integration.routing.machine import AGENTS, Machine, command, pick, rarely
from tests.integration.routing.players_rules import queue_rules

QUEUES = ("support/chat", "sales/chat", "support/call", "support/ticket")
STRATEGIES = (
    ("longest_idle",), ("ring_all",), ("priority",), ("max_utilization",), ("round_robin",),
    ("average_utilization",), ("random",), ("priority", "average_utilization"),
    ("ring_all", "priority"), ("priority", "random"), ("ring_all", "random"),
    ("max_utilization", "round_robin"),
)  # fmt: skip
SKILLS = ("french", "sales")
RELAX = (
    (), (RelaxStep(after_s=5),), (RelaxStep(after_s=10, level=2), RelaxStep(after_s=30)),
    (RelaxStep(after_s=4, level=2), RelaxStep(after_s=20, level=1)),
)  # fmt: skip


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
        connect_s=draw(pick((5, 10))), relax=draw(pick(RELAX)),
        last_agent=draw(pick(LastAgent)), last_agent_wait_s=draw(pick((10, 40, 0))),
        pull=draw(st.booleans()), idle_s=draw(pick((0, 3, 3, 30))),
        **draw(queue_rules(queue)),
    )  # fmt: skip


@st.composite
def agent_profiles(draw: st.DrawFn, agent: str, version: int) -> AgentProfile:
    queues = draw(st.lists(pick(QUEUES), min_size=1, max_size=4, unique=True))
    maxima = {"chat": draw(pick((1, 2, 5, 0))), "call": draw(pick((1, 2, 0))), "ticket": 20}
    return AgentProfile(
        agent=agent, version=version, total=draw(pick((100, 40))),
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
        skills=draw(st.dictionaries(pick(SKILLS), st.integers(1, 3), max_size=2)),
        phone=draw(pick((False, False, True))),
    )  # fmt: skip


class Directory(Machine):
    """Agents and queues come, change and go; old words come late."""

    def __init__(self) -> None:
        super().__init__()
        self.versions = itertools.count(1)
        self.version = 0

    def open_house(self, data: st.DataObject) -> None:
        self.do("configure_skills", SKILLS, self.next_version())
        for queue in QUEUES[: data.draw(st.integers(2, 4))]:
            self.configure_queue_of(data, queue, self.next_version())
        for agent in AGENTS[: data.draw(st.integers(3, 5))]:
            self.configure_agent_of(data, agent, self.next_version())

    def next_version(self) -> int:
        self.version += 1
        return self.version

    def old_or_new(self, data: st.DataObject) -> int:
        return data.draw(st.integers(1, self.version)) if data.draw(rarely) else self.next_version()

    def configure_queue_of(self, data: st.DataObject, queue: str, version: int) -> None:
        self.pair.queues.add(queue)
        self.do("configure_queue", data.draw(queue_settings(queue, version)))

    def configure_agent_of(self, data: st.DataObject, agent: str, version: int) -> None:
        self.pair.agents.add(agent)
        self.do("configure_agent", data.draw(agent_profiles(agent, version)))
        if agent not in self.consoles:
            self.sign_in(agent)

    @command(2)
    def configure_queue(self, data: st.DataObject) -> None:
        self.configure_queue_of(data, data.draw(pick(QUEUES)), self.old_or_new(data))

    @command(1)
    def configure_skills(self, data: st.DataObject) -> None:
        self.do("configure_skills", data.draw(pick((SKILLS, SKILLS[:1]))), self.old_or_new(data))

    @command(2)
    def configure_agent(self, data: st.DataObject) -> None:
        self.configure_agent_of(data, data.draw(pick(AGENTS)), self.old_or_new(data))

    @command(1)
    def the_directory_repeats_itself(self, data: st.DataObject) -> None:
        if data.draw(st.booleans()):
            for agent in list(self.model.agents.values())[:1]:
                self.do("configure_agent", agent.profile)
        for queue in list(self.model.queues.values())[:1]:
            self.do("configure_queue", queue.settings)

    @command(1)
    def remove_agent(self, data: st.DataObject) -> None:
        agent = data.draw(pick(AGENTS))
        self.do("remove_agent", agent, self.old_or_new(data))
        if data.draw(st.booleans()):
            self.consoles.pop(agent, None)

    @command(1)
    def remove_queue(self, data: st.DataObject) -> None:
        self.do("remove_queue", data.draw(pick(QUEUES)), self.old_or_new(data))

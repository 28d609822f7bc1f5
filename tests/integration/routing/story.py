"""Short words for stories that are told to the scripts and to the model side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.domain.agent import AgentProfile, Availability, Membership
from acd.domain.capacity import DEFAULT_CHANNELS
from acd.domain.interaction import Arrival, Channel
from acd.domain.queue import QueueSettings
from acd.routing.model.interaction import Interaction
from acd.routing.results import CallbackTried
from tests.integration.routing.pair import Pair

CHAT, CALL, SALES = "support/chat", "support/call", "sales/chat"


class Story(Pair):
    """What most stories begin with."""

    version = 0

    async def queue(self, queue: str = CHAT, **settings: Any) -> None:
        self.version += 1
        self.queues.add(queue)
        department, _, channel = queue.partition("/")
        await self.do(
            "configure_queue",
            QueueSettings(
                queue=queue, department=department, channel=Channel(channel),
                version=self.version, **settings,
            ),
        )  # fmt: skip

    async def agent(self, agent: str, *queues: str, chat: int = 5, **profile: Any) -> None:
        """Here and available. chat: how many chats they have at most."""
        self.version += 1
        usual = DEFAULT_CHANNELS[Channel.CHAT]
        self.agents.add(agent)
        await self.do(
            "configure_agent",
            AgentProfile(
                agent=agent, version=self.version,
                channels={**DEFAULT_CHANNELS, Channel.CHAT: replace(usual, max=chat)},
                memberships=tuple(Membership(queue=queue) for queue in queues or (CHAT,)),
                **profile,
            ),
        )  # fmt: skip
        await self.do("open_session", agent, f"ss_{agent}")
        await self.say(agent, "available")

    async def say(self, agent: str, word: str) -> None:
        await self.do("set_presence", agent, channel=None, availability=Availability(word))

    async def arrive(self, queue: str = CHAT, **more: Any) -> str:
        name = f"ix_{len(self.interactions) + 1}"
        self.interactions.add(name)
        about: dict[str, Any] = {"contact": "ct_1", "conversation": "cv_1", "leased": False, **more}
        arrival = Arrival(interaction=name, queue=queue, **about)
        await self.do("enqueue", arrival)
        return name

    def look(self, name: str) -> Interaction:
        return self.model.interactions[name]

    def rung(self, name: str) -> list[str]:
        """Who is asked for it."""
        return [ring.agent for ring in self.look(name).live]

    async def served(self, queue: str = CHAT, **more: Any) -> str:
        """One that came and was answered."""
        name = await self.arrive(queue, **more)
        await self.answer(name)
        return name

    async def answer(self, name: str) -> str:
        """Accept by the first who rings."""
        ring = self.model.interactions[name].live[0]
        await self.do("accept", f"{name}.{ring.number}", ring.agent)
        return ring.agent

    async def heard(self, name: str) -> None:
        """Their devices ring."""
        for ring in self.look(name).live:
            await self.do("delivered", f"{name}.{ring.number}", ring.agent)

    async def dialled(self, name: str, agent: str, **came: bool) -> CallbackTried:
        """The agent says what came of the call, by the offer that was accepted last."""
        x = self.model.interactions.get(name)
        offer = f"{name}.{x.won if x else 1}"
        told: CallbackTried = await self.do("callback_dialled", offer, agent, **came)
        return told

    async def later(self, seconds: float) -> None:
        """The timers run, and all consoles are there."""
        await self.wait(seconds, 1000, [(name, f"ss_{name}") for name in sorted(self.agents)], [])

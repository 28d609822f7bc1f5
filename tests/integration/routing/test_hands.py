"""Work changes hands at random: the invariants and the log hold after every step."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import uuid
from typing import Any

import pytest

from acd.domain.agent import Availability, Membership, When
from acd.domain.errors import AcdError
from acd.domain.interaction import Channel, InteractionState, Opening
from acd.routing.router import Router
from tests.integration.routing.world import World

SEEDS = int(os.environ.get("ACD_TEST_EXAMPLES", "6"))
QUEUES = ("support/chat", "sales/chat", "support/call", "sales/call")
AGENTS = ("anna", "bruno", "chloe", "dina")
S = InteractionState
HANDS = (
    "transfer_to_agent", "transfer_to_queue", "transfer_cancel", "consult", "consult_complete",
    "consult_cancel", "invite", "leave", "assign", "pull", "open", "heard",
)  # fmt: skip


class Hands:
    """A contact centre in which everybody hands everything on."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.names: list[str] = []

    async def begin(self) -> None:
        pick = self.dice.choice
        for queue in QUEUES:
            await self.world.queue(
                queue, wrap_up_s=pick((0, 4)), idle_s=pick((0, 5)), pull=pick((True, False)),
                ring_time_s=pick((4, 20)), decline_s=pick((3, 60)), grace_s=4, lease_s=6,
                chat_grace_s=pick((5, 30)), ring=pick((1, 2)), delivery_s=30, max_missed=3,
            )  # fmt: skip
        for agent in AGENTS:
            await self.configure(agent)

    async def configure(self, agent: str) -> None:
        queues = self.dice.sample(QUEUES, self.dice.randint(1, 4))
        chat, call = self.dice.choice((1, 2)), self.dice.choice((1, 2))
        await self.world.agent(agent, *(Membership(queue=q) for q in queues), chat=chat, call=call)

    def some(self, *states: InteractionState) -> str:
        found = [n for n, x in self.world.fold.interactions.items() if x.state in states]
        return self.dice.choice(found or self.names or ["ix_none"])

    async def hand_on(self, verb: str) -> None:
        router, at, pick = self.world.router, self.world.at, self.dice.choice
        name = self.some(S.ACTIVE, S.ACTIVE, S.CONNECTING, S.IDLE)
        x = self.world.fold.interactions.get(name)
        owner = (x and x.agent) or pick(AGENTS)
        other = pick(AGENTS)
        match verb:
            case "transfer_to_agent":
                await router.transfer_to_agent(name, owner, other, wait=pick((True, False)), **at)
            case "transfer_to_queue":
                await router.transfer_to_queue(name, owner, pick(QUEUES), **at)
            case "consult" | "invite":
                await getattr(router, verb)(name, owner, other, **at)
            case "consult_complete":
                await router.consult_complete(name, owner, stay=pick((True, False)), **at)
            case "leave":
                await router.leave(name, pick(sorted(x.guests) if x and x.guests else AGENTS), **at)
            case "assign":
                await router.assign(self.some(*S), other, "sam", **at)
            case "pull":
                await router.pull(self.some(S.WAITING), other, **at)
            case "open":
                number = len(self.names) + 1000
                await router.open_interaction(
                    Opening(
                        interaction=f"ix_{number}", queue=pick(QUEUES), contact=f"ct_{number}",
                        conversation=f"cv_{number}", agent=other,
                    ),
                    **at,
                )  # fmt: skip
                self.names.append(f"ix_{number}")
            case "heard":
                await router.heard(self.some(S.IDLE, S.ACTIVE, S.ENDED), **at)
            case _:
                await getattr(router, verb)(name, owner, **at)

    async def answer(self, verb: str) -> None:
        offers = [
            offer
            for x in self.world.fold.interactions.values()
            for offer in sorted(x.offers.items())
        ]
        if offers:
            offer, agent = self.dice.choice(offers)
            more = ["busy"] if verb == "fail" else []
            await getattr(self.world.router, verb)(offer, agent, *more, **self.world.at)

    async def connect(self) -> None:
        for name, x in self.world.fold.interactions.items():
            if x.state is S.CONNECTING:
                for number in range(1, 60):
                    await self.world.router.connected(f"{name}.{number}", x.agent, **self.world.at)
                return

    async def end(self) -> None:
        name = self.some(S.ACTIVE, S.IDLE, S.CONNECTING)
        await self.world.router.finish(name, by="system", **self.world.at)

    async def end_wrap_up(self) -> None:
        for name, x in self.world.fold.interactions.items():
            for agent in sorted(x.wrapping):
                verb = self.dice.choice(("wrap_up_end", "wrap_up_extend"))
                await getattr(self.world.router, verb)(name, agent, **self.world.at)
                return

    async def presence(self) -> None:
        word = self.dice.choice(("available", "available", "away", "offline"))
        await self.world.router.set_presence(
            self.dice.choice(AGENTS), availability=Availability(word),
            channel=self.dice.choice((None, Channel.CHAT, Channel.CALL)),
            when=When.NOW if word == "available" else self.dice.choice(list(When)),
            **self.world.at,
        )  # fmt: skip

    async def console(self) -> None:
        agent = self.dice.choice(AGENTS)
        if agent in self.world.consoles:
            session = self.world.consoles.pop(agent)
            await self.world.router.close_session(agent, session, **self.world.at)
        else:
            await self.world.console(agent)

    async def remove(self) -> None:
        agent = self.dice.choice(AGENTS)
        await self.world.router.remove_agent(agent, 10**6, **self.world.at)
        await self.world.settled()
        self.world.versions = itertools.count(10**6 + 1)
        await self.configure(agent)

    async def step(self) -> None:
        kind = self.dice.randrange(30)
        if kind < 12:
            await self.hand_on(self.dice.choice(HANDS))
        elif kind < 15:
            self.names.append(await self.world.arrive(self.dice.choice(QUEUES)))
        elif kind < 21:
            await self.answer(self.dice.choice(("accept", "accept", "accept", "decline", "fail")))
        elif kind < 23:
            await self.connect()
        elif kind < 24:
            await self.end()
        elif kind < 25:
            await self.end_wrap_up()
        elif kind < 26:
            await self.presence()
        elif kind < 27:
            await self.console()
        elif kind < 28 and self.dice.random() < 0.3:
            await self.remove()
        else:
            await self.world.wait(self.dice.choice((1, 3, 6)))


async def play(url: str, seed: int, steps: int) -> None:
    router = await Router.open(url, f"t{uuid.uuid4().hex[:12]}")
    try:
        hands = Hands(World(router), seed)
        await hands.begin()
        for _ in range(steps):
            try:
                await hands.step()
            except AcdError as refused:
                if refused.code not in ("not_found", "agent_unknown", "bad_request"):
                    raise
            await hands.world.settled()
        for name in list(hands.world.fold.interactions):
            await router.finish(name, by="system", wrap_up=False, **hands.world.at)
        await hands.world.wait(80)
        await hands.world.settled()
        for agent in AGENTS:
            seen: Any = await router.agent(agent, **hands.world.at)
            if seen:
                assert [one.count for one in seen.channels.values()] == [0, 0, 0], agent
    finally:
        await router.close()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_changes_hands_the_invariants_hold(redis_url: str, seed: int) -> None:
    asyncio.run(play(redis_url, seed, 60))

"""Random commands with a clock of their own: the invariants and the log hold after every step."""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections.abc import Awaitable, Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acd.domain.agent import Membership
from acd.domain.interaction import InteractionState
from acd.domain.offer import OfferOutcome
from acd.routing.router import Router
from tests.integration.routing.world import CALL, CHAT, TICKET, World

EXAMPLES = int(os.environ.get("ACD_TEST_EXAMPLES", "25"))
QUEUES = ("support/chat", "sales/chat", "support/call", "support/ticket")
AGENTS = ("anna", "bruno", "chloe", "dina")
STRATEGIES = (
    ("longest_idle",), ("ring_all",), ("priority",), ("max_utilization",), ("round_robin",),
    ("average_utilization",), ("random",), ("priority", "average_utilization"),
    ("ring_all", "priority"), ("priority", "random"),
)  # fmt: skip


class Player:
    """Turns numbers into commands on a world."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.router = world.router
        self.dice = random.Random(seed)
        self.old_offers: list[tuple[str, str]] = []
        self.interactions: list[str] = []
        self.absent: set[str] = set()

    async def begin(self) -> None:
        for queue in QUEUES:
            await self.configure_queue(queue)
        for agent in AGENTS:
            await self.configure_agent(agent)
            await self.world.sign_in(agent)

    async def configure_queue(self, queue: str = "") -> None:
        pick = self.dice.choice
        await self.world.queue(
            queue or pick(QUEUES),
            strategy=pick(STRATEGIES), measure=pick(("count", "ratio")), ring=pick((1, 1, 1, 2, 3)),
            ring_limit=pick((2, 10)), order=pick(("aging", "aging", "strict")),
            wrap_up_s=pick((0, 0, 5)), decline_s=pick((3, 60)), max_missed=pick((1, 2)),
            ring_time_s=pick((3, 20)), delivery_s=pick((2, 4, 30)), credit_s=pick((0, 120)),
        )  # fmt: skip

    async def configure_agent(self, agent: str = "") -> None:
        dice = self.dice
        count = dice.randint(1, len(QUEUES))
        await self.world.agent(
            agent or dice.choice(AGENTS),
            *(
                Membership(queue=q, priority=dice.randint(1, 3), rank=dice.choice((None, 1, 2)))
                for q in dice.sample(QUEUES, count)
            ),
            here=False,
            total=dice.choice((40, 100)),
            chat=dice.choice((0, 1, 2, 5)),
            call=dice.choice((0, 1)),
        )

    async def arrive(self) -> None:
        name = await self.world.arrive(self.dice.choice(QUEUES), self.dice.randint(1, 9))
        self.interactions.append(name)

    async def _offers(self) -> list[tuple[str, str]]:
        found = [
            (offer, agent)
            for x in self.world.fold.interactions.values()
            for offer, agent in sorted(x.offers.items())
        ]
        self.old_offers += found
        return found

    async def accept(self) -> None:
        if found := await self._offers():
            offer, agent = self.dice.choice(found)
            done = await self.router.accept(offer, agent, **self.world.at)
            assert (done.outcome, done.winner) == ("accepted", agent)

    async def accept_all_at_once(self) -> None:
        if found := await self._offers():
            interaction = self.dice.choice(found)[0].rpartition(".")[0]
            rings = [(o, a) for o, a in found if o.rpartition(".")[0] == interaction]
            done = await asyncio.gather(
                *(self.router.accept(o, a, **self.world.at) for o, a in rings)
            )
            assert sorted(d.outcome for d in done) == ["accepted"] + ["taken"] * (len(rings) - 1)
            assert len({d.winner for d in done}) == 1

    async def replay(self) -> None:
        if self.old_offers:
            offer, agent = self.dice.choice(self.old_offers)
            before = len(await self.world.news())
            x = self.world.fold.interactions[offer.rpartition(".")[0]]
            live = offer in x.offers
            if self.dice.random() < 0.5:
                done = await self.router.accept(offer, agent, **self.world.at)
                if not live and done.outcome == "accepted":
                    assert done.winner == agent
            else:
                ended = await self.router.decline(offer, agent, "late", **self.world.at)
                assert ended.changed == live
                assert isinstance(ended.outcome, OfferOutcome)
            assert live or await self.world.news() == [], (before, "a late command changes nothing")

    async def decline(self) -> None:
        if found := await self._offers():
            offer, agent = self.dice.choice(found)
            await self.router.decline(offer, agent, 'busy "now"\n', **self.world.at)

    async def fail(self) -> None:
        if found := await self._offers():
            offer, agent = self.dice.choice(found)
            await self.router.fail(offer, agent, "busy", **self.world.at)

    async def acknowledge(self) -> None:
        for offer, agent in await self._offers():
            await self.router.delivered(offer, agent, **self.world.at)

    async def connect(self) -> None:
        for name, x in self.world.fold.interactions.items():
            if x.state is InteractionState.CONNECTING:
                number = (await self._won(name)) or ""
                await self.router.connected(number, x.agent or "", **self.world.at)
                return

    async def _won(self, name: str) -> str | None:
        offers = [
            e.offer for e in self.world.log if e.type == "offer.accepted" and e.interaction == name
        ]
        return offers[-1] if offers else None

    async def fail_connecting(self) -> None:
        for name, x in self.world.fold.interactions.items():
            if x.state is InteractionState.CONNECTING and x.agent:
                await self.router.fail(await self._won(name) or "", x.agent, "ice", **self.world.at)
                return

    async def finish(self) -> None:
        if self.interactions:
            name = self.dice.choice(self.interactions)
            by = self.dice.choice(("agent", "contact", "system"))
            await self.router.finish(name, by=by, wrap_up=self.dice.random() < 0.7, **self.world.at)

    async def finish_active(self) -> None:
        active = [
            (n, x.agent) for n, x in self.world.fold.interactions.items()
            if x.state is InteractionState.ACTIVE
        ]  # fmt: skip
        if active:
            name, agent = self.dice.choice(active)
            done = await self.router.finish(name, by="agent", agent=agent, **self.world.at)
            assert done.changed
            assert done.outcome == "handled"

    async def wrap_up(self) -> None:
        for name, x in self.world.fold.interactions.items():
            if x.wrapping and x.agent:
                verb = self.dice.choice((self.router.wrap_up_end, self.router.wrap_up_extend))
                await verb(name, x.agent, **self.world.at)
                return

    async def abandon(self) -> None:
        if self.interactions:
            await self.router.abandon(self.dice.choice(self.interactions), **self.world.at)

    async def contact(self) -> None:
        if self.interactions:
            name = self.dice.choice(self.interactions)
            if name in self.world.contacts:
                self.world.contacts.discard(name)
                if self.dice.random() < 0.5:
                    await self.router.contact_lost(name, **self.world.at)
            else:
                self.world.contacts.add(name)
                if self.dice.random() < 0.5:
                    await self.router.contact_back(name, **self.world.at)

    async def presence(self) -> None:
        await self.world.say(
            self.dice.choice(AGENTS),
            self.dice.choice(("available", "available", "away", "offline")),
            self.dice.choice((None, CHAT, CALL, TICKET)),
            self.dice.choice(("", "lunch", "vélo")),
        )

    async def console(self) -> None:
        agent = self.dice.choice(AGENTS)
        if agent in self.world.consoles:
            session = self.world.consoles.pop(agent)
            if self.dice.random() < 0.5:
                await self.router.close_session(agent, session, **self.world.at)
        else:
            await self.world.console(agent)

    async def remove_agent(self) -> None:
        agent = self.dice.choice(AGENTS)
        self.world.consoles.pop(agent, None)
        await self.router.remove_agent(agent, 10**6, **self.world.at)
        await self.world.settled()
        while await self.router.agent(agent):
            mine = [
                n for n, x in self.world.fold.interactions.items()
                if x.agent == agent
                and x.state in (InteractionState.ACTIVE, InteractionState.CONNECTING)
            ]  # fmt: skip
            assert mine
            await self.router.finish(mine[0], by="system", **self.world.at)
            await self.world.settled()
        await self.configure_agent(agent)
        await self.world.sign_in(agent)

    async def remove_queue(self) -> None:
        queue = self.dice.choice(QUEUES)
        version = next(self.world.versions)
        await self.router.remove_queue(queue, version, **self.world.at)
        for _ in range(self.dice.randint(0, 3)):
            await self.world.settled()
            step = self.dice.choice((self.contact, self.decline, self.finish_active, self.outage))
            await step()
        await self.world.settled()
        await self.configure_queue(queue)

    async def short_wait(self) -> None:
        await self.world.wait(self.dice.choice((0.2, 1, 2.5)))

    async def long_wait(self) -> None:
        await self.world.wait(self.dice.choice((5, 21, 61)))

    async def outage(self) -> None:
        self.world.now_ms += self.dice.choice((6_000, 100_000))
        await self.world.heartbeat()
        await self.world.run_timers()

    def commands(self) -> list[Callable[[], Awaitable[None]]]:
        return [
            self.arrive, self.arrive, self.arrive, self.arrive, self.accept, self.accept,
            self.accept, self.accept_all_at_once, self.replay, self.decline, self.fail,
            self.acknowledge,
            self.connect, self.fail_connecting, self.finish, self.finish_active, self.finish_active,
            self.wrap_up, self.abandon, self.contact, self.presence, self.presence, self.console,
            self.configure_agent, self.configure_queue, self.remove_agent, self.remove_queue,
            self.short_wait, self.long_wait, self.outage,
        ]  # fmt: skip


async def play(url: str, seed: int, steps: list[int]) -> None:
    router = await Router.open(url, f"t{uuid.uuid4().hex[:12]}")
    try:
        player = Player(World(router), seed)
        await player.begin()
        await player.world.settled()
        commands = player.commands()
        for step in steps:
            command = commands[step % len(commands)]
            await command()
            await player.world.settled()
        # in the end everybody leaves, and nothing is left
        for name in player.interactions:
            await router.finish(name, by="system", wrap_up=False, **player.world.at)
        await player.world.wait(120)
        await player.world.settled()
        for agent in AGENTS:
            seen = await player.world.see(agent)
            assert [state.count for state in seen.channels.values()] == [0, 0, 0]
    finally:
        await router.close()


@given(seed=st.integers(0, 2**32), steps=st.lists(st.integers(0, 29), max_size=80))
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_any_sequence_of_commands_keeps_the_invariants(
    redis_url: str, seed: int, steps: list[int]
) -> None:
    asyncio.run(play(redis_url, seed, steps))

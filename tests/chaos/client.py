"""A client of chaos: the people and devices of one eighth of the house, at random.

It remembers nothing that matters: a client that was killed is replaced by one that looks at what
there is. What it means to enqueue it writes down first, as intake does in SQL.
"""

from __future__ import annotations

import asyncio
import os
import random
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from multiprocessing.connection import Connection

from acd.domain.agent import Availability, When
from acd.domain.errors import AcdError, StoreUnavailable
from acd.domain.ids import AgentId, InteractionId, OfferId, SessionId, new_id, offer_id
from acd.domain.interaction import Arrival, Channel, InteractionState, Opening
from acd.routing.results import Opened
from acd.routing.router import Router
from acd.routing.snapshots import AgentSnapshot, HeldSnapshot, OfferSnapshot, Role
from tests.chaos.arrivals import arrival, opening
from tests.chaos.quiet import be_quiet
from tests.chaos.scene import (
    AGENTS,
    CLIENTS,
    CLOSING,
    QUEUES,
    RESTLESS,
    Stage,
    agent,
    opened,
    opening_hours,
    wait_for_a_node,
)

WORKERS = 4
BEAT_S = 0.7
MOST_WAITING = 400
TIDE_MS = 2000
EBBS = 2
"""After a flood of TIDE_MS, in which most come, so many times that in which fewer do."""
FLOOD, EBB = 0.65, 0.25
"""How much of what a client does is that one more comes."""


def run(stage: Stage, cue: Connection) -> None:
    """The whole life of the process: it gets ready, waits for its cue, and acts until killed."""
    be_quiet(stage.folder / "clients.log")
    try:
        asyncio.run(_live(stage, cue))
    except Exception:  # noqa: BLE001 - whatever it is, it must not be missed
        stage.fault(f"client: {traceback.format_exc()}")


async def _live(stage: Stage, cue: Connection) -> None:
    router = await opened(stage)
    router.admit_by(partial(wait_for_a_node, router))
    number, seed = await asyncio.to_thread(cue.recv)
    await Client(stage, router, number, seed).live()


class Client:
    """One process: its agents are those whose number is its own modulo CLIENTS."""

    def __init__(self, stage: Stage, router: Router, number: int, seed: int) -> None:
        self._stage = stage
        self._router = router
        self._number = number
        self._dice = random.Random(seed)
        self._agents = [agent(n) for n in range(number, AGENTS, CLIENTS)]
        self._session = f"ss_{number}_{os.getpid()}"
        self._quota = stage.let_in_of_a_client()
        self._mine: deque[InteractionId] = deque(maxlen=150)
        self._old: deque[tuple[OfferId, AgentId]] = deque(maxlen=60)
        self._waiting = 0
        self._tide = EBB
        path = stage.intents(number)
        self._arrived = sum(1 for _ in path.open()) if path.exists() else 0
        self._intents = path.open("a", buffering=1)

    async def live(self) -> None:
        """Act until killed."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again(self._sessions, BEAT_S), name="sessions")
            for number in range(WORKERS):
                group.create_task(self._again(self._act, 0), name=f"worker-{number}")

    async def _again(self, work: Callable[[], Awaitable[None]], every_s: float) -> None:
        while True:
            try:
                await work()
            except StoreUnavailable:
                await asyncio.sleep(0.05)
            except AcdError as error:
                if error.code in ("script_failed", "internal"):
                    self._stage.fault(f"client: {error}")
            except Exception:  # noqa: BLE001 - whatever it is, it must not be missed
                self._stage.fault(f"client: {traceback.format_exc()}")
            await asyncio.sleep(every_s)

    async def _sessions(self) -> None:
        self._quota = self._stage.let_in_of_a_client()
        for one in self._agents:
            snapshot = await self._router.agent(one)
            if snapshot is None:
                continue
            if snapshot.grace_until_ms or not snapshot.sessions or self._dice.random() < 0.05:
                await self._router.open_session(one, SessionId(self._session))
            if self._dice.random() < 0.01:
                await self._router.close_session(one, SessionId(self._session))
        await self._router.heartbeat(
            [(one, SessionId(self._session)) for one in self._agents], list(self._mine)
        )
        depth = [await self._router.queue(queue) for queue in QUEUES]
        self._waiting = sum(queue.waiting for queue in depth)
        flood = depth[0].now_ms // TIDE_MS % (1 + EBBS) == 0
        self._tide = FLOOD if flood else EBB
        if self._dice.random() < 0.2:
            closing = self._dice.choice(CLOSING)
            await self._router.set_hours(closing, opening_hours(depth[0].now_ms))

    async def _act(self) -> None:
        more = self._arrived < self._quota and self._waiting < MOST_WAITING
        if more and self._dice.random() < self._tide:
            await self._arrive()
            return
        dice = self._dice.random()
        if dice < 0.05 and self._old:
            offer, whose = self._dice.choice(self._old)
            await self._dice.choice((self._router.accept, self._router.decline))(offer, whose)
        elif dice < 0.08 and self._arrived:
            await self._supervise()
        elif dice < 0.11 and self._mine:
            one = self._dice.choice(self._mine)
            await self._dice.choice(
                (self._router.contact_lost, self._router.contact_back, self._router.abandon)
            )(one)
        else:
            snapshot = await self._router.agent(agent(self._dice.randrange(AGENTS)))
            if snapshot is not None:
                await self._play(snapshot)
                if not snapshot.offers and not snapshot.held and self._arrived >= self._quota:
                    await asyncio.sleep(0.02)

    async def _arrive(self) -> None:
        one, begun = arrival(self._number, self._arrived), opening(self._number, self._arrived)
        self._intents.write(f"{one.interaction}\n")
        self._arrived += 1
        while True:
            try:
                # an agent who has no room or is not here does not begin it: then the contact comes
                if begun is None or not await self._begin(begun):
                    await self._router.enqueue(one)
                break
            except StoreUnavailable:
                await asyncio.sleep(0.05)
        if one.leased:
            self._mine.append(one.interaction)
        if self._dice.random() < 0.02:  # too late for it where somebody took it at once
            await self._ask_for_callback(one)

    async def _ask_for_callback(self, one: Arrival) -> None:
        if not one.queue.endswith(Channel.TICKET):  # nobody is behind a ticket
            await self._router.request_callback(one.interaction, "ref-1")

    async def _begin(self, begun: Opening) -> bool:
        return isinstance(await self._router.open_interaction(begun), Opened)

    async def _play(self, seen: AgentSnapshot) -> None:
        """What this agent does next."""
        for offer in seen.offers:
            self._old.append((offer.offer, seen.agent))
            await self._answer(offer)
        for held in seen.held:
            await self._go_on(seen, held)
        for channel, state in seen.channels.items():
            if state.availability != "available" and self._dice.random() < 0.5:
                await self._say(seen, channel, Availability.AVAILABLE)
        if self._dice.random() < (0.2 if seen.agent in RESTLESS else 0.004):
            where = self._dice.choice((None, Channel.CHAT, Channel.CALL))
            wish = self._dice.choice((Availability.AWAY, Availability.OFFLINE))
            when = self._dice.choice((When.NOW, When.FINISHED))
            await self._say(seen, where, wish, when)

    async def _say(
        self,
        seen: AgentSnapshot,
        channel: Channel | None,
        wish: Availability,
        when: When = When.NOW,
    ) -> None:
        await self._router.set_presence(seen.agent, channel=channel, availability=wish, when=when)

    async def _answer(self, offer: OfferSnapshot) -> None:
        dice, router = self._dice.random(), self._router
        if dice < 0.75:
            await router.accept(offer.offer, offer.agent)
            if offer.channel is Channel.CALL and self._dice.random() < 0.85:
                await router.connected(offer.offer, offer.agent)
            if self._dice.random() < 0.05:
                await router.accept(offer.offer, offer.agent)
        elif dice < 0.85:
            await router.decline(offer.offer, offer.agent, "busy")
        elif dice < 0.89:
            await router.delivered(offer.offer, offer.agent)
        elif dice < 0.90:
            await router.extend(offer.offer, offer.agent, 500)
        elif dice < 0.93:
            await router.fail(offer.offer, offer.agent, "unreachable")

    async def _go_on(self, seen: AgentSnapshot, held: HeldSnapshot) -> None:
        dice, router, name = self._dice.random(), self._router, held.interaction
        if held.state is InteractionState.ENDED:
            await self._wrap_up(seen, held)
        elif held.role is not Role.OWNER:
            if dice < 0.5:
                await router.leave(name, seen.agent)
        elif held.callback and held.connects and self._dice.random() < 0.7:
            await router.callback_dialled(held.connects, seen.agent, answered=dice < 0.6)
        elif dice < 0.40:
            await router.finish(name, by="agent", agent=seen.agent, wrap_up=dice < 0.2)
        elif dice < 0.44:
            await router.abandon(name)
        elif dice < 0.62:
            await self._steer(seen, held)
        elif dice < 0.8:
            await router.heard(name)

    async def _wrap_up(self, seen: AgentSnapshot, held: HeldSnapshot) -> None:
        dice = self._dice.random()
        if dice < 0.6:
            await self._router.wrap_up_end(held.interaction, seen.agent)
        elif dice < 0.65:
            await self._router.wrap_up_extend(held.interaction, seen.agent)

    async def _steer(self, seen: AgentSnapshot, held: HeldSnapshot) -> None:
        """Work changes hands."""
        router, name, me = self._router, held.interaction, seen.agent
        other = agent(self._dice.randrange(AGENTS))
        queue = self._dice.choice([q for q in QUEUES if q.endswith(held.channel)])
        command = new_id("cm")
        dialled = (held.callback and held.connects) or offer_id(name, 1)
        steps: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: router.transfer_to_agent(name, me, other, command=command),
            lambda: router.transfer_to_agent(name, me, other, wait=True, command=command),
            lambda: router.transfer_cancel(name, me),
            lambda: router.transfer_to_queue(name, me, queue, command=command),
            lambda: router.consult(name, me, other, command=command),
            lambda: router.consult_complete(name, me, stay=self._dice.random() < 0.5),
            lambda: router.consult_cancel(name, me),
            lambda: router.invite(name, me, other, command=command),
            lambda: router.assign(name, other, "boss", command=command),
            lambda: router.callback_dialled(dialled, me, answered=self._dice.random() < 0.5),
        )
        step = self._dice.choice(steps)
        await step()
        if self._dice.random() < 0.1:
            await step()

    async def _supervise(self) -> None:
        """What people do with those in line."""
        router, client = self._router, self._dice.randrange(CLIENTS)
        one = arrival(client, max(0, self._arrived - self._dice.randrange(1, 40)))
        name, other = one.interaction, agent(self._dice.randrange(AGENTS))
        steps: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: router.move(name, self._dice.choice(QUEUES), other),
            lambda: router.reprioritise(name, self._dice.randint(1, 9), other),
            lambda: self._ask_for_callback(one),
            lambda: router.assign(name, other, "boss"),
            lambda: router.pull(name, other),
        )
        await self._dice.choice(steps)()

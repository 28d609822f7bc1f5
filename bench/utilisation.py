"""How busy agents are kept under a full line: busy ÷ elapsed, work of one to two seconds."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

import uvloop

from acd.domain.ids import AgentId, InteractionId, OfferId
from acd.routing.router import Router
from bench.floor import Floor, in_parallel
from bench.report import Figure
from bench.stores import private_valkey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.interaction import Arrival

AGENTS = (10, 100, 1_000)
SECONDS = 20.0


def measure() -> list[Figure]:
    """One figure for each size of floor; about a minute and a half."""
    return [uvloop.run(_busy_share(agents)) for agents in AGENTS]


async def _busy_share(agents: int) -> Figure:
    with private_valkey() as store:
        router = await Router.open(store.url, "bench")
        floor = Floor(router=router, agents=agents, chats=1)
        await floor.open("longest_idle")
        rings: dict[str, asyncio.Queue[OfferId]] = {
            f"agent:{floor.agent_id(number)}": asyncio.Queue() for number in range(agents)
        }
        addresses = router.addresses()

        def heard(address: str, payload: Mapping[str, Any]) -> None:
            if payload.get("type") == "offer.made":
                rings[address].put_nowait(OfferId(str(payload["offer"])))

        addresses.on_message(heard)
        for address in rings:
            await addresses.subscribe(address)
        backlog = round(agents * (SECONDS / 1.5 + 4))
        arrivals = [floor.arrival() for _ in range(backlog)]
        await in_parallel(lambda n: _enqueue(router, arrivals[n]), range(backlog), 128)

        busy = dict.fromkeys(rings, 0.0)
        dice = random.Random(1)
        start = time.perf_counter()
        until = start + SECONDS

        async def work(address: str) -> None:
            agent = AgentId(address.removeprefix("agent:"))
            while True:
                left = until - time.perf_counter()
                if left <= 0:
                    return
                offer = await rings[address].get()
                await router.accept(offer, agent)
                began = time.perf_counter()
                await asyncio.sleep(dice.uniform(1.0, 2.0))
                busy[address] += min(time.perf_counter(), until) - min(began, until)
                interaction = offer.rpartition(".")[0]
                await router.finish(InteractionId(interaction), by="agent", agent=agent)

        async with asyncio.TaskGroup() as group:
            for address in rings:
                group.create_task(work(address))
        await router.close()
    share = sum(busy.values()) / (agents * SECONDS)
    print(f"  {agents:5,} agents: {share:.4f} busy", flush=True)
    return Figure(id="routing.utilisation", params={"agents": agents}, value=share, unit="ratio")


async def _enqueue(router: Router, arrival: Arrival) -> None:
    await router.enqueue(arrival)

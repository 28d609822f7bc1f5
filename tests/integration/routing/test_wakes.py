"""What reaches a node must not be lost on it: hints of timers, words on addresses, refusals."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from acd.domain.errors import StoreUnavailable
from acd.routing import timers
from acd.routing.results import TimersRun
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from tests.integration.routing.world import World


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


class Overtaken(Router):
    """A verb's answer comes in on the other connection before that of the turn it came after."""

    turns: list[float]

    async def run_timers(self, *, node: str = "", now_ms: int = 0) -> TimersRun:
        self.turns.append(time.monotonic())
        turn = await super().run_timers(node=node, now_ms=now_ms)
        if len(self.turns) == 1:
            for handler in self._due:
                handler(turn.now_ms + 100)
        return turn


async def test_a_timer_set_while_a_turn_is_under_way_is_met(
    router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "LONGEST_SLEEP_S", 60)  # nothing else ends the sleep
    overtaken = Overtaken(router.link, router.tenant)
    overtaken.turns = []
    stop = asyncio.Event()
    loop = asyncio.create_task(run_timers_forever(overtaken, stop), name="timers")
    await until(lambda: len(overtaken.turns) >= 2)
    stop.set()
    await asyncio.wait_for(loop, 2)
    assert overtaken.turns[1] - overtaken.turns[0] > 0.08, "not before it was due"


async def test_a_listener_at_fault_does_not_make_the_node_deaf(router: Router) -> None:
    heard: list[Mapping[str, Any]] = []

    def stumbles(_address: str, payload: Mapping[str, Any]) -> None:
        if payload["seq"] == 1:
            raise ValueError("at fault")

    addresses = router.addresses()
    addresses.on_message(stumbles)
    addresses.on_message(lambda _, payload: heard.append(payload))
    await addresses.subscribe("agent:anna")
    for seq in (1, 2):
        await addresses.publish_many([("agent:anna", {"seq": seq})])
    await router.link.client.execute_command(
        "SPUBLISH", f"acd:{{{router.tenant}}}:to:agent:anna", "no JSON"
    )
    await addresses.publish_many([("agent:anna", {"seq": 3})])
    await until(lambda: len(heard) >= 3)
    assert [payload["seq"] for payload in heard] == [1, 2, 3]


async def test_a_server_without_memory_is_away_not_broken(router: Router) -> None:
    world = World(router)
    await world.queue()
    client = router.link.client
    await client.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailable):
            await world.arrive()
    finally:
        # the link may be looking for the server: a client of its own
        own = await router.link.dedicated()
        await own.config_set("maxmemory", "0")
        await own.aclose()
    await until(lambda: router.link.available)
    assert (await world.look(await world.arrive())).state == "waiting"


async def test_a_lease_of_nobody_does_not_cost_the_others_theirs(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    leases = f"acd:{{{world.router.tenant}}}:leases"
    await world.router.link.client.zadd(leases, {"c|ix_gone": world.now_ms + 15_000})
    world.contacts.add("ix_gone")
    await world.wait(10)
    await world.heartbeat()
    assert (await world.see("anna")).lease_until_ms == world.now_ms + 15_000
    await world.wait(20)
    await world.settled()

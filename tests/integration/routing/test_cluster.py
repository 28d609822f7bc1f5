"""A real cluster: many tenants, every one in a slot of its own, and slots that move under load."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.crc import key_slot

from acd.cli.checks import _slots
from acd.cli.findings import Mark
from acd.domain.errors import StoreUnavailable
from acd.routing import keys
from acd.routing.router import Router
from acd.routing.server_facts import server_facts
from acd.routing.timers import run_timers_forever
from tests.integration.routing import day
from tests.integration.routing.world import World
from tests.servers import Cluster, Server


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


def slot_of(tenant: str) -> int:
    return key_slot(keys.prefix(tenant).encode())


def tenants_of(cluster: Cluster, tenant: str, each: int) -> list[str]:
    """So many tenants on every primary."""
    found: dict[Server, list[str]] = {node: [] for node in cluster.nodes}
    for number in itertools.count():
        names = found[cluster.owner(slot_of(name := f"{tenant}-{number}"))]
        names.append(name)
        if all(len(names) >= each for names in found.values()):
            return [name for names in found.values() for name in names[:each]]
    raise AssertionError


async def test_many_tenants_use_every_verb_on_all_primaries(cluster: Cluster, tenant: str) -> None:
    tenants = tenants_of(cluster, tenant, 2)
    routers = [await Router.open(cluster.url, name) for name in tenants]
    played = day.Played()
    with played.watching():
        await asyncio.gather(*(day.play(World(router)) for router in routers))
    for name in tenants:
        assert not (unused := played.unused(name)), (name, unused)
    for node in cluster.nodes:
        with node.client() as client:
            for key in client.scan_iter(count=1000):
                name = key.partition("{")[2].partition("}")[0]
                assert key.startswith(keys.prefix(name)), key
    for router in routers:
        await router.close()


class Traffic:
    """Chats come and go, an address is heard; whoever is refused tries again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done = 0
        self.heard: list[Mapping[str, Any]] = []

    async def _insist(self, work: Any) -> Any:
        deadline = time.monotonic() + 20
        while True:
            try:
                return await work()
            except StoreUnavailable:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.02)

    async def flow(self) -> None:
        world = self.world
        while True:
            name = f"ix_{next(world._numbers)}"
            await self._insist(lambda name=name: world.router.enqueue(arrival(name)))
            while (found := await self._insist(lambda name=name: world.look(name))).agent is None:
                for offer in found.offers:
                    await self._insist(lambda o=offer: world.router.accept(o.offer, o.agent))
                await asyncio.sleep(0.002)
            await self._insist(lambda name=name: world.router.finish(name, by="contact"))
            self.done += 1


def arrival(name: str) -> Any:
    from acd.domain.interaction import Arrival  # noqa: PLC0415

    return Arrival(
        interaction=name, queue="support/chat", contact="ct_1", conversation="cv_1", leased=False
    )


@asynccontextmanager
async def traffic(router: Router) -> AsyncIterator[Traffic]:
    world = World(router)
    world.now_ms = 0
    await world.queue(ring_time_s=60, delivery_s=60, lease_s=600)
    for name in ("anna", "bruno"):
        await world.agent(name)
    playing = Traffic(world)
    addresses = router.addresses()
    addresses.on_message(lambda _, payload: playing.heard.append(payload))
    await addresses.subscribe("agent:anna")
    tasks = [asyncio.create_task(playing.flow(), name=f"flow-{n}") for n in range(4)]
    tasks.append(
        asyncio.create_task(run_timers_forever(router, asyncio.Event()), name="timers-of-traffic")
    )
    try:
        yield playing
    finally:
        running = set(tasks)
        while running:  # one that swallowed its cancellation (Python 3.11) is told again
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=1)


async def more(playing: Traffic, chats: int = 20) -> None:
    """Until so many more chats are done, and more was heard."""
    done, heard, deadline = playing.done, len(playing.heard), time.monotonic() + 20
    while playing.done < done + chats or len(playing.heard) <= heard:
        assert time.monotonic() < deadline, (playing.done - done, len(playing.heard) - heard)
        await asyncio.sleep(0.02)


def move_whole(cluster: Cluster, slot: int, source: Server, target: Server) -> None:
    node = str(target.say("CLUSTER", "MYID"))
    source.say("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", node)
    deadline = time.monotonic() + 20
    while cluster.owner(slot) is not target:
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def test_a_slot_moves_as_a_whole_under_load(cluster: Cluster, tenant: str) -> None:
    slot = slot_of(tenant)
    router = await Router.open(cluster.url, tenant)
    async with traffic(router) as playing:
        await more(playing)
        for _ in range(3):
            source = cluster.owner(slot)
            target = cluster.nodes[(cluster.nodes.index(source) + 1) % 3]
            await asyncio.to_thread(move_whole, cluster, slot, source, target)
            await more(playing)
    found = await router.check()
    assert not found, found
    log = await router.link.client.xrange(keys.events(tenant))
    assert {str(position).partition("-")[0] for position, _ in log or ()} == {"1"}, "no failover"
    await router.close()


async def test_key_by_key_is_refused(cluster: Cluster, tenant: str) -> None:
    slot = slot_of(tenant)
    source = cluster.owner(slot)
    target = next(node for node in cluster.nodes if node is not source)
    router = await Router.open(cluster.url, tenant)
    assert _slots(await server_facts(router.link)).mark is Mark.OK
    source.say("CLUSTER", "SETSLOT", slot, "MIGRATING", str(target.say("CLUSTER", "MYID")))
    try:
        facts = await server_facts(router.link)
        assert facts.moving_slots == (slot,)
        finding = _slots(facts)
        assert finding.mark is Mark.WRONG
        assert str(slot) in finding.found
    finally:
        source.say("CLUSTER", "SETSLOT", slot, "STABLE")
    await router.close()


async def test_while_nobody_serves_a_tenants_slot_its_store_is_away(tmp_path: Path) -> None:
    bare = Server(tmp_path, "--cluster-enabled", "yes")
    bare.start()
    try:
        with pytest.raises(StoreUnavailable):
            await Router.open(f"redis+cluster://127.0.0.1:{bare.port}", "acme")
    finally:
        bare.kill()

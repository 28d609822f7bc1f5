"""The link, the addresses, the log and the timer loop, with a server that comes and goes."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from acd.domain.errors import ConfigInvalid, StoreUnavailable
from acd.domain.ids import InteractionId, QueueId
from acd.embedded.program import find_server
from acd.routing import keys, timers
from acd.routing.outbox import SENDERS
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from tests.integration.routing.world import World


class Server:
    """A private Valkey that can be killed and started again on its append-only file."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.url = f"unix://{folder}/s"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [find_server(), "--port", "0", "--unixsocket", self.folder / "s", "--dir", self.folder,
             "--save", "", "--appendonly", "yes", "--appendfsync", "always", *self.options],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 5
        while not (self.folder / "s").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()
        (self.folder / "s").unlink(missing_ok=True)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    one = Server(tmp_path_factory.mktemp("v"))
    one.start()
    yield one
    one.kill()


async def until(condition: Any, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.fixture
async def own(server: Server, tenant: str) -> AsyncIterator[Router]:
    deadline = time.monotonic() + 5
    while True:
        try:
            router = await Router.open(server.url, tenant)
            break
        except StoreUnavailable:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    yield router
    await router.close()


async def test_connections_that_the_server_ended_meanwhile_are_made_anew(server: Server) -> None:
    router = await Router.open(server.url, "t")
    other = await router.link.dedicated()
    try:
        await asyncio.gather(*(router.clock() for _ in range(4)))
        verbs = [router.queue(QueueId("support/chat")) for _ in range(4)]
        await asyncio.gather(*verbs)
        await router.addresses().publish_many([("agent:anna", {"type": "x"})])
        await other.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")  # type: ignore[no-untyped-call]
        for _ in range(4):
            assert (await router.queue(QueueId("support/chat"))).waiting == 0
        await router.addresses().publish_many([("agent:anna", {"type": "x"})])
        assert router.link.available
    finally:
        await other.aclose()
        await router.close()


@pytest.mark.parametrize("steps", range(8))
async def test_what_is_said_while_the_link_closes_leaves_no_connection(
    server: Server, steps: int
) -> None:
    router = await Router.open(server.url, "t")
    addresses = router.addresses()
    told = [
        asyncio.create_task(addresses.publish_many([("agent:anna", {"type": "x"})]))
        for _ in range(3)
    ]
    for _ in range(steps):
        await asyncio.sleep(0)
    await router.close()
    answers = await asyncio.gather(*told, return_exceptions=True)
    assert {type(each) for each in answers} <= {type(None), StoreUnavailable}
    async with Redis.from_url(server.url, decode_responses=True) as stranger:
        names = [client["name"] for client in await stranger.client_list()]
        assert names == [""]


async def test_a_server_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await Router.open(f"unix://{tmp_path}/none", "main")
    with pytest.raises(ConfigInvalid):
        await Router.open("http://host", "main")


async def test_state_survives_the_servers_death_and_the_link_comes_back(
    server: Server, own: Router
) -> None:
    world = World(own)
    world.now_ms = 0
    changes: list[bool] = []
    own.link.on_change(changes.append)
    heard: list[tuple[str, Mapping[str, Any]]] = []
    snapshots: list[list[str]] = []
    addresses = own.addresses()
    addresses.on_message(lambda address, payload: heard.append((address, payload)))
    addresses.on_reconnect(snapshots.append)
    await addresses.subscribe("agent:anna")
    await world.queue()
    await world.agent("anna")
    name = await world.arrive()
    await until(lambda: heard and heard[-1][1]["type"] == "offer.made")
    assert heard[-1][1]["card"] == {"contact_name": "Zoé"}
    assert [payload["seq"] for _, payload in heard] == list(range(1, len(heard) + 1))

    server.kill()
    with pytest.raises(StoreUnavailable):
        await world.arrive()
    await until(lambda: not own.link.available)
    with pytest.raises(StoreUnavailable):
        await own.clock()
    server.start()
    await until(lambda: own.link.available and snapshots)
    assert changes == [False, True]
    assert snapshots == [["agent:anna"]]
    assert (await world.look(name)).state == "ringing"
    before = len(heard)
    await world.answer(name, "anna")
    await until(lambda: len(heard) >= before + 2)
    await world.settled()


async def test_a_server_that_forgot_the_library_gets_it_again(own: Router) -> None:
    world = World(own)
    await world.queue()
    await own.link.client.execute_command("FUNCTION", "FLUSH")
    names = await asyncio.gather(*(world.arrive() for _ in range(20)))
    assert {(await world.look(n)).position for n in names} == set(range(1, 21))


async def test_addresses_are_counted_and_confirmed(router: Router) -> None:
    heard: list[str] = []
    addresses = router.addresses()
    undo = addresses.on_message(lambda address, _: heard.append(address))
    await asyncio.gather(*(addresses.subscribe(f"contact:ct_{n % 5}") for n in range(10)))
    for n in range(5):
        await addresses.unsubscribe(f"contact:ct_{n}")
        await addresses.publish_many([(f"contact:ct_{n}", {"type": "typing", "seq": 0})])
    await until(lambda: len(heard) == 5)
    await addresses.unsubscribe("contact:ct_0")
    await addresses.publish_many([("contact:ct_0", {})])
    await addresses.publish_many([("contact:ct_1", {})])
    await until(lambda: len(heard) == 6)
    assert heard[-1] == "contact:ct_1"
    undo()


async def test_the_log_is_read_from_a_position_and_trimmed(world: World, router: Router) -> None:
    await world.queue()
    await world.agent("anna")
    await world.arrive()
    read = []
    log = router.events(block_ms=50, count=2)
    async for batch in log:
        assert len(batch) <= 2
        read += batch
        if len(read) == 5:
            break
    await log.aclose()
    assert [e.type for e in read][-2:] == ["interaction.queued", "offer.made"]
    assert [e.position for e in read] == [e.id for e in read]
    for cut in range(4):
        rest = router.events(after=read[cut].position, block_ms=50)
        assert await anext(rest) == read[cut + 1 :]
        await rest.aclose()
    # within an entry: what follows it there stays
    await router.trim_events(read[3].position)
    left = await router.link.client.xlen(keys.events(router.tenant))
    assert left == 1
    again = router.events(after=read[3].position, block_ms=50)
    assert [e.id for e in await anext(again)] == [read[4].id]
    assert await anext(again) == []
    await world.arrive()
    assert (await anext(again))[0].interaction == "ix_2"
    await again.aclose()


async def test_the_timer_loop_meets_deadlines_and_stops(
    router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "LONGEST_SLEEP_S", 60)  # verbs alone wake it
    world = World(router)
    world.now_ms = 0
    stop = asyncio.Event()
    loop = asyncio.create_task(run_timers_forever(router, stop), name="timers")
    await world.queue(ring_time_s=0.3, delivery_s=9, decline_s=60)
    await world.agent("anna")
    await world.agent("bruno")
    await asyncio.sleep(0.2)
    name = await world.arrive()
    started = time.monotonic()
    while [o.agent for o in (await world.look(name)).offers] != ["bruno"]:
        assert time.monotonic() < started + 5
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.wait_for(loop, 2)


async def test_every_key_carries_the_tenants_tag(world: World, router: Router) -> None:
    before = {key async for key in router.link.client.scan_iter(count=1000)}
    await world.queue(strategy=("ring_all",), wrap_up_s=5)
    await world.agent("anna")
    for _ in range(3):
        await world.answer(await world.arrive())
    await world.finish("ix_1")
    await world.router.contact_lost(await world.arrive(), **world.at)
    after = {key async for key in router.link.client.scan_iter(count=1000)}
    fresh = {key for key in after - before if not key.startswith("acd:{t")} | {
        key for key in after - before if router.tenant in key
    }
    assert fresh
    assert all(key.startswith(keys.prefix(router.tenant)) for key in fresh), fresh


async def test_a_lua_error_names_file_and_line(router: Router) -> None:
    await router.link.client.set(keys.prefix(router.tenant) + "ix:ix_bad", "x")
    with pytest.raises(Exception, match=r"contact_lost: .*\.lua:\d+"):
        await router.contact_lost("ix_bad")


async def test_what_cannot_be_said_fails_at_its_caller_alone(router: Router) -> None:
    with pytest.raises(UnicodeEncodeError):
        await router.abandon(InteractionId("\ud800"))
    with pytest.raises(TypeError):
        await router.link.call("interaction_abandon", keys.prefix(router.tenant), None)
    for _ in range(2 * SENDERS):
        assert (await router.abandon(InteractionId("ix_1"))).reason == "unknown"

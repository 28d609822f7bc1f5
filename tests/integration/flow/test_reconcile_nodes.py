"""Which node makes sure of another server, and what nobody hears before it is done."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from acd.domain.agent import Availability
from acd.domain.errors import StoreUnavailable
from acd.domain.events import EventType
from acd.domain.ids import QueueId
from acd.flow.recorder import Recorder
from acd.records.engine import Database
from acd.routing import keys
from acd.routing.verbs import reconciling
from tests.integration.flow.conftest import ANNA, House
from tests.integration.flow.nodes import (
    BRUNO,
    ONE_DATABASE,
    answer,
    arrive,
    holds,
    log_of,
    node,
    reconciler_of,
    record,
    run_timers,
    set_up,
    state_of,
)
from tests.servers import Server

pytestmark = ONE_DATABASE


async def test_nobody_is_offered_anything_before_all_is_restored(
    servers: tuple[Server, Server],
    database: Database,
    tenant: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A chat waits for an agent who has room as soon as rings end with the old server."""
    one, two = servers
    monkeypatch.setattr(reconciling, "PAGE", 1)
    async with node(database, one, tenant) as before:
        await set_up(before, "anna", "bruno")
        await before.router.set_presence(BRUNO, channel=None, availability=Availability.AWAY)
        talking = await arrive(before)
        assert await answer(before, talking) == ANNA
        await before.router.set_presence(BRUNO, channel=None, availability=Availability.AVAILABLE)
        await before.router.set_presence(ANNA, channel=None, availability=Availability.AWAY)
        for _ in range(5):
            await arrive(before)
        asked = await before.router.transfer_to_agent(talking, ANNA, BRUNO, wait=True)
        assert asked.changed
        two.copies(one)
        two.take_over()
        await record(before)
    async with node(database, two, tenant) as after:
        await holds(after)
        assert await state_of(after, talking) == ("active", ANNA), "who gave it has it again"
        first = next(e for e in await log_of(after.router) if e.id.startswith("2-"))
        assert first.type is EventType.PRESENCE_CHANGED


async def test_one_node_does_it_and_the_others_wait(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    one, two = servers
    async with node(database, one, tenant) as before:
        await set_up(before, "anna")
        names = [await arrive(before) for _ in range(30)]
        two.copies(one)
        two.take_over()
        await record(before)
    async with (
        node(database, two, tenant) as first,
        node(database, two, tenant) as second,
        node(database, two, tenant) as third,
    ):
        reconcilers = [reconciler_of(house) for house in (first, second, third)]
        for house, reconciler in zip((first, second, third), reconcilers, strict=True):
            house.router.admit_by(reconciler.admit)
        await asyncio.gather(
            *(house.router.position(name) for house in (first, second, third) for name in names),
            *(house.router.run_timers() for house in (first, second, third)),
        )
        assert sorted(r.last.generation for r in reconcilers) == [0, 0, 2]
        await holds(first)


async def test_a_second_one_begins_when_the_first_has_gone(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    one, two = servers
    async with node(database, one, tenant) as before:
        await set_up(before, "anna")
        two.copies(one)
        two.take_over()
    async with node(database, two, tenant) as house:
        first, second = house.router.reconciler("first"), house.router.reconciler("second")
        assert await first.reconcile_begin(60_000)
        with pytest.raises(StoreUnavailable):
            await second.reconcile_begin(60_000)
        assert await first.reconcile_begin(1), "it holds on"
        await asyncio.sleep(0.01)
        assert await second.reconcile_begin(60_000)


async def test_slots_of_what_is_there_no_more_are_free(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    one, two = servers
    async with node(database, one, tenant) as before:
        await set_up(before, "anna")
        await answer(before, lost := await arrive(before))
        await record(before)
        two.copies(one)
        two.take_over()
    async with node(database, two, tenant) as after:
        client = after.router.link.client
        own = after.router.reconciler("own")
        assert await own.reconcile_begin(60_000)
        assert await client.delete(f"{keys.prefix(tenant)}ix:{lost}")
        assert await own.reconcile_agents([ANNA]) == 1
        assert await own.reconcile_agents([ANNA]) == 0, "it was put right"


async def test_when_the_one_that_does_it_dies_another_takes_over(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    one, two = servers
    async with node(database, one, tenant) as before:
        await set_up(before, "anna")
        name = await arrive(before)
        two.copies(one)
        two.take_over()
        await record(before)
    async with node(database, two, tenant) as dead, node(database, two, tenant) as house:
        own = dead.router.reconciler("dead")
        assert await own.reconcile_begin(700)
        await own.reconcile_advance(2, 1000)
        assert (await house.router.interaction(name)) is not None
        assert {event.id.partition("-")[0] for event in await log_of(house.router)} == {"1", "3"}
        # it was frozen, and knows nothing of it
        for late in (
            own.reconcile_advance(9, 9000),
            own.reconcile_queue(QueueId("support/chat")),
            own.reconcile_agents([ANNA]),
            own.reconcile_interactions([name]),
            own.run_timers(),
            own.reconcile_end(),
        ):
            with pytest.raises(StoreUnavailable):
                await late
        assert await house.router.check() == []
        await record(house)
        begin = house.history.begin_generation
        assert not await begin((4, 9), after=(1, 1), reason="outage"), "the log has gone on"
        await holds_from(house, 3)


async def test_what_was_read_of_a_server_that_is_gone_is_not_recorded_late(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    """It would end in the history what the new server has live, and ends again."""
    one, two = servers
    async with node(database, one, tenant) as slow, node(database, two, tenant) as after:
        await set_up(slow, "anna")
        name = await arrive(slow)
        two.copies(one)
        two.take_over()
        await record(slow)
        expected = await slow.history.position()
        assert await answer(slow, name) == ANNA
        assert (await slow.router.finish(name, by="agent", agent=ANNA)).changed
        read, _ = await slow.router.log_page(expected, 300)
        one.kill()
        await after.router.run_timers()
        assert not await slow.history.record(read, read[-1].position, expected)
        await holds_from(after, 2)
        await record(after)
        past = await after.history.interaction(name)
        assert past
        assert past.outcome is None


async def holds_from(house: House, generation: int) -> None:
    await run_timers(house.router)
    assert await house.router.check() == []
    assert (await log_of(house.router))[-1].id.startswith(f"{generation}-")


async def test_many_are_told_page_by_page(
    servers: tuple[Server, Server],
    database: Database,
    tenant: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("acd.flow.reconcile", "acd.routing.verbs.reconciling"):
        monkeypatch.setattr(f"{module}.PAGE", 20)
    one, two = servers
    async with node(database, one, tenant) as before:
        await set_up(before)
        names = [await arrive(before) for _ in range(62)]
        await record(before)
    async with node(database, two, tenant) as after:
        await after.router.run_timers()
        for at, name in enumerate(names, 1):
            place = await after.router.position(name)
            assert place
            assert place.position == at
        await holds(after)


async def test_what_a_restart_forgot_is_not_recorded_late(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    """The file is as far as the history; what was read behind it exists nowhere any more."""
    server, _ = servers
    async with node(database, server, tenant) as slow:
        await set_up(slow, "anna")
        name = await arrive(slow)
        await record(slow)
        server.write_no_more()
        expected = await slow.history.position()
        await answer(slow, name)
        read, _ = await slow.router.log_page(expected, 300)
        server.kill()
        server.start()
    async with node(database, server, tenant) as after:
        assert (await state_of(after, name))[0] == "ringing"
        assert not await after.history.record(read, read[-1].position, expected)
        await answer(after, name)
        await holds_from(after, 1)
        await holds(after)


async def test_a_restart_that_forgot_is_told_it_though_the_first_teller_dies(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    server, _ = servers
    async with node(database, server, tenant) as house:
        await set_up(house, "anna")
        kept, ended = await arrive(house), await arrive(house)
        server.write_no_more()
        for name in (kept, ended, lost := await arrive(house)):
            await answer(house, name)
        await house.router.finish(ended, by="agent", agent=ANNA)
        await record(house)
    server.kill()
    server.start()
    async with node(database, server, tenant) as dead, node(database, server, tenant) as house:
        own, history = dead.router.reconciler("dead"), dead.history
        unsure = await own.reconcile_begin(700)
        assert unsure
        last = await history.last_event()
        assert await history.begin_generation((2, last[1]), after=last, reason="outage")
        await own.reconcile_advance(2, last[1])
        # what it still says is older than the history, which nobody may be told by it
        await own.reconcile_agents([ANNA])
        await own.reconcile_interactions([kept, ended])
        said, _ = await dead.router.log_page("2-0", 300)
        begun = await history.position()
        assert said
        assert not await history.record(said, said[-1].position, begun), "not before all is said"
        assert await state_of(house, lost) == ("active", ANNA)
        assert await state_of(house, kept) == ("active", ANNA)
        assert (await state_of(house, ended))[0] == "ended"
        await holds_from(house, 3)
        await record(house)
        again = reconciler_of(house)
        await again.admit()
        assert again.last.generation == 0, "it is done"


async def test_two_servers_that_both_served_end_as_one(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    """The old primary came back, and a node made sure of it, after another had of the new one."""
    one, two = servers
    async with node(database, one, tenant) as late, node(database, two, tenant) as new:
        await set_up(late, "anna")
        await record(late)
        two.copies(one)
        two.take_over()
        await run_timers(new.router)
        await holds_from(new, 2)
        one.kill()
        one.start()
        async with asyncio.timeout(10):
            while (await late.history.last_event())[0] < 3:
                with contextlib.suppress(StoreUnavailable):
                    await late.router.run_timers()
        await holds_from(late, 3)
        one.kill()
        recorder = asyncio.create_task(Recorder(new.router, new.history).run())
        try:
            name = await arrive(new)
            async with asyncio.timeout(10):
                while not (past := await new.history.interaction(name)):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        finally:
            recorder.cancel()
            await asyncio.wait({recorder})
        assert past.outcome is None
        assert (await new.history.last_event())[0] == 4
        await holds(new)

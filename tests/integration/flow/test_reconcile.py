"""Another server holds the live state: what it lacks is put right, what is right stays."""

from __future__ import annotations

import asyncio

from acd.domain.agent import Availability
from acd.domain.ids import SessionId
from acd.domain.interaction import InteractionState, Outcome
from acd.records.engine import Database
from acd.routing import keys
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


async def test_an_empty_live_store_is_told_who_waits_and_who_talks(
    house: House, tenant: str
) -> None:
    """Its data is gone: numbers go on behind those recorded, and nobody's place is forgotten."""
    house.router.admit_by((reconciler := reconciler_of(house)).admit)
    await house.available()
    active, done = await arrive(house), await arrive(house)
    await answer(house, active)
    await answer(house, done)
    await house.router.finish(done, by="agent", agent=ANNA)
    await house.router.set_presence(ANNA, channel=None, availability=Availability.AWAY)
    waiting = await arrive(house)
    await record(house)
    first = await house.history.interaction(waiting)
    last = (await log_of(house.router))[-1].id
    client = house.router.link.client
    async for key in client.scan_iter(match=keys.prefix(tenant) + "*"):
        await client.delete(key)
    await house.router.run_timers()
    assert (reconciler.last.generation, reconciler.last.restored) == (2, 2)
    assert await state_of(house, waiting) == ("waiting", None)
    assert await state_of(house, active) == ("active", ANNA)
    assert await house.router.interaction(done) is None
    fresh = await log_of(house.router)
    assert {event.id.partition("-")[0] for event in fresh} == {"2"}
    assert int(fresh[0].id.partition("-")[2]) > int(last.partition("-")[2])
    anna = await house.router.agent(ANNA)
    assert anna
    assert anna.grace_until_ms, "nobody vouches for her any more"
    await holds(house)
    await record(house)
    second = await house.history.interaction(waiting)
    assert first
    assert second
    assert second.enqueued_ms == first.enqueued_ms


async def test_at_a_usual_start_everything_stays(house: House) -> None:
    waiting = await arrive(house)
    before = await house.router.interaction(waiting)
    again = reconciler_of(house)
    await again.admit()
    assert again.last.generation == 0
    assert await house.router.interaction(waiting) is not None
    assert before
    assert {event.id.partition("-")[0] for event in await log_of(house.router)} == {"1"}


async def test_a_restart_from_its_file_is_no_failover(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    server, _ = servers
    async with node(database, server, tenant) as house:
        await set_up(house, "anna")
        ringing = await arrive(house)
        server.write_all()
        server.kill()
        server.start()
        async with asyncio.timeout(10):
            while not house.router.link.available:  # noqa: ASYNC110 - a state, no event
                await asyncio.sleep(0.02)
        another = await arrive(house)
        assert await state_of(house, ringing) == ("ringing", None)
        assert await state_of(house, another) == ("ringing", None)
        assert {event.id.partition("-")[0] for event in await log_of(house.router)} == {"1"}
        await holds(house)


async def test_a_replica_that_lacks_the_last_moments_is_told_them(  # noqa: PLR0915
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    one, two = servers
    async with node(database, one, tenant) as before:
        await set_up(before, "anna", "bruno")
        ended, accepted, ringing, talking = [await arrive(before) for _ in range(4)]
        owner = await answer(before, talking)
        await answer(before, ended)
        held = await before.router.interaction(ended)
        two.copies(one)
        two.take_over()
        # what follows never reached the replica
        assert held
        await before.router.finish(ended, by="agent", agent=held.agent)
        winner = await answer(before, accepted)
        await before.router.decline(
            (await before.router.interaction(ringing)).offers[0].offer,  # type: ignore[union-attr]
            (await before.router.interaction(ringing)).offers[0].agent,  # type: ignore[union-attr]
        )
        await before.router.set_presence(ANNA, channel=None, availability=Availability.AWAY)
        await before.router.set_presence(BRUNO, channel=None, availability=Availability.AWAY)
        late = await arrive(before)
        await record(before)
        known = await before.history.interaction(late)
        last = await before.history.last_event()
    one.kill()
    async with node(database, two, tenant) as after:
        reconciler = reconciler_of(after)
        after.router.admit_by(reconciler.admit)
        await after.router.run_timers()
        assert (reconciler.last.generation, reconciler.last.restored) == (2, 3)
        assert reconciler.last.recounted == 0
        assert await state_of(after, ended) == ("ended", held.agent)
        assert await state_of(after, accepted) == ("active", winner)
        assert await state_of(after, talking) == ("active", owner)
        await run_timers(after.router)
        assert (await state_of(after, ringing))[0] == "waiting", "both are away"
        for agent in (ANNA, BRUNO):
            await after.router.set_presence(
                agent, channel=None, availability=Availability.AVAILABLE
            )
        assert (await state_of(after, ringing))[0] == "ringing", "it rings anew"
        back = await after.router.interaction(late)
        assert back
        assert known
        assert back.enqueued_ms == known.enqueued_ms
        assert back.state is InteractionState.RINGING
        assert int(back.offers[0].offer.rpartition(".")[2]) > 1000
        fresh = await log_of(after.router)
        assert tuple(map(int, fresh[-1].id.split("-"))) > last
        await holds(after)
        await record(after)
        past = await after.history.interaction(ended)
        assert past
        assert past.outcome is Outcome.HANDLED
        assert past.ended_by == "agent", "it ended once"
        past = await after.history.interaction(ringing)
        assert past
        assert [offer.outcome for offer in past.offers].count(None) == 1
        # and life goes on
        await answer(after, late)
        await after.router.finish(late, by="agent")
        await holds(after)


async def test_a_restart_that_forgot_what_is_recorded_is_told_it(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    server, _ = servers
    async with node(database, server, tenant) as house:
        await set_up(house, "anna")
        kept = await arrive(house)
        server.write_no_more()
        lost = await arrive(house)
        await answer(house, lost)
        await record(house)
    server.kill()
    server.start()
    async with node(database, server, tenant) as house:
        assert await state_of(house, lost) == ("active", ANNA)
        await run_timers(house.router)
        assert await state_of(house, kept) == ("ringing", None)
        assert (await log_of(house.router))[-1].id.startswith("2-")


async def test_a_session_vouches_for_whoever_got_their_chat_back(house: House, tenant: str) -> None:
    house.router.admit_by(reconciler_of(house).admit)
    await house.available()
    name = await arrive(house)
    await answer(house, name)
    await record(house)
    client = house.router.link.client
    async for key in client.scan_iter(match=keys.prefix(tenant) + "*"):
        await client.delete(key)
    await house.router.open_session(ANNA, SessionId("ss_anna"))
    anna = await house.router.agent(ANNA)
    assert anna
    assert anna.grace_until_ms is None
    assert await state_of(house, name) == ("active", ANNA)

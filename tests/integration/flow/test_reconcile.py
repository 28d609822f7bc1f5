"""Another server holds the live state: what it lacks is put right, what is right stays."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from acd.domain.agent import Availability
from acd.domain.directory import Department
from acd.domain.errors import StoreUnavailable
from acd.domain.events import Event, EventType
from acd.domain.ids import AgentId, DepartmentId, InteractionId, OfferId, QueueId, SessionId
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.domain.queue import QueueSettings
from acd.flow.reconcile import Reconciler
from acd.flow.recorder import Recorder
from acd.records.engine import Database, open_database
from acd.routing import keys
from acd.routing.events import parse_entries
from acd.routing.router import Router
from acd.routing.verbs import reconciling
from tests.integration.flow.conftest import ANNA, House, make_house, provision
from tests.integration.routing.fold import Fold
from tests.servers import Server

BRUNO = AgentId("bruno")


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """A primary, and a server that may copy it."""
    both = Server(tmp_path / "one"), Server(tmp_path / "two")
    for server in both:
        server.start()
    yield both
    for server in both:
        server.kill()


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = await open_database(sqlite_url)
    yield opened
    await opened.close()


@asynccontextmanager
async def node(database: Database, server: Server, tenant: str) -> AsyncIterator[House]:
    """What a node has of both stores, with a router that makes sure of its server."""
    router = await Router.open(server.url, tenant)
    house = make_house(database, router)
    router.admit_by(reconciler_of(house).admit)
    try:
        yield house
    finally:
        await router.close()


def reconciler_of(house: House) -> Reconciler:
    return Reconciler(house.router, house.directory, house.history, house.intakes)


async def set_up(house: House, *agents: str) -> None:
    await house.directory.apply(provision(*agents))
    await house.compiler.compile_all()
    for agent in agents:
        await house.available(AgentId(agent))


async def record(house: House) -> None:
    await Recorder(house.router, house.history).catch_up()


async def log_of(router: Router) -> list[Event]:
    return parse_entries(await router.link.client.xrange(keys.events(router.tenant)))


async def run_timers(router: Router) -> None:
    while (await router.run_timers()).more:
        pass


async def holds(house: House) -> None:
    """No invariant is broken, and the folded log of this generation is what is stored."""
    await run_timers(house.router)
    assert await house.router.check() == []
    await record(house)
    fold, position = Fold(), "0-0"
    while page := await house.history.events_after(position):
        for event in page:
            fold.apply(event)
        position = page[-1].id
    for name, folded in fold.interactions.items():
        live = await house.router.interaction(InteractionId(name))
        assert live
        assert (live.state, live.agent, live.outcome) == (
            folded.state, folded.agent, folded.outcome
        ), name  # fmt: skip
        assert {o.offer: o.agent for o in live.offers} == folded.offers, name
    for name, agent in fold.agents.items():
        seen = await house.router.agent(AgentId(name))
        assert seen
        for channel, state in seen.channels.items():
            assert state.count == fold.slots(name, channel), (name, channel)
            assert state.availability == agent.availability[channel], (name, channel)


async def arrive(house: House) -> InteractionId:
    return (await house.start()).interaction


async def answer(house: House, interaction: InteractionId) -> AgentId:
    live = await house.router.interaction(interaction)
    assert live
    offer = live.offers[0]
    await house.router.accept(offer.offer, offer.agent)
    return offer.agent


async def state_of(house: House, interaction: InteractionId) -> tuple[str, str | None]:
    live = await house.router.interaction(interaction)
    assert live
    return live.state.value, live.agent


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


async def with_sales(house: House) -> QueueId:
    """A second department, where nobody is."""
    sales = QueueSettings(
        queue=QueueId("sales/chat"),
        version=0,
        channel=Channel.CHAT,
        department=DepartmentId("sales"),
    )
    known = provision("anna")
    await house.directory.apply(
        dataclasses.replace(
            known,
            departments=(
                *known.departments,
                Department(id=DepartmentId("sales"), names={"en": "Sales"}),
            ),
            queues=(*known.queues, sales),
        )
    )
    await house.compiler.compile_all()
    return sales.queue


async def figures(house: House, queue: str) -> tuple[int, int, int]:
    seen = await house.router.queue(QueueId(queue))
    return seen.waiting, seen.ringing, seen.active


async def test_a_replica_is_told_of_callbacks_moves_and_levels(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    one, two = servers
    async with node(database, one, tenant) as before:
        sales = await with_sales(before)
        kept, tried, talks, moved, taken, level = [await arrive(before) for _ in range(6)]
        router = before.router
        await router.request_callback(tried, "callback")
        two.copies(one)
        two.take_over()
        # what follows never reached the replica
        await before.available()
        await router.callback_dialled(await take(before, tried), ANNA, answered=False)
        await router.request_callback(talks, "callback")
        await router.callback_dialled(await take(before, talks), ANNA, answered=True)
        await router.move(taken, sales, "boss")
        await router.assign(taken, ANNA, "boss")
        await router.set_presence(ANNA, channel=None, availability=Availability.AWAY)
        await router.request_callback(kept, "callback")
        await router.move(moved, sales, "boss")
        await router.reprioritise(level, 2, "boss")
        await record(before)
    one.kill()
    async with node(database, two, tenant) as after:
        reconciler = reconciler_of(after)
        after.router.admit_by(reconciler.admit)
        await after.router.run_timers()
        assert reconciler.last.restored == 6
        await holds(after)
        waits = await after.router.interaction(kept)
        assert waits
        assert waits.callback
        assert waits.callback.number_ref, "their page is not what answers"
        again = await after.router.interaction(tried)
        assert again
        assert again.callback
        assert again.callback.tries == 1
        raised = await after.router.interaction(level)
        assert raised
        assert raised.level == 2
        assert [(await after.router.interaction(x)).queue for x in (moved, taken)] == [sales] * 2  # type: ignore[union-attr]
        assert await state_of(after, taken) == ("active", ANNA)
        assert await state_of(after, talks) == ("active", ANNA)
        assert (await figures(after, sales), await figures(after, "support/chat")) == (
            (1, 0, 1), (3, 0, 1),
        )  # fmt: skip
        ended = await after.router.finish(talks, by="agent", agent=ANNA, wrap_up=False)
        assert ended.outcome is Outcome.HANDLED, "they were reached"
        await after.router.finish(taken, by="agent", agent=ANNA, wrap_up=False)
        assert (await figures(after, sales))[2] == (await figures(after, "support/chat"))[2] == 0
        await holds(after)


async def test_an_empty_live_store_is_told_whom_to_call_back(house: House, tenant: str) -> None:
    house.router.admit_by(reconciler_of(house).admit)
    waits, talks = await arrive(house), await arrive(house)
    await house.router.request_callback(waits, "callback")
    await house.available()
    await house.router.request_callback(talks, "callback")
    await house.router.callback_dialled(await take(house, talks), ANNA, answered=True)
    await house.router.set_presence(ANNA, channel=None, availability=Availability.AWAY)
    await record(house)
    client = house.router.link.client
    async for key in client.scan_iter(match=keys.prefix(tenant) + "*"):
        await client.delete(key)
    await house.router.run_timers()
    live = await house.router.interaction(waits)
    assert live
    assert live.callback
    assert live.parked_until_ms is None
    assert not await client.zscore(keys.prefix(tenant) + "leases", f"c|{waits}"), "nobody is there"
    await holds(house)
    ended = await house.router.finish(talks, by="agent", agent=ANNA, wrap_up=False)
    assert ended.outcome is Outcome.HANDLED


async def take(house: House, interaction: InteractionId) -> OfferId:
    """Anna accepts it."""
    live = await house.router.interaction(interaction)
    assert live
    offer = live.offers[0].offer
    await house.router.accept(offer, ANNA)
    return offer


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
        with pytest.raises(StoreUnavailable):
            await own.reconcile_end()
        await holds_from(house, 3)


async def holds_from(house: House, generation: int) -> None:
    await run_timers(house.router)
    assert await house.router.check() == []
    assert (await log_of(house.router))[-1].id.startswith(f"{generation}-")


async def test_many_are_told_page_by_page(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    one, two = servers
    async with node(database, one, tenant) as before:
        await set_up(before)
        names = [await arrive(before) for _ in range(620)]
        await record(before)
    async with node(database, two, tenant) as after:
        await after.router.run_timers()
        for at, name in enumerate(names, 1):
            place = await after.router.position(name)
            assert place
            assert place.position == at
        await holds(after)


async def test_a_restart_that_forgot_what_is_recorded_is_told_it(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    server, _ = servers
    async with node(database, server, tenant) as house:
        await set_up(house, "anna")
        kept = await arrive(house)
        server.say("CONFIG", "SET", "appendonly", "no")  # what follows is not in its file
        server.say("CONFIG", "SET", "save", "")
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

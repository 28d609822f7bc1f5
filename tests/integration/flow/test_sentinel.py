"""Sentinel promotes a replica under load: nodes follow, nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from acd.domain.errors import AcdError
from acd.domain.ids import InteractionId
from acd.domain.interaction import InteractionState
from acd.flow.recorder import Recorder
from acd.records.engine import open_database
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from tests.integration.flow.conftest import House, make_house
from tests.integration.flow.nodes import holds, reconciler_of, set_up
from tests.servers import SentinelHouse


@pytest.fixture
def sentinels(tmp_path: Path) -> Iterator[SentinelHouse]:
    house = SentinelHouse(tmp_path, silence_ms=1000)
    try:
        house.start()
        yield house
    finally:
        house.stop()


async def chats(house: House, done: list[InteractionId]) -> None:
    """One chat after the other, each insisted on; like a page that sends again."""
    while True:
        with contextlib.suppress(AcdError):
            name = (await house.start()).interaction
            while True:
                try:
                    live = await house.router.interaction(name)
                    if live is None or live.state is InteractionState.WAITING:
                        await asyncio.sleep(0.02)
                    elif live.offers:
                        await house.router.accept(live.offers[0].offer, live.offers[0].agent)
                    elif live.agent and live.state is not InteractionState.ENDED:
                        await house.router.finish(name, by="agent", agent=live.agent)
                    elif live.state is InteractionState.ENDED:
                        break
                except AcdError:
                    await asyncio.sleep(0.05)
            done.append(name)
        await asyncio.sleep(0.005)


async def vouched(house: House) -> None:
    """The consoles of both agents go on."""
    while True:
        with contextlib.suppress(AcdError):
            for agent in ("anna", "bruno"):
                await house.available(agent)
        await asyncio.sleep(2)


async def more(done: list[InteractionId], count: int = 20) -> None:
    wanted, deadline = len(done) + count, time.monotonic() + 40
    while len(done) < wanted:
        assert time.monotonic() < deadline, f"{len(done)} of {wanted}"
        await asyncio.sleep(0.05)


@pytest.mark.timeout(180)
async def test_a_failover_while_traffic_runs(
    sentinels: SentinelHouse, sqlite_url: str, tenant: str
) -> None:
    database = await open_database(sqlite_url)
    routers = [await Router.open(sentinels.url, tenant) for _ in range(2)]
    houses = [make_house(database, router) for router in routers]
    reconcilers = [reconciler_of(house) for house in houses]
    for house, reconciler in zip(houses, reconcilers, strict=True):
        house.router.admit_by(reconciler.admit)
    await set_up(houses[0], "anna", "bruno")
    done: list[InteractionId] = []
    works = [
        *(run_timers_forever(router, asyncio.Event()) for router in routers),
        *(Recorder(house.router, house.history).run() for house in houses),
        *(house.intake.sweep_forever() for house in houses),
        vouched(houses[0]),
        *(chats(houses[number % 2], done) for number in range(4)),
    ]
    tasks = [asyncio.create_task(work) for work in works]
    before = sentinels.primary
    try:
        await more(done)
        before.kill()
        await asyncio.to_thread(_promoted, sentinels, before.port)
        await more(done, 40)
        assert sum(reconciler.last.generation == 2 for reconciler in reconcilers) == 1
    finally:
        running = set(tasks)
        while running:  # one that swallowed its cancellation (Python 3.11) is told again
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=1)
    try:
        await _judged(houses[0], done)
    finally:
        for router in routers:
            await router.close()
        await database.close()


async def _judged(house: House, done: list[InteractionId]) -> None:
    await Recorder(house.router, house.history).catch_up()
    await holds(house)
    for name in done:
        past = await house.history.interaction(name)
        assert past
        assert past.outcome, name
        events = [offer.outcome for offer in past.offers]
        assert None not in events


def _promoted(sentinels: SentinelHouse, before: int) -> None:
    deadline = time.monotonic() + 60  # as SentinelHouse.start says
    while sentinels.sentinels[0].primary_port() == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)

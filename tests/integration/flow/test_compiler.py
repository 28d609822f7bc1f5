"""What the directory says is what routing knows, however often it is said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from acd.domain.calendar import Hours, Period
from acd.domain.capacity import ChannelCapacity
from acd.domain.directory import (
    Agent,
    ChannelOverride,
    DepartmentMembership,
    Provision,
    Queue,
)
from acd.domain.ids import AgentId, DepartmentId, HoursId, QueueId
from acd.domain.interaction import Channel
from acd.flow import compiler as compiler_module
from acd.flow.compiler import RENEW_HOURS_S, memberships_of
from acd.flow.hours import opens_at
from acd.routing.results import Changed
from tests.integration.flow.conftest import ANNA, SUPPORT, SUPPORT_CHAT, House, provision


async def test_queues_and_agents_arrive(house: House) -> None:
    queue = await house.router.queue(SUPPORT_CHAT)
    assert queue.configured
    anna = await house.router.agent(ANNA)
    assert anna
    assert anna.version == await house.directory.version()
    assert (anna.total, anna.channels[Channel.CHAT].max) == (100, 5)


async def test_saying_it_again_changes_nothing(house: House) -> None:
    again = await house.compiler.compile_all()
    assert (again.queues, again.agents, again.changed, again.removed) == (1, 1, 0, 0)


async def test_an_agents_own_capacity_counts(house: House) -> None:
    own = {Channel.CHAT: ChannelOverride(max=2), Channel.CALL: ChannelOverride(interrupts=False)}
    await house.directory.create_agent(
        Agent(id=AgentId("noor"), name="Noor", email="noor@example.com", total=60, channels=own)
    )
    await house.compiler.compile_all()
    noor = await house.router.agent(AgentId("noor"))
    assert noor
    assert noor.total == 60
    chat, call = noor.channels[Channel.CHAT], noor.channels[Channel.CALL]
    assert (chat.weight, chat.max, call.max, call.interrupts) == (20, 2, 1, False)


async def test_the_tenants_capacity_counts(house: House) -> None:
    channels = {Channel.CHAT: ChannelCapacity(weight=50, max=2)}
    wanted = provision("anna")
    await house.directory.apply(
        Provision(
            channels=channels,
            departments=wanted.departments,
            queues=wanted.queues,
            sites=wanted.sites,
            agents=wanted.agents,
        )
    )
    await house.compiler.compile_all()
    anna = await house.router.agent(ANNA)
    assert anna
    assert (anna.channels[Channel.CHAT].weight, anna.channels[Channel.CHAT].max) == (50, 2)


async def test_who_left_is_removed(house: House) -> None:
    await house.directory.apply(provision("basile"))
    compiled = await house.compiler.compile_all()
    assert compiled.removed == 1
    assert await house.router.agent(AgentId("basile"))
    await house.available(AgentId("basile"))
    started = await house.start()
    live = await house.router.interaction(started.interaction)
    assert live
    assert [offer.agent for offer in live.offers] == ["basile"]
    await house.directory.apply(provision("anna"))  # and comes back
    await house.compiler.compile_all()
    await house.available(ANNA)
    live = await house.router.interaction(started.interaction)
    assert live
    assert [offer.agent for offer in live.offers] == ["anna"]


async def test_a_change_elsewhere_is_noticed(house: House) -> None:
    watching = asyncio.create_task(house.compiler.run())
    await house.directory.create_agent(
        Agent(id=AgentId("noor"), name="Noor", email="noor@example.com")
    )
    deadline = time.monotonic() + 10
    while await house.router.agent(AgentId("noor")) is None:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    watching.cancel()


@pytest.mark.long
async def test_two_thousand_agents_take_a_moment(house: House) -> None:
    names = [f"agent{number}" for number in range(2000)]
    await house.directory.apply(provision(*names))
    began = time.monotonic()
    first = await house.compiler.compile_all()
    second = await house.compiler.compile_all()
    assert (first.agents, first.changed, second.changed) == (2000, 2000, 0)
    assert time.monotonic() - began < 20  # seconds here would be a command at a time


def test_a_place_may_be_narrowed_to_channels() -> None:
    agent = Agent(
        id=ANNA,
        name="Anna",
        email="anna@example.com",
        memberships=(
            DepartmentMembership(department=SUPPORT, priority=3, channels=(Channel.CALL,)),
            DepartmentMembership(department=DepartmentId("sales"), rank=1),
        ),
    )
    queues = {
        "support": [(SUPPORT_CHAT, Channel.CHAT), (QueueId("support/call"), Channel.CALL)],
        "sales": [(QueueId("sales/chat"), Channel.CHAT)],
    }
    assert [(m.queue, m.priority, m.rank) for m in memberships_of(agent, queues)] == [
        ("support/call", 3, None),
        ("sales/chat", 50, 1),
    ]


class TestHours:
    """A calendar that opens or closes in a while, whatever the time of the day the test runs at."""

    def around(self, now_ms: int, *, opens_in_h: int) -> Hours:
        at = datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(hours=opens_in_h)
        opens = at.hour * 60 + at.minute
        period = Period(opens_min=opens, closes_min=opens + 120)
        return Hours(id=HoursId("office"), zone="UTC", week=((period,),) * 7)

    async def put(self, house: House, office: Hours | None) -> Queue:
        wanted = provision("anna")
        timed = {SUPPORT_CHAT: office.id} if office else {}
        hours = (office,) if office else ()
        await house.directory.apply(replace(wanted, hours=hours, queue_hours=timed))
        await house.compiler.compile_all()
        [queue] = await house.directory.queues()
        return queue

    async def test_open_and_close_queues(self, house: House) -> None:
        now_ms = await house.router.clock()
        for opens_in_h, is_open in ((-1, True), (2, False)):
            office = self.around(now_ms, opens_in_h=opens_in_h)
            queue = await self.put(house, office)
            assert (await house.router.queue(SUPPORT_CHAT)).open is is_open
            next_ms = opens_at(queue, {office.id: office}, now_ms)
            assert next_ms is not None
            assert (next_ms == now_ms) is is_open
        queue = await self.put(house, None)
        assert (await house.router.queue(SUPPORT_CHAT)).open
        assert opens_at(queue, {}, now_ms) == now_ms

    async def test_reach_eight_days_ahead_and_are_renewed(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[Sequence[tuple[int, int]] | None] = []
        renewed = asyncio.Event()
        set_hours = house.router.set_hours

        async def noted(queue: QueueId, spans: Sequence[tuple[int, int]] | None) -> Changed:
            told.append(spans)
            if len(told) > 1:
                renewed.set()
            return await set_hours(queue, spans)

        monkeypatch.setattr(house.router, "set_hours", noted)
        monkeypatch.setattr(compiler_module, "LOOK_EVERY_S", 0.01)
        now_ms = await house.router.clock()
        await self.put(house, self.around(now_ms, opens_in_h=2))
        [spans] = told
        assert spans
        assert spans[-1][1] > now_ms + 8 * 86_400_000
        renewing = asyncio.create_task(house.compiler.run())
        try:
            await asyncio.sleep(0.05)
            assert len(told) == 1
            real = time.time
            monkeypatch.setattr(time, "time", lambda: real() + RENEW_HOURS_S)
            await asyncio.wait_for(renewed.wait(), 30)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

"""Another server is told of callbacks, of moves between queues, and of levels."""

from __future__ import annotations

import dataclasses

from acd.domain.agent import Availability
from acd.domain.directory import Department
from acd.domain.ids import DepartmentId, QueueId
from acd.domain.interaction import Channel, Outcome
from acd.domain.queue import QueueSettings
from acd.records.engine import Database
from acd.routing import keys
from tests.integration.flow.conftest import ANNA, House, provision
from tests.integration.flow.nodes import (
    ONE_DATABASE,
    arrive,
    holds,
    node,
    reconciler_of,
    record,
    state_of,
    take,
)
from tests.servers import Server

pytestmark = ONE_DATABASE


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

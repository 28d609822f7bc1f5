"""The line as those see it who may pick from it."""

from __future__ import annotations

import pytest

from acd.domain.queue import LastAgent, LineOrder
from tests.integration.routing.world import World


@pytest.mark.parametrize("order", list(LineOrder))
async def test_all_pools_in_one_order(world: World, order: LineOrder) -> None:
    await world.skills("french")
    await world.queue(order=order)
    first = await world.arrive()
    world.now_ms += 1000
    french = await world.arrive(requires={"french": 2})
    world.now_ms += 1000
    third = await world.arrive()
    urgent = await world.arrive(level=1)
    await world.run_timers()
    found = await world.router.line("support/chat", **world.at)
    assert [w.interaction for w in found] == [urgent, first, french, third]
    assert found[2].pool == "support/chat[french>=2]"
    assert found[2].requires == "french>=2"
    assert (found[0].level, found[0].card) == (1, '{"contact_name":"Zoé"}')
    some = await world.router.line("support/chat", most=2, **world.at)
    assert [w.interaction for w in some] == [urgent, first]
    assert await world.router.line("nobody/chat", **world.at) == ()


async def test_it_says_who_is_not_asked_for_a_while(world: World) -> None:
    await world.queue(decline_s=60)
    await world.agent("bruno", chat=1)
    await world.answer(await world.arrive())
    await world.agent("anna")
    name = await world.arrive()
    await world.router.decline((await world.ring(name))["anna"], "anna", **world.at)
    found = await world.router.line("support/chat", **world.at)
    assert {one.interaction: dict(one.not_before_ms) for one in found} == {
        name: {"anna": world.now_ms + 60_000}
    }


@pytest.mark.parametrize("order", list(LineOrder))
async def test_who_waits_for_one_agent_is_seen_too(world: World, order: LineOrder) -> None:
    await world.queue(order=order, last_agent=LastAgent.WAIT, last_agent_wait_s=60)
    await world.agent("anna", chat=1)
    await world.answer(await world.arrive())
    names = []
    for number in range(4):
        world.now_ms += 1
        names.append(await world.arrive(last_agent="anna" if number % 2 else None))
    urgent = await world.arrive(level=1, last_agent="anna")
    found = await world.router.line("support/chat", **world.at)
    assert [w.interaction for w in found] == [urgent, *names]
    assert found[0].pool == "support/chat"
    some = await world.router.line("support/chat", most=4, **world.at)
    assert [w.interaction for w in some] == [urgent, *names[:3]]

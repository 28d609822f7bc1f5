"""Skills as pools: only the skilled are asked, and fewer skills are required as the wait grows."""

from __future__ import annotations

from typing import Any

import pytest

from acd.domain.agent import Membership
from acd.domain.errors import BadRequest, SkillUnknown
from acd.domain.queue import LastAgent, LineOrder, RelaxStep
from acd.routing import keys
from tests.integration.routing.world import World

FRENCH = {"french": 3}
POOL = "support/chat[french>=3]"


async def test_only_the_skilled_are_asked(skilled: World) -> None:
    await skilled.agent("anna", skills={"french": 2})
    await skilled.agent("bela", skills={"french": 3, "sales": 1})
    await skilled.agent("carl", skills={"sales": 9})
    one = await skilled.arrive(requires={"french": 3})
    assert (await skilled.look(one)).state == "waiting", "its pool is built by a timer"
    await skilled.run_timers()
    ringing = await skilled.ring(one)
    assert list(ringing) == ["bela"]
    offer = (await skilled.look(one)).offers[0]
    assert offer.why["pool"] == POOL
    assert offer.why["eligible"] == 1
    await skilled.settled()
    both = await skilled.arrive(requires={"sales": 1, "french": 1})
    await skilled.run_timers()
    assert list(await skilled.ring(both)) == ["bela"]
    assert (await skilled.look(both)).offers[0].why["pool"] == "support/chat[french>=1,sales>=1]"
    other = await skilled.arrive(requires={"sales": 2})
    await skilled.run_timers()
    assert list(await skilled.ring(other)) == ["carl"]
    await skilled.settled()


async def test_a_declined_one_waits_in_its_pool_and_keeps_its_place(skilled: World) -> None:
    await skilled.agent("bela", skills=FRENCH, chat=1)
    await skilled.agent("anna")
    one = await skilled.arrive(requires=FRENCH)
    await skilled.run_timers()
    offer = (await skilled.ring(one))["bela"]
    await skilled.router.decline(offer, "bela", **skilled.at)
    two = await skilled.arrive(requires=FRENCH)
    assert (await skilled.look(one)).position == 1, "anna speaks no French"
    assert list(await skilled.ring(two)) == ["bela"]
    await skilled.agent("dora", skills=FRENCH)
    assert list(await skilled.ring(one)) == ["dora"], "who comes is in the pool at once"
    await skilled.settled()


async def test_a_freed_agent_serves_their_lines_by_age(skilled: World) -> None:
    await skilled.agent("bela", skills=FRENCH, chat=1)
    busy = await skilled.arrive(requires=FRENCH)
    await skilled.run_timers()
    await skilled.answer(busy)
    lines = []
    for requires in ({}, FRENCH, {}, FRENCH):
        lines.append(await skilled.arrive(requires=requires))
        await skilled.wait(1)
    snapshot = await skilled.router.queue("support/chat", **skilled.at)
    assert snapshot.waiting == 4
    for expected in lines:
        await skilled.finish(busy)
        assert list(await skilled.ring(expected)) == ["bela"]
        await skilled.settled()
        await skilled.answer(expected)
        busy = expected


async def test_an_agents_own_rank_counts_for_the_pools_of_the_queue(skilled: World) -> None:
    await skilled.queue("sales/chat")
    await skilled.agent(
        "bela",
        Membership(queue="support/chat", rank=2),
        Membership(queue="sales/chat", rank=1),
        skills=FRENCH,
        chat=1,
    )
    busy = await skilled.arrive(requires=FRENCH)
    await skilled.run_timers()
    await skilled.answer(busy)
    older = await skilled.arrive("support/chat", requires=FRENCH)
    await skilled.wait(5)
    younger = await skilled.arrive("sales/chat", requires=FRENCH)
    await skilled.run_timers()
    await skilled.finish(busy)
    assert list(await skilled.ring(younger)) == ["bela"]
    assert (await skilled.look(older)).position == 1
    await skilled.settled()


async def test_only_declared_skills_are_required(skilled: World) -> None:
    await skilled.agent("anna")
    with pytest.raises(SkillUnknown):
        await skilled.arrive(requires={"french": 1, "welsh": 1})
    for requires in ({"french": 0}, {"french": 11}, {"Fr;": 1}, {f"s{n}": 1 for n in range(9)}):
        with pytest.raises(BadRequest):
            await skilled.arrive(requires=requires)
    assert not skilled.fold.interactions
    assert (await skilled.router.queue("support/chat", **skilled.at)).waiting == 0
    await skilled.settled()


async def test_skills_change_the_pools_an_agent_is_in(skilled: World) -> None:
    await skilled.agent("anna", skills=FRENCH, chat=3)
    one = await skilled.arrive(requires=FRENCH)
    await skilled.run_timers()
    assert await skilled.stored("here", POOL) == ["anna"]
    await skilled.agent("anna", skills={"french": 1}, chat=3)
    assert await skilled.stored("here", POOL) == []
    await skilled.ring(one)
    two = await skilled.arrive(requires=FRENCH)
    assert (await skilled.look(two)).state == "waiting"
    await skilled.settled()
    await skilled.agent("anna", skills={"french": 5}, chat=3)
    assert list(await skilled.ring(two)) == ["anna"]
    await skilled.settled()


async def test_steps_open_the_requirement_as_the_wait_grows(skilled: World) -> None:
    steps = (RelaxStep(after_s=20, level=2), RelaxStep(after_s=60))
    await skilled.queue(ring_time_s=20, relax=steps)
    await skilled.agent("none")
    await skilled.agent("some", skills={"french": 2}, chat=1)
    one = await skilled.arrive(requires=FRENCH)
    two = await skilled.arrive(requires=FRENCH)
    await skilled.wait(19)
    assert (await skilled.look(one)).state == "waiting"
    await skilled.wait(1)
    offer = (await skilled.look(one)).offers[0]
    assert (offer.agent, offer.why["pool"], offer.why["relaxed"]) == (
        "some", "support/chat[french>=2]", 1,
    )  # fmt: skip
    await skilled.answer(one)
    assert (await skilled.look(two)).position == 1
    await skilled.settled()
    await skilled.wait(40)
    offer = (await skilled.look(two)).offers[0]
    assert (offer.agent, offer.why["relaxed"]) == ("none", 2)
    assert "pool" not in offer.why
    relaxed = await skilled.heard("interaction.relaxed")
    assert [(e.interaction, e.data["pool"], e.data["step"]) for e in relaxed] == [
        (one, "support/chat[french>=2]", 1),
        (two, "support/chat[french>=2]", 1),
        (two, "support/chat", 2),
    ]
    await skilled.settled()


async def test_a_step_that_falls_in_a_ring_counts_at_the_requeue(skilled: World) -> None:
    await skilled.queue(ring_time_s=30, relax=(RelaxStep(after_s=20, level=1),))
    await skilled.agent("bela", skills=FRENCH, chat=1)
    await skilled.agent("some", skills={"french": 1}, chat=1)
    one = await skilled.arrive(requires=FRENCH)
    await skilled.run_timers()
    offer = (await skilled.ring(one))["bela"]
    await skilled.wait(25)
    assert not await skilled.heard("interaction.relaxed")
    await skilled.router.decline(offer, "bela", **skilled.at)
    assert list(await skilled.ring(one)) == ["some"]
    assert (await skilled.look(one)).offers[0].why["relaxed"] == 1
    await skilled.settled()


async def test_one_that_comes_with_an_age_has_its_steps_behind_it(skilled: World) -> None:
    await skilled.queue(relax=(RelaxStep(after_s=20),))
    await skilled.agent("anna")
    one = await skilled.arrive(requires=FRENCH, arrived_ms=skilled.now_ms - 21_000)
    assert list(await skilled.ring(one)) == ["anna"]
    await skilled.settled()


@pytest.mark.parametrize("order", list(LineOrder))
async def test_the_oldest_is_told_whatever_stands_at_the_head(
    skilled: World, order: LineOrder
) -> None:
    await skilled.queue(order=order, last_agent=LastAgent.WAIT, last_agent_wait_s=600)
    await skilled.agent("anna", chat=1, skills=FRENCH)
    held = await skilled.arrive()
    await skilled.answer(held)
    arrived = {}
    kinds: list[dict[str, Any]] = [
        {"level": 9}, {"last_agent": "anna"}, {}, {"requires": FRENCH}, {"level": 1},
        {"requires": FRENCH, "level": 2}, {},
    ]  # fmt: skip
    for more in kinds:
        arrived[await skilled.arrive(**more)] = skilled.now_ms
        await skilled.wait(1)
    await skilled.wait(2)
    for name in list(arrived):
        figures = await skilled.router.queue("support/chat", **skilled.at)
        assert (figures.waiting, figures.oldest_enqueued_ms) == (len(arrived), arrived.pop(name))
        await skilled.settled()
        await skilled.router.abandon(name, **skilled.at)
    figures = await skilled.router.queue("support/chat", **skilled.at)
    assert (figures.waiting, figures.oldest_enqueued_ms) == (0, None)


async def test_the_oldest_behind_many_of_another_level(skilled: World) -> None:
    await skilled.agent("anna", chat=0)
    oldest = skilled.now_ms
    await skilled.arrive()
    for _ in range(150):
        skilled.now_ms += 10
        await skilled.arrive(level=1)
    figures = await skilled.router.queue("support/chat", **skilled.at)
    assert figures.oldest_enqueued_ms == oldest


async def test_what_nobody_in_the_other_queue_can_meet_is_dropped_by_a_move(skilled: World) -> None:
    await skilled.queue("sales/chat")
    await skilled.queue("shop/chat")
    await skilled.agent("anna", "sales/chat", skills={"french": 3}, here=False)
    await skilled.agent("bela", "shop/chat", skills={"french": 2, "sales": 1})
    one, two = [await skilled.arrive(requires=FRENCH) for _ in range(2)]
    await skilled.router.move(one, "sales/chat", "boss", **skilled.at)
    await skilled.router.move(two, "shop/chat", "boss", **skilled.at)
    assert await skilled.stored("line", "sales/chat[french>=3]") == [one], "anna may come"
    assert list(await skilled.ring(two)) == ["bela"]
    moved = await skilled.heard("interaction.moved")
    assert [e.data.get("dropped") for e in moved] == [None, "french>=3"]
    await skilled.run_timers()
    await skilled.settled()
    # who loses the skill or leaves counts no more
    await skilled.agent("anna", "sales/chat", skills={"french": 1}, here=False)
    three = await skilled.arrive(requires=FRENCH)
    await skilled.router.move(three, "sales/chat", "boss", **skilled.at)
    assert await skilled.stored("line", "sales/chat") == [three]
    await skilled.router.remove_agent("anna", next(skilled.versions), **skilled.at)
    await skilled.router.remove_agent("bela", next(skilled.versions), **skilled.at)
    for queue in ("sales/chat", "shop/chat"):
        name = f"{keys.prefix(skilled.router.tenant)}skills:{queue}"
        assert not await skilled.router.link.client.exists(name)
    await skilled.run_timers()
    await skilled.settled()

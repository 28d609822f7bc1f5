"""Whoever served a contact last is preferred, or waited for in their personal line."""

from __future__ import annotations

import pytest

from acd.domain.agent import Membership
from acd.domain.queue import Diversion, Divert, LastAgent, LineOrder, RelaxStep
from acd.routing import keys
from tests.integration.routing.world import World

WAIT = {"last_agent": LastAgent.WAIT, "last_agent_wait_s": 60}


async def personal(world: World, agent: str) -> list[str]:
    key = f"{keys.prefix(world.router.tenant)}line:@{agent}/chat"
    return [str(name) for name in await world.router.link.client.zrange(key, 0, -1)]


async def busy(world: World, agent: str) -> str:
    """They hold one chat, which no rule of the queue took part in."""
    held = await world.arrive(last_agent=agent)
    assert await world.answer(held) == agent
    return held


async def test_off_means_nothing(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await world.agent("bela")
    one = await world.arrive(last_agent="bela")
    assert list(await world.ring(one)) == ["anna"]


@pytest.mark.parametrize("strategy", ["longest_idle", "ring_all", "random"])
async def test_preferred_they_ring_first_and_alone(world: World, strategy: str) -> None:
    await world.queue(last_agent=LastAgent.PREFER, strategy=(strategy,))
    for name in ("anna", "bela", "carl"):
        await world.agent(name)
    one = await world.arrive(last_agent="carl")
    ringing = await world.ring(one)
    assert list(ringing) == ["carl"]
    assert (await world.look(one)).offers[0].why["sticky"] == "prefer"
    await world.settled()
    await world.router.decline(ringing["carl"], "carl", **world.at)
    again = await world.look(one)
    assert {o.agent for o in again.offers} <= {"anna", "bela"}
    assert len(again.offers) == (2 if strategy == "ring_all" else 1)
    assert "sticky" not in again.offers[0].why
    await world.settled()


@pytest.mark.parametrize("reason", ["unknown", "away", "full", "other queue", "excluded by skill"])
async def test_not_eligible_they_are_not_waited_for_by_preference(
    world: World, reason: str
) -> None:
    await world.queue(last_agent=LastAgent.PREFER)
    await world.queue("sales/chat")
    await world.skills("french")
    await world.agent("anna", skills={"french": 1})
    if reason != "unknown":
        queue = "sales/chat" if reason == "other queue" else "support/chat"
        await world.agent("bela", queue, chat=0 if reason == "full" else 5)
    if reason == "away":
        await world.say("bela", "away")
    requires = {"french": 1} if reason == "excluded by skill" else {}
    one = await world.arrive(last_agent="bela", requires=requires)
    await world.run_timers()
    assert list(await world.ring(one)) == ["anna"]
    await world.settled()


async def test_full_they_are_waited_for_while_others_are_free(world: World) -> None:
    await world.queue(**WAIT)
    await world.agent("anna", chat=1)
    await world.agent("bela")
    held = await busy(world, "anna")
    one = await world.arrive(last_agent="anna")
    assert (await world.look(one)).position == 1
    assert await personal(world, "anna") == [one]
    assert (await world.router.queue("support/chat", **world.at)).waiting == 1
    await world.settled()
    await world.wait(30)
    await world.finish(held)
    assert list(await world.ring(one)) == ["anna"]
    assert (await world.look(one)).offers[0].why["sticky"] == "wait"
    assert await personal(world, "anna") == []
    await world.settled()


async def test_they_are_waited_for_so_long_and_no_longer(world: World) -> None:
    await world.queue(**WAIT)
    await world.agent("anna", chat=1)
    await world.agent("bela")
    await busy(world, "anna")
    one = await world.arrive(last_agent="anna")
    await world.wait(59)
    assert (await world.look(one)).state == "waiting"
    await world.wait(1)
    assert list(await world.ring(one)) == ["bela"]
    assert "sticky" not in (await world.look(one)).offers[0].why
    await world.settled()


@pytest.mark.parametrize("leave", ["away", "offline", "removed", "configured", "lapsed", "decline"])
async def test_who_leaves_is_waited_for_no_longer(world: World, leave: str) -> None:
    await world.queue(**WAIT, grace_s=20, wrap_up_s=0)
    await world.agent("anna", chat=1)
    await world.agent("bela")
    held = await busy(world, "anna")
    one = await world.arrive(last_agent="anna")
    if leave in ("away", "offline"):
        await world.say("anna", leave)
    elif leave == "removed":
        await world.router.remove_agent("anna", next(world.versions), **world.at)
    elif leave == "configured":
        await world.queue("sales/chat")
        await world.agent("anna", "sales/chat", here=False)
    elif leave == "lapsed":
        await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
        await world.wait(19)
        assert await personal(world, "anna") == [one], "while the grace lasts"
        await world.settled()
        await world.wait(1)
    else:
        await world.finish(held)
        offer = (await world.ring(one))["anna"]
        await world.router.decline(offer, "anna", **world.at)
    assert list(await world.ring(one)) == ["bela"]
    assert await personal(world, "anna") == []
    await world.settled()


async def test_who_comes_does_not_wait_for_one_in_grace(world: World) -> None:
    await world.queue(**WAIT, grace_s=20)
    await world.agent("anna", chat=1)
    await world.agent("bela")
    await busy(world, "anna")
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    one = await world.arrive(last_agent="anna")
    assert list(await world.ring(one)) == ["bela"]
    await world.settled()


async def test_their_line_is_compared_like_any_other(world: World) -> None:
    await world.queue(**WAIT)
    await world.queue("sales/chat", **WAIT, order=LineOrder.STRICT)
    places = (Membership(queue="support/chat"), Membership(queue="sales/chat"))
    await world.agent("anna", *places, chat=1)
    held = await busy(world, "anna")
    lines = []
    for queue, last in (
        ("support/chat", "anna"), ("sales/chat", None), ("sales/chat", "anna"),
        ("support/chat", None), ("support/chat", "anna"),
    ):  # fmt: skip
        lines.append(await world.arrive(queue, last_agent=last))
        await world.wait(1)
    for expected in lines:
        await world.settled()
        await world.finish(held)
        assert list(await world.ring(expected)) == ["anna"]
        held = expected
        await world.answer(held)
    assert len(await personal(world, "anna")) == 0


async def test_their_own_rank_counts_in_their_line_too(world: World) -> None:
    await world.queue(**WAIT)
    await world.queue("sales/chat", **WAIT)
    await world.agent(
        "anna",
        Membership(queue="support/chat", rank=2),
        Membership(queue="sales/chat", rank=1),
        chat=1,
    )
    held = await busy(world, "anna")
    older = await world.arrive(last_agent="anna")
    await world.wait(1)
    younger = await world.arrive("sales/chat", last_agent="anna")
    await world.finish(held)
    assert list(await world.ring(younger)) == ["anna"]
    assert await personal(world, "anna") == [older]
    await world.settled()


async def test_the_steps_go_on_while_they_are_waited_for(world: World) -> None:
    await world.skills("french")
    await world.queue(**WAIT, relax=(RelaxStep(after_s=20),))
    await world.agent("anna", chat=1, skills={"french": 1})
    await world.agent("bela")
    held = await busy(world, "anna")
    one = await world.arrive(last_agent="anna", requires={"french": 1})
    await world.wait(30)
    assert await personal(world, "anna") == [one]
    await world.settled()
    await world.say("anna", "away")
    assert list(await world.ring(one)) == ["bela"]
    assert (await world.look(one)).offers[0].why["relaxed"] == 1
    await world.finish(held)
    await world.settled()


async def test_another_level_or_credit_moves_them_within_it(world: World) -> None:
    await world.queue(**WAIT, credit_s=120)
    await world.agent("anna", chat=1)
    held = await busy(world, "anna")
    first = await world.arrive(last_agent="anna", level=5)
    second = await world.arrive(last_agent="anna", level=6)
    assert await personal(world, "anna") == [first, second]
    await world.router.reprioritise(first, 9, "sven", **world.at)
    assert await personal(world, "anna") == [second, first]
    await world.settled()
    await world.queue(**WAIT, credit_s=1, order=LineOrder.STRICT)
    await world.run_timers()
    await world.settled()
    await world.finish(held)
    assert list(await world.ring(second)) == ["anna"]


async def test_many_wait_for_one_and_all_go_on(world: World) -> None:
    await world.queue(**WAIT)
    await world.agent("anna", chat=1)
    await busy(world, "anna")
    many = sorted([await world.arrive(last_agent="anna") for _ in range(150)])
    await world.agent("bela", chat=100, total=10_000)
    await world.agent("anna", chat=1, total=90, here=False)
    await world.run_timers()
    assert await personal(world, "anna") == many
    await world.say("anna", "away")
    await world.run_timers()
    assert await personal(world, "anna") == []
    assert [bool(await world.ring(x)) for x in many] == [True] * 100 + [False] * 50
    await world.settled()


async def test_a_removed_queue_and_those_who_leave_empty_it(world: World) -> None:
    await world.queue(**WAIT)
    await world.agent("anna", chat=1)
    await busy(world, "anna")
    many = [await world.arrive(last_agent="anna") for _ in range(70)]
    await world.router.abandon(many[0], **world.at)
    await world.router.contact_lost(many[1], **world.at)
    assert len(await personal(world, "anna")) == 68
    await world.router.contact_back(many[1], **world.at)
    assert len(await personal(world, "anna")) == 69
    await world.settled()
    await world.router.remove_queue("support/chat", next(world.versions), **world.at)
    await world.run_timers()
    assert {(await world.look(x)).outcome for x in many} == {"abandoned", "rejected"}
    await world.settled()


@pytest.mark.parametrize("level", [1, 5])
async def test_who_waits_for_one_is_told_no_time(world: World, level: int) -> None:
    await world.queue(**WAIT)
    await world.agent("anna", chat=1)
    await world.agent("bela", chat=1)
    for _ in range(3):
        await world.finish(await busy(world, "bela"))
    await busy(world, "anna")
    one = await world.arrive(last_agent="anna", level=level)
    other = await world.arrive()
    assert await world.answer(other) == "bela"
    await world.wait(60)
    await world.finish(other)
    await world.answer(one, "bela")
    accepted = await world.heard("offer.accepted")
    assert "told" not in accepted[-1].data
    await world.settled()


@pytest.mark.parametrize("many", [1, 70])
async def test_closing_asks_for_those_who_wait_for_one_too(world: World, many: int) -> None:
    await world.queue(at_close=Divert(to=Diversion.REJECT), **WAIT)
    await world.agent("anna", chat=1)
    await world.agent("bela")
    await busy(world, "anna")
    waiting = [await world.arrive(last_agent="anna") for _ in range(many)]
    assert len(await personal(world, "anna")) == many
    closes_ms = world.now_ms + 1000
    await world.router.set_hours("support/chat", [(world.now_ms - 1, closes_ms)], **world.at)
    world.now_ms = closes_ms
    await world.run_timers()
    assert {(await world.look(name)).outcome for name in waiting} == {"rejected"}
    assert await personal(world, "anna") == []
    await world.settled()


async def test_a_longest_wait_that_comes_later_counts_for_who_waits_for_one(world: World) -> None:
    await world.queue(**WAIT)
    await world.agent("anna", chat=1)
    await world.agent("bela")
    await busy(world, "anna")
    one = await world.arrive(last_agent="anna")
    await world.queue(max_wait_s=10, **WAIT)
    await world.wait(9)
    assert await personal(world, "anna") == [one]
    await world.wait(1)
    assert (await world.look(one)).outcome == "rejected"
    await world.settled()

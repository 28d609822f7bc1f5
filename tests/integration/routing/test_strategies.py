"""Each strategy over the real scripts: whom it picks, how ties break, nobody waits in vain."""

from __future__ import annotations

from collections import Counter

import pytest

from acd.domain.agent import Membership
from acd.domain.errors import StrategyUnknown
from acd.domain.interaction import Channel
from acd.strategies.registry import TABLE
from tests.integration.routing.world import World

TEAM = ("anna", "bruno", "chloe")


async def team(world: World, strategy: str | tuple[str, ...], **settings: object) -> None:
    """Three agents who signed in one second apart, anna first."""
    names = (strategy,) if isinstance(strategy, str) else strategy
    await world.queue(strategy=names, **settings)
    for name in TEAM:
        await world.agent(name)
        await world.wait(1)
    await world.settled()


async def rung(world: World, **more: object) -> list[str]:
    """Who rings for a new arrival."""
    name = await world.arrive(**more)
    await world.settled()
    return list(await world.ring(name))


async def serve(world: World, **more: object) -> str:
    """An arrival, accepted by the first who rings."""
    name = await world.arrive(**more)
    agent = await world.answer(name)
    await world.settled()
    return agent


async def end_all_of(world: World, agent: str) -> None:
    for held in (await world.see(agent)).held:
        await world.finish(held.interaction, wrap_up=False)
        await world.settled()


async def test_longest_idle_takes_whoever_has_been_without_work_longest(world: World) -> None:
    await team(world, "longest_idle")
    assert await serve(world) == "anna"
    await world.wait(1)
    await end_all_of(world, "anna")
    assert await serve(world) == "bruno"
    await world.wait(1)
    await end_all_of(world, "bruno")
    assert await rung(world) == ["chloe"]


async def test_longest_idle_is_not_moved_by_a_break_or_a_missed_ring(world: World) -> None:
    await team(world, "longest_idle")
    await world.say("anna", "away", reason="lunch")
    await world.wait(5)
    await world.say("anna", "available")
    name = await world.arrive()
    assert list(await world.ring(name)) == ["anna"]
    await world.wait(20)
    assert list(await world.ring(name)) == ["bruno"], "anna missed it"
    await world.answer(name)
    assert await rung(world) == ["anna"]


async def test_equals_are_asked_in_the_order_of_their_ids(world: World) -> None:
    await world.queue()
    for name in reversed(TEAM):
        await world.agent(name)
    assert await rung(world) == ["anna"]
    why = (await world.look("ix_1")).offers[0].why
    assert why["next"] == "bruno"
    assert why["eligible"] == 3
    assert why["strategy"] == "longest_idle"
    assert [key["name"] for key in why["keys"]] == ["idle_since_ms"]


async def test_priority_takes_the_lowest_number_until_it_is_full(world: World) -> None:
    await world.queue(strategy=("priority",))
    for name, priority in (("anna", 100), ("bruno", 1), ("chloe", 2)):
        await world.agent(name, Membership(queue="support/chat", priority=priority), chat=2)
        await world.wait(1)
    picked = [await serve(world) for _ in range(6)]
    assert picked == ["bruno", "bruno", "chloe", "chloe", "anna", "anna"]
    why = (await world.heard("offer.made"))[0].data["why"]
    assert why["keys"][0] == {"name": "priority", "value": 1}
    assert why["priority"] == 1


async def test_priority_ties_go_to_the_longest_idle(world: World) -> None:
    await team(world, "priority")
    assert [await rung(world) for _ in range(2)] == [["anna"], ["anna"]]


async def test_max_utilization_fills_one_agent_before_the_next(world: World) -> None:
    await team(world, "max_utilization")
    picked = [await serve(world) for _ in range(11)]
    assert picked == ["anna"] * 5 + ["bruno"] * 5 + ["chloe"]


async def test_average_utilization_takes_whoever_has_fewest(world: World) -> None:
    await team(world, "average_utilization")
    picked = [await serve(world) for _ in range(6)]
    assert picked == ["anna", "bruno", "chloe", "anna", "bruno", "chloe"]
    await world.wait(1)
    await end_all_of(world, "chloe")
    assert await serve(world) == "chloe"


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        pytest.param("count", "bruno", id="count: 1 of 2 before 2 of 5"),
        pytest.param("ratio", "anna", id="ratio: 2 of 5 before 1 of 2"),
    ],
)
async def test_the_measure_says_what_utilization_is(
    world: World, measure: str, expected: str
) -> None:
    await world.queue(strategy=("average_utilization",), measure=measure)
    await world.agent("anna", chat=5)
    for _ in range(2):
        await serve(world)
    await world.agent("bruno", chat=2)
    await world.say("anna", "away")
    await serve(world)
    await world.say("anna", "available")
    assert await rung(world) == [expected]


async def test_round_robin_takes_whoever_was_asked_longest_ago(world: World) -> None:
    await team(world, "round_robin")
    picked = []
    for _ in range(6):
        picked.append(await serve(world))
        await world.wait(1)
        await end_all_of(world, picked[-1])
    assert picked == [*TEAM, *TEAM]


async def test_round_robin_counts_an_offer_whether_it_was_accepted_or_not(world: World) -> None:
    await team(world, "round_robin")
    name = await world.arrive()
    ringing = await world.ring(name)
    await world.router.decline(ringing["anna"], "anna", **world.at)
    assert await world.answer(name) == "bruno"
    assert await rung(world) == ["chloe"]
    assert await rung(world) == ["anna"]


async def test_random_is_uniform_and_records_its_seed(world: World) -> None:
    await world.queue(strategy=("random",))
    for n in range(5):
        await world.agent(f"a{n}", total=100, chat=1)
    counts: Counter[str] = Counter()
    for _ in range(300):
        name = await world.arrive()
        counts[await world.answer(name)] += 1
        await world.finish(name)
    await world.settled()
    assert set(counts) == {f"a{n}" for n in range(5)}
    assert all(35 <= count <= 90 for count in counts.values()), counts
    assert isinstance((await world.heard("offer.made"))[0].data["why"]["seed"], int)


async def test_random_finds_the_one_who_is_left(world: World) -> None:
    await world.queue(strategy=("random",), decline_s=600)
    for n in range(30):
        await world.agent(f"a{n}")
    name = await world.arrive()
    asked = set()
    for _ in range(30):
        ((agent, offer),) = (await world.ring(name)).items()
        asked.add(agent)
        await world.router.decline(offer, agent, **world.at)
        await world.settled()
    assert len(asked) == 30, "nobody is asked twice while somebody was not asked at all"


async def test_ring_all_asks_everybody_and_one_wins(world: World) -> None:
    await team(world, "ring_all")
    name = await world.arrive()
    ringing = await world.ring(name)
    assert list(ringing) == list(TEAM)
    await world.settled()
    await world.router.accept(ringing["bruno"], "bruno", **world.at)
    await world.settled()
    withdrawn = await world.heard("offer.withdrawn")
    assert {(e.agent, e.data["reason"], e.data["by"]) for e in withdrawn} == {
        ("anna", "taken", "bruno"),
        ("chloe", "taken", "bruno"),
    }
    late = await world.router.accept(ringing["anna"], "anna", **world.at)
    assert (late.outcome, late.winner) == ("taken", "bruno")
    assert (await world.see("anna")).channels[Channel.CHAT].count == 0


async def test_ring_all_goes_in_waves_of_its_limit(world: World) -> None:
    await team(world, "ring_all", ring_limit=2)
    name = await world.arrive()
    assert list(await world.ring(name)) == ["anna", "bruno"]
    await world.wait(20)
    assert list(await world.ring(name)) == ["chloe"], "who was not asked comes next"
    await world.settled()
    assert (await world.see("anna")).missed[Channel.CHAT] is False, "a shared miss is nobody's"


async def test_ring_n_lets_any_strategy_ring_its_best(world: World) -> None:
    await team(world, "longest_idle", ring=2)
    name = await world.arrive()
    ringing = await world.ring(name)
    assert list(ringing) == ["anna", "bruno"]
    await world.router.decline(ringing["anna"], "anna", **world.at)
    await world.settled()
    assert sorted(await world.ring(name)) == ["bruno", "chloe"], "the next one joins at once"


async def test_a_freed_agent_serves_the_line_before_joining_a_short_ring(world: World) -> None:
    await world.queue(strategy=("ring_all",))
    for agent in ("anna", "bruno"):
        await world.agent(agent, chat=1)
    first = await world.arrive()
    await world.answer(first, "bruno")
    second = await world.arrive()
    assert list(await world.ring(second)) == ["anna"]
    third = await world.arrive()
    await world.settled()
    await world.finish(first)
    await world.settled()
    assert list(await world.ring(third)) == ["bruno"], "who waits comes first"
    await world.router.abandon(third, **world.at)
    await world.settled()
    assert sorted(await world.ring(second)) == ["anna", "bruno"], "then the ring that is short"


async def test_strategies_in_company_break_each_others_ties(world: World) -> None:
    await world.queue(strategy=("priority", "average_utilization"))
    for name, priority in (("anna", 1), ("bruno", 1), ("chloe", 2)):
        await world.agent(name, Membership(queue="support/chat", priority=priority), chat=2)
        await world.wait(1)
    picked = [await serve(world) for _ in range(6)]
    assert picked == ["anna", "bruno", "anna", "bruno", "chloe", "chloe"]


async def test_an_unknown_strategy_is_refused_with_the_list(world: World) -> None:
    with pytest.raises(StrategyUnknown, match="longest_idle"):
        await world.queue(strategy=("fastest",))


@pytest.mark.parametrize("strategy", TABLE)
async def test_nobody_waits_while_an_eligible_agent_is_free(world: World, strategy: str) -> None:
    await world.queue(strategy=(strategy,), wrap_up_s=3, ring_limit=2)
    for name in TEAM:
        await world.agent(name, chat=2)
    names = [await world.arrive(level=1 + n % 9) for n in range(12)]
    await world.settled()
    while await world.router.link.client.zcard(f"acd:{{{world.router.tenant}}}:line:support/chat"):
        await world.news()
        for name in names:
            x = world.fold.interactions[name]
            if x.offers:
                await world.answer(name)
                await world.settled()
            elif x.state == "active":
                await world.finish(name)
                await world.settled()
        await world.wait(1)
        await world.settled()


async def test_a_new_strategy_rebuilds_the_index(world: World) -> None:
    await world.queue(strategy=("round_robin",))
    for n in range(250):
        await world.agent(
            f"a{n:03}", Membership(queue="support/chat", priority=100 - n % 100), chat=1
        )
    assert await rung(world) == ["a000"]
    await world.queue(strategy=("priority",))
    assert not (await world.router.queue("support/chat", **world.at)).ready, "more than a chunk"
    waiting = await world.arrive()
    await world.run_timers()
    await world.settled()
    assert list(await world.ring(waiting)) == ["a099"]
    assert await rung(world) == ["a199"]


async def test_a_new_order_scores_the_line_anew(world: World) -> None:
    await world.queue(order="aging", credit_s=0)
    first = [await world.arrive(level=9), await world.arrive(level=1)]
    assert [(await world.look(name)).position for name in first] == [1, 2]
    await world.queue(order="strict", credit_s=0)
    await world.settled()
    assert [(await world.look(name)).position for name in first] == [2, 1]

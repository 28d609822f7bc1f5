"""What a customer is told of the wait, and whether it came true."""

from __future__ import annotations

import heapq
import itertools
import random
from typing import Any

from acd.domain.estimate import wait_of
from acd.reporting.metrics import Metrics
from tests.integration.routing.world import START_MS, World

DAY_S = 86_400.0


async def rush_hour(world: World, chance: random.Random, agents: int, arrivals: int) -> None:
    """Arrivals by chance at a little more than `agents` can serve, each served for a minute or so.

    Everybody answers after two seconds.
    """
    await world.queue(ring_time_s=3600, delivery_s=3600, lease_s=DAY_S, grace_s=DAY_S)
    for n in range(agents):
        await world.agent(f"agent{n}", chat=1)
    number = itertools.count()
    heap: list[tuple[int, int, str, str]] = []
    at_ms = START_MS
    for _ in range(arrivals):
        at_ms += round(chance.expovariate(1.05 * agents / 60) * 1000)
        heapq.heappush(heap, (at_ms, next(number), "arrive", ""))
    rung: set[str] = set()
    while heap:
        world.now_ms, _, step, name = heapq.heappop(heap)
        if step == "arrive":
            await world.arrive()
        elif step == "answer":
            await world.answer(name)
            ends = world.now_ms + round(chance.expovariate(1 / 60) * 1000)
            heapq.heappush(heap, (ends, next(number), "finish", name))
        else:
            await world.finish(name)
        for event in await world.news():
            if event.type == "offer.made" and event.interaction not in rung:
                rung.add(str(event.interaction))
                answer = (world.now_ms + 2000, next(number), "answer", str(event.interaction))
                heapq.heappush(heap, answer)


async def test_the_estimate_comes_true(world: World) -> None:
    await rush_hour(world, random.Random(3), agents=4, arrivals=400)
    accepted = await world.heard("offer.accepted")
    assert len(accepted) == 400
    told = [event for event in accepted if "told" in event.data]
    assert len(told) > 250
    metrics = Metrics("1")
    metrics.events_recorded(accepted, lag_s=0)

    def figure(name: str, **labels: str) -> float:
        value = metrics.registry.get_sample_value(name, {"queue": "support/chat", **labels})
        assert value is not None
        return value

    assert figure("acd_estimates_total") == len(told)
    within = [
        figure("acd_estimates_met_total", quantile=quantile) / len(told)
        for quantile in ("p50", "p90")
    ]
    assert 0.4 <= within[0] <= 0.6, within
    assert 0.82 <= within[1] <= 0.97, within
    await world.settled()


async def test_what_is_told_at_the_arrival_is_kept_until_the_first_accept(world: World) -> None:
    await world.queue()
    await world.agent("anna", chat=1)
    early = [await world.arrive() for _ in range(4)]
    await world.answer(early[0])
    for before, name in itertools.pairwise(early):
        place = await world.router.position(early[3], **world.at)
        assert place
        assert place.estimate_p50_s is None, "too few have left"
        await world.wait(30)
        await world.finish(before)
        await world.answer(name)
    third, fourth = await world.arrive(), await world.arrive()
    raised = await world.arrive(level=1)
    place = await world.router.position(third, **world.at)
    assert place
    assert place.position == 2
    await world.wait(20)
    await world.finish(early[3])
    await world.answer(raised)
    await world.finish(raised)
    await world.answer(third)
    events = {str(e.interaction): e.data for e in await world.heard("offer.accepted")}
    for name in early:
        assert "told" not in events[name], "too few had left before"
    assert events[raised]["told"]["place"] == 1
    told = events[third]["told"]
    assert told["place"] == 1, "as it was then, before a better level came"
    wait = wait_of(told["place"], told["left"], told["busy_ms"])
    assert wait
    await world.finish(third)
    await world.answer(fourth)
    # the agent is lost: another accept is not told again
    await world.router.remove_agent("anna", 99, **world.at)
    await world.agent("boris")
    await world.answer(fourth)
    again = [e for e in await world.heard("offer.accepted") if e.interaction == fourth]
    assert ["told" in e.data for e in again] == [True, False]
    await world.settled()


async def moving_line(world: World, **arriving: Any) -> None:
    """A line from which somebody is picked every twenty seconds, three so far."""
    await world.queue(pull=True)
    await world.agent("anna", chat=0)
    for name in [await world.arrive(**arriving) for _ in range(3)]:
        await world.wait(20)
        assert (await world.router.pull(name, "anna", **world.at)).changed


async def test_who_is_picked_from_the_line_has_left_it_too(world: World) -> None:
    await moving_line(world)
    place = await world.router.position(await world.arrive(), **world.at)
    assert place
    assert place.estimate_p50_s is not None
    assert place.estimate_p50_s <= 20, "one in twenty seconds"


async def test_a_worse_level_that_came_before_is_not_before(world: World) -> None:
    await moving_line(world)
    for _ in range(3):
        await world.arrive(level=9)
    usual = await world.arrive()
    await world.wait(5)
    await world.agent("bruno")
    await world.answer(usual, "bruno")
    told = next(e for e in await world.heard("offer.accepted") if e.interaction == usual)
    assert told.data["told"]["place"] == 1


async def test_agents_see_what_the_last_in_line_is_told(world: World) -> None:
    await moving_line(world)
    figures = await world.router.queue("support/chat", **world.at)
    assert figures.last is None, "nobody waits"
    newcomer = figures.expected
    waiting = [await world.arrive() for _ in range(3)]
    figures = await world.router.queue("support/chat", **world.at)
    told = [await world.router.position(name, **world.at) for name in waiting]
    assert told[0]
    assert newcomer == (told[0].estimate_p50_s, told[0].estimate_p90_s)
    assert told[2]
    assert figures.last == (told[2].estimate_p50_s, told[2].estimate_p90_s)


async def test_where_skills_make_several_lines_the_longest_counts(world: World) -> None:
    await world.skills("french")
    await moving_line(world, requires={"french": 3})
    for _ in range(2):
        await world.arrive()
    assert (await world.router.queue("support/chat", **world.at)).last is None, "nobody left it"
    narrow = [await world.arrive(requires={"french": 3}) for _ in range(2)]
    told = await world.router.position(narrow[1], **world.at)
    figures = await world.router.queue("support/chat", **world.at)
    assert told
    assert told.position == 2
    assert figures.waiting == 4
    assert figures.last == (told.estimate_p50_s, told.estimate_p90_s)
    await world.settled()


async def test_who_rings_at_once_makes_no_line_slow(world: World) -> None:
    """Few contacts in ten minutes are no sign of a slow line."""
    await world.queue()
    await world.agent("anna", chat=5)
    for _ in range(5):
        await world.answer(await world.arrive())
        await world.wait(20)
    place = await world.router.position(await world.arrive(), **world.at)
    assert place
    assert place.estimate_p50_s is None

"""What is told of a decision is enough to follow it."""

from __future__ import annotations

from typing import Any

from tests.integration.routing.world import World


async def why(world: World, name: str) -> dict[str, Any]:
    return dict((await world.look(name)).offers[-1].why)


async def test_whoever_is_excluded_for_it_was_not_eligible(world: World) -> None:
    await world.queue(decline_s=60, ring_time_s=60)
    for agent in ("anna", "bruno", "chloe"):
        await world.agent(agent)
    name = await world.arrive()
    assert (await why(world, name))["eligible"] == 3
    await world.router.decline((await world.ring(name))["anna"], "anna", **world.at)
    assert (await why(world, name))["eligible"] == 2
    assert (await why(world, await world.arrive()))["eligible"] == 3, "for another she is"


async def test_a_lot_is_told_with_its_number_and_among_how_many(world: World) -> None:
    await world.queue(strategy=("random",), ring=2)
    agents = [f"a{number}" for number in range(7)]
    for agent in agents:
        await world.agent(agent, chat=1)
    drawn = await world.arrive()
    for offer in (await world.look(drawn)).offers:
        told = offer.why
        lot = told["seed"] % 2_147_483_646 + 1
        for _ in range(told["draw"]):
            lot = lot * 16_807 % 2_147_483_647
        assert agents[lot % told["of"]] == offer.agent
    for agent in agents:
        await world.say(agent, "away")
    await world.say("a3", "available")
    assert "seed" not in await why(world, drawn), "whoever came was asked"


async def test_beside_the_last_agent_the_best_of_the_order_is_told(world: World) -> None:
    await world.queue(last_agent="prefer")
    for agent in ("anna", "bruno"):
        await world.agent(agent)
        world.now_ms += 1
    name = await world.arrive(last_agent="bruno")
    told = await why(world, name)
    assert (told["sticky"], told["next"]) == ("prefer", "anna")
    queued = (await world.heard("interaction.queued"))[0]
    assert queued.data["last_agent"] == "bruno"
    own = await world.arrive(last_agent="anna")
    assert (await why(world, own))["next"] == "bruno", "the best herself: whoever is next"


async def test_an_offer_of_a_transfer_says_who_asked_and_for_what(world: World) -> None:
    await world.skills("french")
    await world.queue()
    await world.agent("anna", skills={"french": 3})
    await world.agent("bruno")
    name = await world.arrive(requires={"french": 2})
    await world.run_timers()
    await world.answer(name, "anna")
    await world.router.transfer_to_agent(name, "anna", "bruno", **world.at)
    told = await why(world, name)
    assert told["strategy"] == "transfer"
    assert (told["by"], told["priority"], told["pool"]) == ("anna", 1, "support/chat[french>=2]")

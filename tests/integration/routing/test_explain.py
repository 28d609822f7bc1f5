"""Why, and why not: what is explained is what the scripts do."""

from __future__ import annotations

from typing import Any

from acd.domain.agent import Availability, Membership, When
from acd.domain.queue import RelaxStep
from acd.routing.explain import Explained, Standing
from tests.integration.routing.world import CALL, World


async def explain(world: World, interaction: str, after: str = "") -> Explained:
    found = await world.router.explain(interaction, after, **world.at)
    assert found
    return found


def told(found: Explained) -> dict[str, Any]:
    """Per agent: the place, the standing, or why not."""
    return {
        each.agent: [(r.code.value, *r.facts.values()) for r in each.reasons]
        or each.place
        or each.standing.value
        for each in found.agents
    }


async def test_every_reason_has_its_figures(world: World) -> None:
    await world.queue(decline_s=60)
    await world.queue("support/call")
    await world.queue("sales/chat")
    for name in ("away", "decliner", "free", "freer", "off"):
        await world.agent(name, here=name != "off")
    await world.agent("caller", "support/call")
    await world.agent("full", chat=0)
    await world.agent("small", total=10)
    await world.agent("stranger", "sales/chat")
    await world.say("away", "away", reason="lunch")
    for name in ("free", "freer"):
        await world.say(name, "away", reason="training")
    ix = await world.arrive()
    offer = (await world.ring(ix))["decliner"]
    assert told(await explain(world, ix))["decliner"] == "offered"
    await world.router.decline(offer, "decliner", **world.at)
    found = await explain(world, ix)
    assert told(found) == {
        "away": [("away", "lunch")],
        "caller": [("not_member",)],
        "decliner": [("declined", world.now_ms + 60_000)],
        "free": [("away", "training")],
        "freer": [("away", "training")],
        "full": [("full", 0, 0)],
        "off": [("offline",)],
        "small": [("capacity", 0, 20, 10)],
    }
    assert found.interaction.state == "waiting"
    assert found.interaction.position == 1
    assert (found.free, found.here, found.waiting, found.asked) == (1, 3, 1, 1)
    assert found.strategy == ("longest_idle",)
    await world.settled()


async def test_a_lapsed_lease_and_several_reasons_at_once(world: World) -> None:
    await world.queue()
    await world.agent("anna", chat=0)
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    await world.say("anna", "away", reason="break")
    ix = await world.arrive()
    assert told(await explain(world, ix))["anna"] == [
        ("away", "break"),
        ("grace", world.now_ms + 20_000),
        ("full", 0, 0),
    ]


async def test_who_would_be_next_is_who_is_next(world: World) -> None:
    await world.queue(strategy=("priority",), ring_time_s=5, delivery_s=5)
    for number, name in enumerate(("anna", "ben", "claire", "dora")):
        await world.agent(name, Membership(queue="support/chat", priority=1 + number // 2))
        await world.wait(1)
    ix = await world.arrive()
    for _ in range(4):
        found = await explain(world, ix)
        places = {e.agent: e.place for e in found.agents if e.standing is Standing.ELIGIBLE}
        rung = next(e.agent for e in found.agents if e.standing is Standing.OFFERED)
        assert sorted(filter(None, places.values())) == list(range(1, len(places) + 1))
        await world.router.decline((await world.ring(ix))[rung], rung, **world.at)
        fresh = await world.look(ix)
        expected = [name for name, place in places.items() if place == 1]
        assert [offer.agent for offer in fresh.offers] == expected


async def test_places_pass_over_whom_it_rings_and_whom_it_may_not_ask(world: World) -> None:
    await world.queue(ring=2)
    for name in ("anna", "ben", "claire", "dora", "emma"):
        await world.agent(name)
        await world.wait(1)
    ix = await world.arrive()
    assert told(await explain(world, ix)) == {
        "anna": "offered", "ben": "offered", "claire": 1, "dora": 2, "emma": 3,
    }  # fmt: skip
    await world.router.decline((await world.ring(ix))["anna"], "anna", **world.at)
    assert told(await explain(world, ix)) == {
        "anna": [("declined", world.now_ms + 60_000)],
        "ben": "offered", "claire": "offered", "dora": 1, "emma": 2,
    }  # fmt: skip


async def test_a_lot_says_among_how_many(world: World) -> None:
    await world.queue(strategy=("random",))
    for name in ("anna", "ben", "claire"):
        await world.agent(name)
    ix = await world.arrive()
    found = await explain(world, ix)
    assert [(e.place, e.tied) for e in found.agents if e.standing is Standing.ELIGIBLE] == [
        (1, 2),
        (1, 2),
    ]


async def test_after_the_ring_it_says_whose_it_is_and_whose_it_was(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    ix = await world.arrive()
    await world.answer(ix)
    assert told(await explain(world, ix)) == {"anna": "holder"}
    await world.finish(ix)
    found = await explain(world, ix)
    assert (found.interaction.state, told(found)) == ("ended", {"anna": "holder"})
    assert await world.router.explain("ix_unknown", **world.at) is None
    assert await world.router.explain(ix, "no/id", **world.at) is None


async def test_pages_hold_every_agent_of_the_department_once(world: World) -> None:
    await world.queue()
    await world.queue("sales/chat")
    names = {f"agent{number:03}" for number in range(150)}
    for name in sorted(names):
        await world.agent(name, here=False)
        await world.agent(f"b{name}", "sales/chat", here=False)
    ix = await world.arrive()
    seen: list[str] = []
    after, pages = "", 0
    while True:
        found = await explain(world, ix, after)
        pages += 1
        seen += [each.agent for each in found.agents]
        if not found.next:
            break
        after = found.next
    assert pages == 3
    assert sorted(seen) == sorted(names)
    assert len(seen) == len(set(seen))


async def test_it_changes_nothing(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    ix = await world.arrive()
    before = await world.router.link.client.xlen(f"acd:{{{world.router.tenant}}}:events")
    await explain(world, ix)
    assert await world.router.link.client.xlen(f"acd:{{{world.router.tenant}}}:events") == before


async def test_calls_are_explained_by_their_own_channel(world: World) -> None:
    await world.queue("support/call")
    await world.queue()
    await world.agent("anna", "support/call", "support/chat")
    await world.say("anna", "away", CALL, "lunch")
    ix = await world.arrive("support/call")
    assert told(await explain(world, ix)) == {"anna": [("away", "lunch")]}


async def test_a_missing_skill_has_its_levels_and_relaxing_opens_it(world: World) -> None:
    await world.skills("french", "sales")
    await world.queue(relax=(RelaxStep(after_s=10, level=2), RelaxStep(after_s=20)))
    await world.agent("anna", skills={"french": 2})
    await world.agent("ben", skills={"sales": 5})
    ix = await world.arrive(requires={"french": 3, "sales": 1})
    found = await explain(world, ix)
    assert (found.pool, found.queue_state) == ("support/chat[french>=3,sales>=1]", "building")
    await world.run_timers()
    found = await explain(world, ix)
    assert told(found) == {
        "anna": [("skill", "french", 3, 2), ("skill", "sales", 1, 0)],
        "ben": [("skill", "french", 3, 0)],
    }
    assert (found.requires, found.relaxed, len(found.relax)) == ("french>=3,sales>=1", 0, 2)
    assert (found.queue_state, found.free, found.here) == ("ready", 0, 0)
    await world.wait(11)
    found = await explain(world, ix)
    assert told(found)["anna"] == [("skill", "sales", 1, 0)]
    assert (found.pool, found.relaxed) == ("support/chat[french>=2,sales>=1]", 1)
    await world.wait(10)
    found = await explain(world, ix)
    assert sorted(map(str, told(found).values())) == ["1", "offered"]
    assert (found.pool, found.relaxed) == ("support/chat", 2)


async def test_one_who_waits_for_their_last_agent_is_reserved(world: World) -> None:
    await world.queue(last_agent="wait", last_agent_wait_s=30)
    await world.agent("anna", chat=1)
    await world.answer(await world.arrive())
    await world.agent("ben")
    ix = await world.arrive(last_agent="anna")
    found = await explain(world, ix)
    assert told(found) == {"anna": [("full", 1, 1)], "ben": [("reserved", "anna")]}
    assert (found.sticky, found.personal) == ("anna", "anna")
    assert found.sticky_until_ms == world.now_ms + 30_000
    await world.wait(31)
    assert told(await explain(world, ix))["ben"] == "offered"


async def test_who_finishes_and_who_gave_it_away_are_not_asked(world: World) -> None:
    await world.queue()
    await world.queue("sales/chat")
    await world.agent("anna", "support/chat", "sales/chat", chat=1)
    ix = await world.arrive()
    await world.answer(ix)
    await world.agent("ben", "sales/chat")
    await world.answer(await world.arrive("sales/chat"), "ben")
    await world.router.set_presence(
        "ben", channel=None, availability=Availability.AWAY, when=When.FINISHED, **world.at
    )
    await world.router.transfer_to_queue(ix, "anna", "sales/chat", **world.at)
    found = told(await explain(world, ix))
    assert found["ben"] == [("finishing",)]
    assert found["anna"][0][0] == "given"


async def test_the_hours_of_the_queue_are_told(world: World) -> None:
    await world.queue()
    ix = await world.arrive()
    always = await explain(world, ix)
    assert (always.open, always.closes_ms, always.opens_ms) == (True, None, None)
    closes, opens = world.now_ms + 60_000, world.now_ms + 120_000
    hours = [(world.now_ms - 1, closes), (opens, opens + 60_000)]
    await world.router.set_hours("support/chat", hours, **world.at)
    now = await explain(world, ix)
    assert (now.open, now.closes_ms, now.opens_ms) == (True, closes, opens)
    world.now_ms = closes
    later = await explain(world, ix)
    assert (later.open, later.opens_ms) == (False, opens)
    world.now_ms = opens + 60_000
    last = await explain(world, ix)
    assert (last.open, last.closes_ms, last.opens_ms) == (False, None, None)

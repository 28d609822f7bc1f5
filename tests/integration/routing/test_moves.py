"""Another queue, another level: the age is kept, offers end, the line is rescored."""

from __future__ import annotations

import pytest

from acd.domain.errors import BadRequest, NotFound, QueueUnknown
from tests.integration.routing.world import START_MS, World

BOSS = "boss"


async def test_a_move_takes_the_ring_back_and_keeps_the_age(world: World) -> None:
    await world.queue("sales/chat")
    await world.queue()
    await world.agent("anna", "sales/chat")
    await world.agent("boris", "support/chat")
    asked = await world.arrive("sales/chat")
    await world.wait(3)
    moved = await world.router.move(asked, "support/chat", BOSS, **world.at)
    assert moved.changed
    x = await world.look(asked)
    assert (x.queue, x.enqueued_ms) == ("support/chat", START_MS)
    assert set(await world.ring(asked)) == {"boris"}
    assert (await world.see("anna")).used == 0
    [event] = await world.heard("interaction.moved")
    assert event.queue == "support/chat"
    assert event.data == {
        "from": "sales/chat", "to": "support/chat", "reason": "moved", "state": "waiting",
        "hops": 0, "by": BOSS,
    }  # fmt: skip
    [withdrawn] = await world.heard("offer.withdrawn")
    assert (withdrawn.agent, withdrawn.data["reason"]) == ("anna", "moved")
    await world.settled()


async def test_moved_to_the_line_it_stands_by_its_age(world: World) -> None:
    await world.queue("sales/chat")
    await world.queue()
    old = await world.arrive("sales/chat")
    await world.wait(1)
    young = await world.arrive()
    await world.router.move(old, "support/chat", BOSS, **world.at)
    assert [(await world.look(one)).position for one in (old, young)] == [1, 2]
    await world.settled()
    await world.agent("anna", chat=1)
    assert set(await world.ring(old)) == {"anna"}
    await world.settled()


async def test_a_move_forgets_who_declined(world: World) -> None:
    await world.queue("sales/chat")
    await world.queue()
    await world.agent("anna", "sales/chat", "support/chat")
    asked = await world.arrive()
    await world.router.decline((await world.ring(asked))["anna"], "anna", **world.at)
    assert not await world.ring(asked)
    await world.router.move(asked, "sales/chat", BOSS, **world.at)
    assert set(await world.ring(asked)) == {"anna"}
    await world.settled()


async def test_a_parked_one_is_moved_and_stays_parked(world: World) -> None:
    await world.queue("sales/chat")
    await world.queue()
    await world.agent("anna", "sales/chat")
    asked = await world.arrive()
    await world.router.contact_lost(asked, **world.at)
    await world.router.move(asked, "sales/chat", BOSS, **world.at)
    assert (await world.look(asked)).state == "parked"
    await world.settled()
    await world.router.contact_back(asked, **world.at)
    assert set(await world.ring(asked)) == {"anna"}
    await world.settled()


async def test_a_ring_whose_contact_is_away_is_parked_by_a_move(world: World) -> None:
    await world.queue("sales/chat")
    await world.queue()
    await world.agent("anna")
    asked = await world.arrive()
    await world.router.contact_lost(asked, **world.at)
    await world.router.move(asked, "sales/chat", BOSS, **world.at)
    assert (await world.look(asked)).state == "parked"
    await world.settled()
    await world.wait(61, beat=False)
    assert (await world.look(asked)).outcome == "abandoned"
    await world.settled()


async def test_a_move_that_cannot_be_changes_nothing(world: World) -> None:
    await world.queue()
    await world.queue("support/call")
    await world.queue("sales/chat")
    await world.agent("anna")
    asked = await world.arrive()
    with pytest.raises(BadRequest):
        await world.router.move(asked, "support/call", BOSS, **world.at)
    with pytest.raises(QueueUnknown):
        await world.router.move(asked, "gone/chat", BOSS, **world.at)
    with pytest.raises(NotFound):
        await world.router.move("ix_99", "support/chat", BOSS, **world.at)
    assert (await world.router.move(asked, "support/chat", BOSS, **world.at)).reason == "there"
    await world.answer(asked)
    late = await world.router.move(asked, "sales/chat", BOSS, **world.at)
    assert (late.changed, late.reason) == (False, "late")
    assert not await world.heard("interaction.moved")
    await world.settled()


@pytest.mark.parametrize("order", ["aging", "strict"])
async def test_another_level_rescores_one(world: World, order: str) -> None:
    await world.queue(order=order)
    first, second = await world.arrive(), await world.arrive()
    raised = await world.router.reprioritise(second, 1, BOSS, **world.at)
    assert raised.changed
    assert [(await world.look(one)).position for one in (first, second)] == [2, 1]
    again = await world.router.reprioritise(second, 1, BOSS, **world.at)
    assert (again.changed, again.reason) == (False, "same")
    [event] = await world.heard("interaction.reprioritised")
    assert event.data == {"level": 1, "was": 5, "by": BOSS}
    await world.settled()
    await world.agent("anna", chat=1)
    assert set(await world.ring(second)) == {"anna"}
    await world.settled()


async def test_another_level_holds_through_a_ring_and_ends_with_the_accept(world: World) -> None:
    await world.queue(order="strict")
    await world.agent("anna", chat=1)
    rung, waits = await world.arrive(), await world.arrive()
    await world.router.reprioritise(rung, 9, BOSS, **world.at)
    await world.settled()
    await world.router.decline((await world.ring(rung))["anna"], "anna", **world.at)
    assert (await world.look(rung)).position == 1
    await world.answer(waits)
    late = await world.router.reprioritise(waits, 1, BOSS, **world.at)
    assert (late.changed, late.reason) == (False, "late")
    with pytest.raises(BadRequest):
        await world.router.reprioritise(rung, 10, BOSS, **world.at)
    with pytest.raises(NotFound):
        await world.router.reprioritise("ix_99", 1, BOSS, **world.at)
    await world.settled()


async def test_a_short_ring_is_joined_by_its_new_level(world: World) -> None:
    await world.queue(strategy=("ring_all",), ring_limit=3)
    await world.agent("anna", chat=2)
    first = await world.arrive()
    await world.wait(1)
    second = await world.arrive()
    await world.router.reprioritise(second, 1, BOSS, **world.at)
    await world.settled()
    await world.agent("boris", chat=1)
    assert set(await world.ring(second)) == {"anna", "boris"}
    assert set(await world.ring(first)) == {"anna"}
    await world.settled()

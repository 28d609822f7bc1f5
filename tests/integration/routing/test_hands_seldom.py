"""What steering answers and logs in turns that seldom come; no luck is needed to see it."""

from __future__ import annotations

import pytest

from acd.domain.errors import AgentUnknown, Overloaded, QueueUnknown
from acd.domain.interaction import Opening
from acd.routing.router import Router
from tests.integration.routing.world import World

SALES = "sales/chat"


@pytest.fixture
async def name(world: World) -> str:
    """Anna's chat, the only one she has room for."""
    await world.queue(wrap_up_s=0)
    await world.queue(SALES)
    await world.agent("anna", "support/chat", SALES, chat=1)
    name = await world.arrive(leased=False)
    await world.answer(name)
    return name


async def kinds(world: World, since: int) -> list[str]:
    """The events of the last command."""
    await world.news()
    return [str(event.type) for event in world.log[since:]]


async def logged(world: World) -> int:
    await world.news()
    return len(world.log)


async def test_the_slot_of_whoever_is_relieved_is_used_at_once(world: World, name: str) -> None:
    waiting = await world.arrive()
    await world.agent("bruno", SALES)
    at = await logged(world)
    await world.router.assign(name, "bruno", "sam", **world.at)
    assert await kinds(world, at) == ["transfer.completed", "interaction.assigned", "offer.made"]
    assert set(await world.ring(waiting)) == {"anna"}
    await world.settled()


async def test_an_assignment_ends_what_the_agent_had_of_it(world: World, name: str) -> None:
    router = world.router
    await world.queue(wrap_up_s=30)
    for agent in ("bruno", "chloe"):
        await world.agent(agent, SALES)
    await router.invite(name, "anna", "bruno", **world.at)
    await router.transfer_to_agent(name, "anna", "chloe", **world.at)
    at = await logged(world)
    await router.assign(name, "bruno", "sam", **world.at)
    seen = await kinds(world, at)
    assert {"offer.withdrawn", "transfer.returned", "guest.left", "wrap_up.started"} <= {*seen}
    at = await logged(world)
    await router.assign(name, "anna", "sam", **world.at)
    assert "wrap_up.ended" in await kinds(world, at)
    await world.settled()


async def test_what_a_queue_left_parked_cannot_be_assigned(world: World) -> None:
    await world.queue()
    await world.queue(SALES)
    await world.agent("anna", SALES)
    name = await world.arrive()
    await world.router.contact_lost(name, **world.at)
    await world.router.remove_queue("support/chat", next(world.versions), **world.at)
    with pytest.raises(QueueUnknown):
        await world.router.assign(name, "anna", "sam", **world.at)
    await world.settled()


async def test_a_customer_comes_back_to_whoever_is_there(world: World) -> None:
    await world.queue(idle_s=5)
    await world.agent("anna")
    name = await world.arrive(leased=False)
    await world.answer(name)
    await world.wait(5)
    await world.say("anna", "offline")
    await world.agent("bruno")
    at = await logged(world)
    await world.router.heard(name, **world.at)
    assert await kinds(world, at) == ["interaction.requeued", "offer.made"]
    await world.settled()


async def test_whom_an_owner_cannot_invite(world: World, name: str) -> None:
    router = world.router
    with pytest.raises(AgentUnknown):
        await router.invite(name, "anna", "nobody", **world.at)
    await world.agent("bruno", SALES)
    await router.transfer_to_agent(name, "anna", "bruno", **world.at)
    asked = await router.invite(name, "anna", "bruno", **world.at)
    assert asked.reason == "transferring"
    for number in range(9):
        await world.agent(f"guest-{number}", SALES)
        asked = await router.invite(name, "anna", f"guest-{number}", **world.at)
    assert asked.reason == "too_many"
    await world.settled()
    await world.finish(name)
    assert (await router.invite(name, "anna", "bruno", **world.at)).reason == "ended"


async def test_what_has_ended_changes_no_hands(world: World, name: str) -> None:
    router = world.router
    await world.agent("bruno", SALES)
    await router.consult(name, "anna", "bruno", **world.at)
    assert (await router.consult_complete(name, "bruno", **world.at)).reason == "not_owner"
    assert (await router.transfer_cancel(name, "bruno", **world.at)).reason == "not_owner"
    await world.finish(name)
    ended = [
        await router.transfer_to_agent(name, "anna", "bruno", **world.at),
        await router.transfer_to_queue(name, "anna", SALES, **world.at),
        await router.transfer_cancel(name, "anna", **world.at),
        await router.consult_complete(name, "anna", **world.at),
        await router.consult_cancel(name, "anna", **world.at),
    ]
    assert {one.reason for one in ended} == {"ended"}


async def test_a_full_log_lets_no_agent_begin(redis_url: str, tenant: str) -> None:
    router = await Router.open(redis_url, tenant, events_max=3)
    world = World(router)
    await world.queue()
    await world.agent("anna")
    opening = Opening(
        interaction="ix_1", queue="support/chat", contact="ct_1", conversation="cv_1", agent="anna"
    )
    with pytest.raises(Overloaded):
        await router.open_interaction(opening, **world.at)
    await router.close()


async def test_who_gave_one_away_pulls_it_back_and_takes_another(world: World) -> None:
    await world.queue(wrap_up_s=60)
    await world.queue(SALES, pull=True, decline_s=30)
    await world.agent("anna", "support/chat", SALES, chat=2)
    name = await world.arrive(leased=False)
    await world.answer(name)
    await world.router.transfer_to_queue(name, "anna", SALES, **world.at)
    other = await world.arrive(SALES, leased=False)
    ringing = await world.ring(other)
    await world.router.decline(ringing["anna"], "anna", **world.at)
    with pytest.raises(AgentUnknown):
        await world.router.pull(name, "nobody", **world.at)
    world.now_ms += 30_000  # she may be asked again, but no timer has run
    at = await logged(world)
    await world.router.pull(name, "anna", **world.at)
    assert await kinds(world, at) == ["wrap_up.ended", "interaction.assigned", "offer.made"]
    await world.settled()


async def test_a_consultation_ends_the_transfer_that_went_on(world: World, name: str) -> None:
    router = world.router
    for agent in ("bruno", "chloe"):
        await world.agent(agent, SALES)
    waiting = await world.arrive()
    await router.transfer_to_agent(name, "anna", "chloe", **world.at)
    await router.consult(name, "anna", "bruno", **world.at)
    at = await logged(world)
    await router.consult_complete(name, "anna", **world.at)
    seen = await kinds(world, at)
    assert {"offer.withdrawn", "transfer.returned", "offer.made"} <= {*seen}
    assert set(await world.ring(waiting)) == {"anna"}
    await world.settled()


async def test_it_goes_back_to_who_gave_it(world: World) -> None:
    await world.queue(wrap_up_s=60)
    await world.queue(SALES)
    await world.agent("anna")
    name = await world.arrive(leased=False)
    await world.answer(name)
    await world.agent("bruno", SALES)
    await world.router.consult(name, "anna", "bruno", **world.at)
    await world.router.consult_complete(name, "anna", **world.at)
    at = await logged(world)
    await world.router.transfer_to_agent(name, "bruno", "anna", **world.at)
    assert await kinds(world, at) == ["transfer.started", "wrap_up.ended", "offer.made"]
    await world.settled()


async def test_whoever_was_asked_in_vain_has_room_for_others(world: World, name: str) -> None:
    await world.agent("bruno", SALES, chat=1)
    await world.router.transfer_to_agent(name, "anna", "bruno", **world.at)
    waiting = await world.arrive(SALES)
    assert not await world.ring(waiting)
    await world.router.transfer_cancel(name, "anna", **world.at)
    assert set(await world.ring(waiting)) == {"bruno"}
    await world.settled()


async def test_what_goes_to_another_queue_goes_alone(world: World, name: str) -> None:
    for agent in ("bruno", "chloe"):
        await world.agent(agent, "support/chat")
    await world.router.invite(name, "anna", "bruno", **world.at)
    await world.router.transfer_to_agent(name, "anna", "chloe", **world.at)
    at = await logged(world)
    await world.router.transfer_to_queue(name, "anna", SALES, **world.at)
    seen = await kinds(world, at)
    assert {"offer.withdrawn", "transfer.returned", "guest.left", "interaction.moved"} <= {*seen}
    await world.settled()

"""Colleagues who are brought in: as guests, or to be asked and perhaps to take over."""

from __future__ import annotations

import pytest

from tests.integration.routing.world import CHAT, World


@pytest.mark.parametrize("stay", [False, True])
async def test_a_consultation_completed_swaps_owner_and_guest(world: World, stay: bool) -> None:
    name = await world.begun("bruno", wrap_up_s=10)
    router = world.router
    assert (await router.consult(name, "anna", "bruno", **world.at)).changed
    found = await world.look(name)
    assert (found.agent, found.guests, found.consulted) == ("anna", ("bruno",), "bruno")
    assert (await world.see("bruno")).held[0].role == "consult"
    assert (await world.see("bruno")).channels[CHAT].count == 1
    await world.settled()
    assert (await router.finish(name, by="agent", agent="bruno", **world.at)).reason == "not_owner"
    done = await router.consult_complete(name, "anna", stay=stay, command="c", **world.at)
    assert done.changed
    assert (await router.consult_complete(name, "anna", stay=stay, command="c", **world.at)) == done
    found = await world.look(name)
    assert (found.state, found.agent, found.consulted) == ("active", "bruno", None)
    assert found.guests == (("anna",) if stay else ())
    assert [h.role for h in (await world.see("anna")).held] == ["guest" if stay else "giver"]
    await world.settled()
    await world.finish(name)
    await world.settled()


async def test_a_consultation_cancelled_leaves_all_as_before(world: World) -> None:
    name = await world.begun("bruno", "chloe")
    router = world.router
    assert (await router.consult_cancel(name, "anna", **world.at)).reason == "not_guest"
    assert (await router.consult_complete(name, "anna", **world.at)).reason == "not_consulting"
    await router.consult(name, "anna", "bruno", **world.at)
    assert (await router.consult(name, "anna", "chloe", **world.at)).reason == "consulting"
    assert (await router.consult_cancel(name, "bruno", **world.at)).reason == "not_owner"
    assert (await router.consult_cancel(name, "anna", **world.at)).changed
    found = await world.look(name)
    assert (found.agent, found.guests) == ("anna", ())
    assert (await world.see("bruno")).channels[CHAT].count == 0
    await world.settled()


async def test_guests_hold_a_slot_never_win_and_leave_with_the_end(world: World) -> None:
    name = await world.begun("bruno", "chloe")
    router = world.router
    for guest in ("bruno", "chloe"):
        assert (await router.invite(name, "anna", guest, **world.at)).changed
    assert (await router.invite(name, "anna", "bruno", **world.at)).reason == "guest"
    assert (await router.invite(name, "bruno", "chloe", **world.at)).reason == "not_owner"
    refused = await router.transfer_to_agent(name, "anna", "bruno", **world.at)
    assert refused.reason == "guest"
    assert (await world.look(name)).guests == ("bruno", "chloe")
    await world.settled()
    assert (await router.leave(name, "chloe", **world.at)).changed
    assert (await router.leave(name, "anna", **world.at)).reason == "not_guest"
    assert (await world.see("chloe")).channels[CHAT].count == 0
    await world.finish(name)
    assert (await world.see("bruno")).channels[CHAT].count == 0
    await world.settled()


async def test_a_full_guest_is_refused_and_a_held_slot_frees_nothing(world: World) -> None:
    name = await world.begun()
    await world.agent("bruno", chat=1)
    await world.router.invite(name, "anna", "bruno", **world.at)
    await world.say("anna", "away")
    following = await world.arrive()
    assert not await world.ring(following), "the guest's slot counts"
    await world.settled()
    await world.router.leave(name, "bruno", **world.at)
    assert list(await world.ring(following)) == ["bruno"], "in the same step"
    await world.settled()


@pytest.mark.parametrize("how", ["lost", "remove", "owner_lost"])
async def test_a_guest_who_is_gone_holds_nothing(world: World, how: str) -> None:
    name = await world.begun("bruno", chat_grace_s=5, grace_s=3, lease_s=5)
    await world.router.invite(name, "anna", "bruno", **world.at)
    gone = "anna" if how == "owner_lost" else "bruno"
    if how == "remove":
        await world.router.remove_agent("bruno", 10**6, **world.at)
        assert await world.router.agent("bruno") is None
    else:
        await world.router.close_session(gone, world.consoles.pop(gone), **world.at)
        await world.wait(6)
    found = await world.look(name)
    assert found.guests == ()
    if how == "owner_lost":
        assert [o.agent for o in found.offers] == ["bruno"], "from the line, by an offer"
    else:
        assert (found.state, found.agent) == ("active", "anna")
    await world.settled()

"""Capacity across channels, wrap-up, calls, what a freed agent takes, and the bounds of a drain."""

from __future__ import annotations

from acd.domain.agent import AgentProfile, Membership
from acd.domain.queue import QueueSettings
from tests.integration.routing.world import CALL, CHAT, TICKET, World


async def test_a_call_comes_over_chats_and_then_blocks_new_ones(world: World) -> None:
    await world.queue()
    await world.queue("support/call")
    await world.agent("anna", "support/chat", "support/call")
    chats = [await world.arrive() for _ in range(2)]
    for chat in chats:
        await world.answer(chat)
    call = await world.arrive("support/call")
    assert list(await world.ring(call)) == ["anna"]
    third = await world.arrive()
    assert not await world.ring(third), "the call's weight fills the total"
    assert (await world.see("anna")).used == 140
    await world.answer(call)
    assert not await world.ring(await world.arrive("support/call")), "one call at most"
    await world.settled()
    offer = f"{call}.1"
    assert (await world.look(call)).state == "connecting"
    assert (await world.router.connected(offer, "anna", **world.at)).changed
    assert not (await world.router.connected(offer, "anna", **world.at)).changed
    assert (await world.look(call)).state == "active"
    await world.settled()


async def test_a_call_that_does_not_connect_rings_again_at_once_with_its_age(world: World) -> None:
    await world.queue("support/call")
    await world.agent("anna", "support/call")
    await world.wait(1)
    await world.agent("bruno", "support/call")
    call = await world.arrive("support/call")
    await world.answer(call, "anna")
    await world.wait(10)
    found = await world.look(call)
    assert (found.state, [o.agent for o in found.offers]) == ("ringing", ["bruno"])
    await world.settled()
    await world.answer(call, "bruno")
    assert (await world.router.fail(f"{call}.2", "bruno", "no media", **world.at)).changed
    assert (await world.look(call)).state == "waiting"
    await world.settled()


async def test_total_bounds_the_mix_of_channels(world: World) -> None:
    await world.queue()
    await world.queue("support/ticket")
    await world.agent("anna", "support/chat", "support/ticket", total=50)
    for queue in ("support/chat", "support/chat", "support/ticket", "support/ticket"):
        await world.arrive(queue)
    seen = await world.see("anna")
    assert (seen.used, seen.channels[CHAT].count, seen.channels[TICKET].count) == (50, 2, 2)
    assert not await world.ring(await world.arrive("support/ticket"))
    await world.settled()


async def test_wrap_up_holds_the_slot_until_the_agent_ends_it(world: World) -> None:
    await world.queue(wrap_up_s=30)
    await world.agent("anna", chat=1)
    name, following = await world.arrive(), await world.arrive()
    await world.answer(name)
    await world.finish(name)
    await world.settled()
    held = (await world.see("anna")).held
    assert [(h.interaction, h.state) for h in held] == [(name, "ended")]
    assert held[0].wrap_up_until_ms == world.now_ms + 30_000
    assert held[0].card == '{"contact_name":"Zoé"}'
    assert not await world.ring(following)
    assert (await world.router.wrap_up_end(name, "anna", **world.at)).changed
    assert not (await world.router.wrap_up_end(name, "anna", **world.at)).changed
    assert list(await world.ring(following)) == ["anna"], "the next rings in the same step"
    await world.settled()


async def test_wrap_up_ends_by_itself_and_is_extended_once(world: World) -> None:
    await world.queue(wrap_up_s=10, wrap_up_extend_s=30)
    await world.agent("anna", chat=1)
    name = await world.arrive()
    await world.answer(name)
    await world.finish(name)
    assert (await world.router.wrap_up_extend(name, "anna", **world.at)).changed
    again = await world.router.wrap_up_extend(name, "anna", **world.at)
    assert (again.changed, again.reason) == (False, "extended_before")
    assert (await world.router.wrap_up_extend(name, "bruno", **world.at)).reason == "unknown"
    await world.wait(39)
    assert (await world.see("anna")).channels[CHAT].count == 1
    await world.wait(1)
    seen = await world.see("anna")
    assert (seen.channels[CHAT].count, seen.held) == (0, ())
    assert (await world.heard("wrap_up.ended"))[0].data == {"by": "timer"}
    assert seen.idle_since_ms == world.now_ms, "idle since the slot is free"
    await world.settled()


async def test_only_the_owner_finishes(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    name = await world.arrive()
    refused = await world.router.finish(name, by="agent", agent="bruno", **world.at)
    assert (refused.changed, refused.reason) == (False, "not_owner")
    await world.answer(name)
    await world.wait(2)
    refused = await world.router.finish(name, by="agent", agent="bruno", **world.at)
    assert refused.reason == "not_owner"
    done = await world.router.finish(name, by="contact", **world.at)
    assert (done.changed, done.outcome) == (True, "handled")
    assert (await world.heard("interaction.ended"))[0].data["handled_ms"] == 2000
    assert (await world.router.finish("ix_none", by="system", **world.at)).reason == "unknown"


async def test_a_freed_agent_takes_by_channel_then_own_rank_then_due(world: World) -> None:
    for queue in ("a/chat", "b/chat", "c/chat", "a/call", "a/ticket"):
        await world.queue(queue, order="strict" if queue == "c/chat" else "aging")
    # due: enqueued + (level - 1) · 120 s, also where the line is strict
    ticket = await world.arrive("a/ticket", 1)
    third = await world.arrive("a/chat", 5)
    second = await world.arrive("c/chat", 4)
    first = await world.arrive("b/chat", 9)
    call = await world.arrive("a/call", 9)
    await world.agent(
        "anna",
        Membership(queue="a/chat"), Membership(queue="b/chat", rank=1), Membership(queue="c/chat"),
        Membership(queue="a/call"), Membership(queue="a/ticket"), total=500,
    )  # fmt: skip
    made = await world.heard("offer.made")
    assert [e.interaction for e in made] == [call, first, second, third, ticket]
    await world.settled()


async def test_aging_lets_nobody_starve_and_strict_does(world: World) -> None:
    await world.queue("a/chat", order="aging", credit_s=120)
    await world.queue("s/chat", order="strict")
    for queue in ("a/chat", "s/chat"):
        old = await world.arrive(queue, 5)
        await world.wait(241)
        new = await world.arrive(queue, 3)
        places = [(await world.look(name)).position for name in (old, new)]
        assert places == ([1, 2] if queue == "a/chat" else [2, 1])


async def test_a_drain_beyond_its_bound_goes_on_by_itself(world: World) -> None:
    await world.queue("support/ticket")
    names = []
    for _ in range(40):
        names.append(await world.arrive("support/ticket"))
        world.now_ms += 1
    await world.agent("anna", "support/ticket", ticket=40, total=1000)
    assert (await world.see("anna")).channels[TICKET].count == 16
    assert await world.router.check(now_ms=world.now_ms) == [], "a drain timer is due now"
    turn = await world.router.run_timers(**world.at)
    assert turn.more
    await world.run_timers()
    assert (await world.see("anna")).channels[TICKET].count == 40
    made = [e.interaction for e in await world.heard("offer.made")]
    assert made == names, "in the order of the line"
    await world.settled()


async def test_a_drain_walks_on_past_a_hundred_exclusions(world: World) -> None:
    await world.queue("support/ticket", decline_s=600, ring_time_s=600)
    await world.agent("anna", "support/ticket", ticket=1)
    for _ in range(100):
        world.now_ms += 1
        name = await world.arrive("support/ticket")
        for offer in (await world.look(name)).offers:
            await world.router.decline(offer.offer, "anna", **world.at)
    await world.settled()
    await world.say("anna", "away")
    world.now_ms += 1
    last = await world.arrive("support/ticket")
    await world.say("anna", "available")
    assert (await world.look(last)).state == "waiting", "beyond the 64 of one script"
    await world.run_timers()
    assert list(await world.ring(last)) == ["anna"]
    await world.settled()


async def test_an_older_version_is_refused_and_lower_capacity_takes_nothing_away(
    world: World,
) -> None:
    await world.queue()
    await world.agent("anna", chat=5)
    for _ in range(3):
        await world.answer(await world.arrive())
    await world.agent("anna", here=False, chat=2)
    assert (await world.heard("capacity.over"))[0].data == {"cause": "configured"}
    assert (await world.see("anna")).channels[CHAT].count == 3
    assert not await world.ring(await world.arrive())
    await world.settled()
    old = await world.router.configure_agent(AgentProfile(agent="anna", version=1), **world.at)
    assert (old.changed, old.reason) == (False, "stale")
    settings = QueueSettings(queue="support/chat", version=0, channel=CHAT, department="support")
    assert (await world.router.configure_queue(settings, **world.at)).reason == "stale"


async def test_leaving_a_queue_takes_the_agent_out_of_its_index(world: World) -> None:
    await world.queue()
    await world.queue("sales/chat")
    await world.agent("anna", "support/chat", "sales/chat")
    waiting = await world.arrive("sales/chat")
    await world.agent("anna", "support/chat", here=False)
    await world.router.decline((await world.ring(waiting))["anna"], "anna", **world.at)
    assert (await world.router.queue("sales/chat", **world.at)).here == 0
    assert not await world.ring(await world.arrive("sales/chat"))
    await world.settled()


async def test_a_removed_agent_leaves_chats_behind_and_talks_on(world: World) -> None:
    await world.queue()
    await world.queue("support/call")
    await world.agent("anna", "support/chat", "support/call")
    chat, call = await world.arrive(), await world.arrive("support/call")
    await world.answer(chat)
    await world.answer(call)
    await world.router.connected(f"{call}.1", "anna", **world.at)
    ringing = await world.arrive()
    assert (await world.router.remove_agent("anna", 99, **world.at)).changed
    assert (await world.look(chat)).position == 1
    assert (await world.look(ringing)).state == "waiting"
    assert (await world.look(call)).agent == "anna"
    await world.settled()
    await world.router.finish(call, by="contact", **world.at)
    assert await world.router.agent("anna", **world.at) is None
    assert len(await world.heard("agent.removed")) == 1
    await world.settled()


async def test_a_removed_queue_rejects_the_waiting_and_keeps_the_open(world: World) -> None:
    await world.queue()
    await world.agent("anna", chat=1)
    open_chat = await world.arrive()
    await world.answer(open_chat)
    waiting = [await world.arrive() for _ in range(100)]
    assert (await world.router.remove_queue("support/chat", 99, **world.at)).changed
    await world.run_timers()
    assert {(await world.look(name)).outcome for name in waiting} == {"rejected"}
    assert (await world.look(open_chat)).state == "active"
    assert (await world.router.queue("support/chat", **world.at)).configured
    await world.finish(open_chat)
    assert not (await world.router.queue("support/chat", **world.at)).configured
    await world.settled()
    await world.queue()
    assert list(await world.ring(await world.arrive())) == ["anna"], "it may come again"
    await world.settled()


async def test_figures_of_a_queue_and_of_its_line(world: World) -> None:
    await world.queue()
    await world.agent("anna", chat=1)
    for _ in range(20):
        name = await world.arrive()
        await world.answer(name)
        await world.wait(30)
        await world.finish(name)
    busy = await world.arrive()
    await world.answer(busy)
    waiting = [await world.arrive() for _ in range(4)]
    await world.wait(5)
    figures = await world.router.queue("support/chat", **world.at)
    assert (figures.waiting, figures.active, figures.available, figures.here) == (4, 1, 0, 1)
    assert figures.longest_wait_ms == 5000
    assert figures.served_per_minute is not None
    places = [await world.router.position(name, **world.at) for name in waiting]
    assert [p.position for p in places if p] == [1, 2, 3, 4]
    assert await world.router.position(busy, **world.at) is None
    assert not (await world.router.queue("x/chat", **world.at)).configured


async def test_calls_before_chats_when_both_wait(world: World) -> None:
    await world.queue()
    await world.queue("support/call")
    await world.agent("anna", "support/chat", "support/call", here=False)
    chat = await world.arrive()
    call = await world.arrive("support/call")
    await world.sign_in("anna")
    assert (await world.heard("offer.made"))[0].interaction == call
    assert not await world.ring(chat), "the call filled the total"
    assert (await world.see("anna")).channels[CALL].count == 1
    await world.settled()

"""Where features meet: removed queues, lost agents, full overflows, bounds of a script."""

from __future__ import annotations

from acd.domain.ids import AgentId, InteractionId
from acd.domain.queue import Diversion, Divert
from acd.routing.router import Router
from tests.integration.routing.world import CHAT, World

REJECT = Divert(to=Diversion.REJECT)


async def remove(world: World, queue: str) -> None:
    await world.router.remove_queue(queue, next(world.versions), **world.at)


async def leave(world: World, agent: str) -> None:
    """Their console closes, and no heartbeat opens it again."""
    await world.router.close_session(agent, world.consoles.pop(agent), **world.at)


async def test_who_is_lost_may_be_in_wrap_up_for_a_queue_that_is_gone(world: World) -> None:
    await world.queue(wrap_up_s=300)
    await world.agent("anna")
    chat = await world.arrive()
    await world.answer(chat, "anna")
    await world.finish(chat)
    await remove(world, "support/chat")
    await leave(world, "anna")
    await world.wait(60)
    assert (await world.see("anna")).channels[CHAT].availability == "offline"
    await world.wait(300)
    assert (await world.see("anna")).channels[CHAT].count == 0
    await world.settled()


async def test_no_callback_from_a_queue_that_is_gone(world: World) -> None:
    await world.queue()
    chat = await world.arrive()
    await world.router.contact_lost(chat, **world.at)
    await remove(world, "support/chat")
    answer = await world.router.request_callback(chat, **world.at)
    assert (answer.changed, answer.reason) == (False, "late")
    await world.settled()


async def test_many_who_overflow_at_once_do_not_overfill_the_next_queue(world: World) -> None:
    await world.queue("sales/chat", max_length=3)
    await world.queue(on_full=Divert(to=Diversion.OVERFLOW, queue="sales/chat"))
    await world.agent("anna", "sales/chat", chat=1)
    chats = [await world.arrive() for _ in range(6)]
    await remove(world, "support/chat")
    states = [(await world.look(chat)).state for chat in chats]
    assert states == ["ringing", "waiting", "waiting", "ended", "ended", "ended"]
    await world.settled()


async def test_queues_that_close_at_once_share_the_bound_of_a_script(world: World) -> None:
    closes_ms = world.now_ms + 60_000
    queues = [f"d{n}/chat" for n in range(3)]
    for queue in queues:
        await world.queue(queue, at_close=REJECT)
        await world.router.set_hours(queue, [(world.now_ms - 1, closes_ms)], **world.at)
        for _ in range(30):
            await world.arrive(queue)
    world.now_ms = closes_ms
    await world.router.run_timers(**world.at)
    assert len(await world.heard("interaction.ended")) <= 64
    await world.run_timers()
    assert len(await world.heard("interaction.ended")) == 90
    await world.settled()


async def test_who_comes_while_a_queue_is_built_learns_that_nobody_is_there(world: World) -> None:
    for n in range(201):
        await world.agent(f"agent_{n}", here=False)
    await world.queue(on_nobody=REJECT)
    chat = await world.arrive()
    await world.wait(2)
    assert (await world.look(chat)).state == "waiting"
    await world.wait(30)
    assert (await world.look(chat)).outcome == "rejected"
    await world.settled()


async def test_a_callback_dialled_by_an_agent_who_is_lost_goes_back(world: World) -> None:
    await world.queue(dial_s=600, chat_grace_s=60)
    await world.agent("anna")
    chat = await world.arrive()
    await world.router.request_callback(chat, **world.at)
    await world.answer(chat, "anna")
    assert (await world.look(chat)).state == "connecting"
    await leave(world, "anna")
    await world.wait(61)
    found = await world.look(chat)
    assert (found.state, found.agent) == ("waiting", None)
    await world.settled()
    await world.router.finish(chat, by="system", **world.at)
    ended = (await world.heard("interaction.ended"))[-1]
    assert ended.data["outcome"] == "unreached"
    assert ended.data["waited_ms"] == 61_000, "nobody reached them: they waited to the end"
    assert ended.data["handled_ms"] == 0


async def test_a_call_handed_on_in_vain_was_served_before(world: World) -> None:
    await world.queue("support/call", connect_s=5, wrap_up_s=0)
    for name in ("anna", "bruno"):
        await world.agent(name, "support/call")
    call = await world.arrive("support/call")
    await world.answer(call, "anna")
    await world.router.connected(f"{call}.1", "anna", **world.at)
    await world.wait(20)
    await world.router.transfer_to_agent(call, "anna", "bruno", **world.at)
    await world.answer(call, "bruno")
    await world.wait(6)
    assert (await world.look(call)).state == "ringing", "bruno could not be connected"
    await world.router.abandon(call, **world.at)
    assert (await world.look(call)).outcome == "handled"
    await world.settled()


async def test_an_accept_that_never_connected_counts_for_nothing(world: World) -> None:
    await world.queue("support/call", connect_s=5)
    await world.agent("anna", "support/call")
    call = await world.arrive("support/call")
    await world.answer(call)
    await world.wait(6)
    await world.router.abandon(call, **world.at)
    assert (await world.look(call)).outcome == "abandoned"
    await world.settled()


async def test_an_idle_chat_of_an_agent_who_is_gone_is_assigned(world: World) -> None:
    await world.queue(idle_s=30)
    await world.agent("anna")
    chat = await world.arrive()
    await world.answer(chat, "anna")
    await world.wait(31)
    assert (await world.look(chat)).state == "idle"
    await world.router.remove_agent("anna", next(world.versions), **world.at)
    world.consoles.pop("anna")
    await world.agent("bob")
    assert (await world.router.assign(chat, "bob", "boss", **world.at)).changed
    await world.agent("anna")
    await world.settled()


async def test_an_extended_wrap_up_ends_early_for_who_moved_on(world: World) -> None:
    for queue in ("support/chat", "sales/chat", "other/chat"):
        await world.queue(queue, wrap_up_s=30, wrap_up_extend_s=60)
    await world.agent("anna", "support/chat", "other/chat", chat=1)
    chat = await world.arrive()
    await world.answer(chat, "anna")
    await world.router.transfer_to_queue(chat, "anna", "sales/chat", **world.at)
    await world.router.move(chat, "other/chat", "boss", **world.at)
    await world.router.wrap_up_extend(chat, "anna", **world.at)
    await world.router.wrap_up_end(chat, "anna", **world.at)
    await world.settled()
    await world.wait(91)
    assert "anna" in await world.ring(chat)
    await world.settled()


async def test_what_a_removed_queue_has_open_survives_a_failover(
    world: World, router: Router
) -> None:
    await world.queue(wrap_up_s=0)
    await world.agent("anna")
    chat = await world.arrive()
    await world.answer(chat, "anna")
    await remove(world, "support/chat")
    meta = f"acd:{{{router.tenant}}}:meta"
    await router.link.client.hset(meta, "server", "another")
    maker = router.reconciler("token")
    begun = await maker.reconcile_begin(10_000)
    assert begun
    await maker.reconcile_advance(begun.generation + 1, begun.seq)
    await maker.reconcile_queue("support/chat")
    await maker.reconcile_interactions([InteractionId(chat)])
    await maker.reconcile_agents([AgentId("anna")])
    await maker.reconcile_end()
    world.now_ms = 0
    await world.finish(chat)
    assert (await world.see("anna")).channels[CHAT].count == 0
    await world.run_timers()
    assert await router.check() == []


async def test_a_rule_for_closing_that_comes_after_closing_counts(world: World) -> None:
    await world.queue()
    chat = await world.arrive()
    world.now_ms += 1000
    await world.router.set_hours("support/chat", [], **world.at)
    await world.run_timers()
    assert (await world.look(chat)).state == "waiting"
    await world.queue(at_close=REJECT)
    await world.run_timers()
    assert (await world.look(chat)).outcome == "rejected"
    await world.settled()


async def test_one_called_back_for_longer_than_silence_lasts_falls_silent(world: World) -> None:
    await world.queue(idle_s=10, dial_s=60)
    await world.agent("anna")
    chat = await world.arrive()
    await world.router.request_callback(chat, **world.at)
    await world.answer(chat, "anna")
    await world.wait(15)
    await world.router.contact_back(chat, **world.at)
    assert (await world.look(chat)).state == "active"
    await world.wait(15)
    assert (await world.look(chat)).state == "idle"
    await world.settled()

"""Another server holds what was copied; a node makes sure of it, and all goes on from there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.domain.history import PastInteraction
from acd.domain.ids import QueueId
from acd.domain.interaction import Arrival, Channel, InteractionState, Outcome
from acd.domain.queue import Diversion, Divert
from tests.integration.routing.failing_over import made_sure_of
from tests.integration.routing.world import World

REJECT = Divert(to=Diversion.REJECT)


async def fail_over(world: World) -> None:
    async with made_sure_of(world):
        pass


async def test_a_call_that_connects_has_the_rest_of_its_time(world: World) -> None:
    await world.queue("support/call", connect_s=10)
    await world.agent("anna", "support/call")
    call = await world.arrive("support/call")
    await world.answer(call)
    await world.wait(4)
    await fail_over(world)
    await world.run_timers()
    await world.settled()
    await world.wait(5)
    assert (await world.look(call)).state == "connecting"
    await world.wait(1)
    assert (await world.look(call)).state == "waiting", "nobody was connected in ten seconds"
    await world.settled()


async def test_the_time_of_one_that_did_not_connect_is_not_that_of_the_next(world: World) -> None:
    await world.queue("support/call", connect_s=10)
    for agent in ("anna", "bruno"):
        await world.agent(agent, "support/call")
    call = await world.arrive("support/call")
    first = await world.answer(call)
    await world.wait(4)
    await fail_over(world)
    await world.run_timers()
    await world.router.fail(f"{call}.1", first, "busy", **world.at)
    second = await world.answer(call)
    assert second != first
    await world.wait(8)
    found = await world.look(call)
    assert (found.state, found.agent) == ("connecting", second)
    await world.settled()


async def test_a_queue_that_closed_before_it_is_rebuilt_lets_its_line_go(world: World) -> None:
    await world.queue(at_close=REJECT)
    later = (world.now_ms + 60_000, world.now_ms + 90_000)
    await world.router.set_hours("support/chat", [(0, world.now_ms + 4_000), later], **world.at)
    name = await world.arrive()
    world.now_ms += 4_500  # it closed, and no timer ran
    await world.heartbeat()
    await fail_over(world)
    await world.wait(2)
    assert (await world.look(name)).outcome == "rejected"
    await world.settled()


async def test_no_rule_ends_what_the_history_knows_better(world: World) -> None:
    """Both ring in what the server kept; both were answered meanwhile, and one has ended."""
    await world.queue(max_wait_s=10, on_max_wait=REJECT)
    await world.agent("anna", here=False)
    await world.console("anna")
    await world.say("anna", "available")
    ended, talks, waits = [await world.arrive() for _ in range(3)]
    known = [past(name, "support/chat", world.now_ms) for name in (ended, talks)]
    world.now_ms += 12_000
    await world.heartbeat()
    async with made_sure_of(world) as own:
        first = replace(known[0], state=InteractionState.ENDED, outcome=Outcome.HANDLED)
        second = replace(known[1], state=InteractionState.ACTIVE, agent="anna", accepted_ms=1)
        assert (await own.restore(first, arrival(first))).changed
        assert (await own.restore(second, arrival(second))).changed
    await world.run_timers()
    assert [
        (event.interaction, event.data["outcome"], event.data["by"])
        for event in await world.heard("interaction.ended")
    ] == [(ended, "handled", "failover"), (waits, "rejected", "system")]
    found = await world.look(talks)
    assert (found.state, found.agent) == ("active", "anna")
    await world.settled()


async def test_who_waited_when_the_queue_closed_is_let_go_after_it(world: World) -> None:
    """It rang when the queue closed, whose timer passed it by; and she has no room after all."""
    await world.queue(at_close=REJECT, ring_time_s=30)
    later = (world.now_ms + 60_000, world.now_ms + 90_000)
    await world.router.set_hours("support/chat", [(0, world.now_ms + 4_000), later], **world.at)
    await world.agent("anna", chat=1)
    name = await world.arrive()
    await world.router.delivered(f"{name}.1", "anna", **world.at)
    await world.wait(5)
    assert (await world.look(name)).state == "ringing"
    async with made_sure_of(world) as own:
        lost = past("ix_lost", "support/chat", world.now_ms)
        talks = replace(lost, state=InteractionState.ACTIVE, agent="anna", accepted_ms=1)
        assert (await own.restore(talks, arrival(talks))).changed
    await world.wait(2)
    assert (await world.look(name)).outcome == "rejected"
    await world.settled()


def past(name: str, queue: str, enqueued_ms: int, accepted_ms: int = 0) -> PastInteraction:
    return PastInteraction(
        id=name, channel=Channel.CHAT, queue=queue, contact="ct_8", conversation="cv_8",
        state=InteractionState.WAITING, level=5, agent=None, outcome=None, ended_by="",
        offer_count=0, requeues=0, moves=1, callback=False, tries=0, reason="",
        enqueued_ms=enqueued_ms, accepted_ms=accepted_ms or None, active_ms=None, ended_ms=None,
        waited_ms=None, handled_ms=None, wrapped_up_ms=None,
    )  # fmt: skip


def arrival(known: PastInteraction, **more: Any) -> Arrival:
    return Arrival(
        interaction=known.id, queue=known.queue, contact=known.contact,
        conversation=known.conversation, arrived_ms=known.enqueued_ms, leased=False, **more,
    )  # fmt: skip


async def test_what_the_server_lost_has_its_rules_its_skills_and_its_agent_again(
    world: World,
) -> None:
    await world.skills("french")
    overflow = Divert(to=Diversion.OVERFLOW, queue="support/chat")
    await world.queue(max_wait_s=60, on_max_wait=REJECT, last_agent="prefer")
    await world.queue("sales/chat", max_wait_s=30, on_max_wait=overflow)
    for agent in ("anna", "bruno"):
        await world.agent(agent, skills={"french": 2}, here=False)
    long_ago = world.now_ms - 600_000
    first = past("ix_past", "support/chat", long_ago, accepted_ms=long_ago + 7_000)
    second = past("ix_other", "sales/chat", long_ago)
    async with made_sure_of(world) as own:
        came = arrival(first, requires={"french": 2}, last_agent="bruno")
        assert (await own.restore(first, came, [QueueId("sales/chat")])).changed
        assert (await own.restore(second, arrival(second), [QueueId("support/chat")])).changed
    await world.run_timers()
    for name in (first.id, second.id):
        assert (await world.look(name)).state == "waiting", "its wait in this queue begins now"
    queued = (await world.heard("interaction.queued"))[0].data
    assert (queued["requires"], queued["last_agent"]) == ("french>=2", "bruno")
    await world.wait(31)
    assert (await world.look(second.id)).outcome == "rejected", "no queue twice"
    for agent in ("anna", "bruno"):
        await world.console(agent)
    await world.router.contact_lost(first.id, **world.at)
    for agent in ("anna", "bruno"):
        await world.say(agent, "available")
    await world.router.contact_back(first.id, **world.at)
    assert list(await world.ring(first.id)) == ["bruno"]
    await world.router.abandon(first.id, **world.at)
    ended = (await world.heard("interaction.ended"))[-1].data
    assert (ended["outcome"], ended["waited_ms"]) == ("handled", 7_000), "it had been served"


async def test_what_it_requires_is_said_of_what_the_server_kept(world: World) -> None:
    await world.skills("french")
    await world.queue()
    name = await world.arrive(requires={"french": 2})
    await fail_over(world)
    restored = (await world.heard("interaction.restored"))[0]
    assert restored.interaction == name
    assert restored.data["pool"] == "support/chat[french>=2]"
    assert restored.data["requires"] == "french>=2"

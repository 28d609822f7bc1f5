"""What a queue makes of those it does not keep: its length, how long one waits, its end."""

from __future__ import annotations

import itertools

import pytest

from acd.domain.queue import Diversion, Divert
from tests.integration.routing.world import START_MS, World

BOSS = "boss"
FORM, REJECT = Divert(to=Diversion.FORM), Divert(to=Diversion.REJECT)


def over(queue: str) -> Divert:
    return Divert(to=Diversion.OVERFLOW, queue=queue)


# the length of the line


@pytest.mark.parametrize(
    ("divert", "outcome"),
    [(None, "rejected"), (REJECT, "rejected"), (FORM, "form"),
     (Divert(to=Diversion.VOICEMAIL), "voicemail")],
)  # fmt: skip
async def test_a_full_line_takes_no_more(world: World, divert: Divert | None, outcome: str) -> None:
    await world.queue(max_length=2, on_full=divert)
    await world.agent("anna", chat=1)
    ringing, waiting = await world.arrive(), await world.arrive()
    refused = await world.enter()
    assert (refused.state, refused.agents) == ("ended", ())
    assert refused.diverted == (divert.to if divert else "reject")
    ended = await world.look(refused.interaction)
    assert (ended.outcome, ended.diverted, ended.rule) == (outcome, refused.diverted, "full")
    [event] = await world.heard("interaction.ended")
    assert event.data == {
        "outcome": outcome, "by": "system", "waited_ms": 0, "handled_ms": 0, "reason": "full"
    }  # fmt: skip
    await world.settled()
    await world.answer(ringing)
    kept = await world.enter()
    assert (kept.state, kept.diverted) == ("waiting", None)
    assert (await world.look(waiting)).position == 1
    await world.settled()


async def test_asked_again_the_first_answer_stands(world: World) -> None:
    await world.queue(max_length=1, on_full=FORM)
    await world.arrive()
    refused = await world.enter()
    world._numbers = itertools.count(2)
    again = await world.enter()
    assert (again.known, again.state, again.diverted) == (True, "ended", "form")
    assert again.interaction == refused.interaction
    assert len(await world.heard("interaction.ended")) == 1


async def test_those_who_overflow_keep_their_age(world: World) -> None:
    await world.queue("sales/chat", max_length=1, on_full=over("support/chat"))
    await world.queue()
    await world.arrive("sales/chat")
    await world.wait(2)
    first = await world.enter("sales/chat")
    assert (first.queue, first.diverted, first.state) == ("support/chat", "overflow", "waiting")
    x = await world.look(first.interaction)
    assert (x.enqueued_ms, x.hops, x.queue) == (START_MS + 2000, ("sales/chat",), "support/chat")
    [moved] = await world.heard("interaction.moved")
    assert (moved.data["reason"], moved.data["hops"]) == ("full", 1)
    await world.settled()
    await world.agent("anna")
    assert set(await world.ring(first.interaction)) == {"anna"}
    await world.settled()


async def test_an_overflow_rings_at_once_where_it_can(world: World) -> None:
    await world.queue("sales/chat", on_nobody=over("support/chat"))
    await world.queue()
    await world.agent("anna")
    asked = await world.enter("sales/chat")
    assert (asked.queue, asked.state, asked.agents) == ("support/chat", "ringing", ("anna",))
    await world.settled()


async def test_at_most_three_hops_and_no_queue_twice(world: World) -> None:
    names = [f"q{n}/chat" for n in range(5)]
    for name, after in zip(names, [*names[1:], names[0]], strict=True):
        await world.queue(name, on_nobody=over(after))
    far = await world.enter(names[0])
    x = await world.look(far.interaction)
    assert (x.queue, x.outcome, x.hops) == ("q3/chat", "rejected", tuple(names[:3]))
    await world.queue("a/chat", on_nobody=over("b/chat"))
    await world.queue("b/chat", on_nobody=over("a/chat"))
    ring = await world.look((await world.enter("a/chat")).interaction)
    assert (ring.queue, ring.outcome, ring.hops) == ("b/chat", "rejected", ("a/chat",))
    await world.queue("c/chat", on_nobody=over("c/chat"))
    await world.queue("d/chat", on_nobody=over("gone/chat"))
    await world.queue("e/chat", on_nobody=over("support/call"))
    await world.queue("support/call")
    for name in ("c/chat", "d/chat", "e/chat"):
        assert (await world.enter(name)).diverted == "reject"
    await world.settled()


async def test_a_person_s_move_begins_the_hops_anew(world: World) -> None:
    await world.queue("a/chat", on_nobody=over("b/chat"))
    await world.queue("b/chat")
    asked = await world.arrive("a/chat")
    assert (await world.look(asked)).hops == ("a/chat",)
    await world.router.move(asked, "a/chat", BOSS, **world.at)
    x = await world.look(asked)
    assert (x.queue, x.hops, x.diverted) == ("a/chat", (), None)
    await world.settled()
    await world.wait(31)
    assert (await world.look(asked)).hops == ("a/chat",)
    await world.settled()


# the wait


async def test_who_waits_too_long_goes_on(world: World) -> None:
    await world.queue("sales/chat", max_wait_s=30, on_max_wait=over("support/chat"))
    await world.queue(max_wait_s=60, on_max_wait=FORM)
    asked = await world.arrive("sales/chat")
    await world.wait(29)
    assert (await world.look(asked)).queue == "sales/chat"
    await world.wait(1)
    assert (await world.look(asked)).queue == "support/chat"
    await world.settled()
    await world.wait(59)
    assert (await world.look(asked)).state == "waiting"
    await world.wait(1)
    assert (await world.look(asked)).outcome == "form"
    [ended] = await world.heard("interaction.ended")
    assert (ended.data["waited_ms"], ended.data["reason"]) == (90_000, "max_wait")
    await world.settled()


async def test_a_wait_over_in_a_ring_ends_with_the_ring(world: World) -> None:
    await world.queue(max_wait_s=10, on_max_wait=REJECT, ring_time_s=20)
    await world.agent("anna", "support/chat")
    await world.agent("boris", "support/chat")
    asked = await world.arrive()
    await world.ring(asked)
    await world.wait(15)
    assert (await world.look(asked)).state == "ringing"
    ringing = await world.ring(asked)
    agent = next(iter(ringing))
    await world.router.decline(ringing[agent], agent, **world.at)
    assert (await world.look(asked)).outcome == "rejected"
    await world.settled()


async def test_who_is_accepted_in_time_is_not_asked_again(world: World) -> None:
    await world.queue(max_wait_s=10, on_max_wait=REJECT)
    await world.agent("anna")
    asked = await world.arrive()
    await world.wait(2)
    await world.answer(asked)
    assert not await timers(world, "m|")
    await world.wait(60)
    assert (await world.look(asked)).state == "active"
    await world.settled()
    # the agent is lost: a new wait begins
    await world.router.remove_agent("anna", 99, **world.at)
    await world.wait(9)
    assert (await world.look(asked)).state == "waiting"
    await world.settled()
    await world.wait(1)
    assert (await world.look(asked)).outcome == "rejected"
    await world.settled()


async def test_a_rule_made_later_holds_for_those_in_line(world: World) -> None:
    await world.queue()
    line = [await world.arrive() for _ in range(70)]
    await world.wait(20)
    await world.queue(max_wait_s=30, on_max_wait=FORM)
    await world.wait(9)
    assert (await world.look(line[0])).state == "waiting"
    await world.wait(1)
    assert {(await world.look(one)).outcome for one in line} == {"form"}
    await world.settled()


async def test_a_longer_rule_is_heeded_and_none_frees(world: World) -> None:
    await world.queue(max_wait_s=10, on_max_wait=FORM)
    asked = await world.arrive()
    await world.queue(max_wait_s=20, on_max_wait=FORM)
    await world.wait(19)
    assert (await world.look(asked)).state == "waiting"
    await world.queue()
    await world.wait(30)
    assert (await world.look(asked)).state == "waiting"
    await world.settled()


async def test_the_wait_goes_on_while_the_contact_is_away(world: World) -> None:
    await world.queue(max_wait_s=30, on_max_wait=FORM)
    asked = await world.arrive()
    await world.router.contact_lost(asked, **world.at)
    world.contacts.clear()
    await world.wait(40)
    assert (await world.look(asked)).state == "parked"
    await world.router.contact_back(asked, **world.at)
    assert (await world.look(asked)).outcome == "form"
    await world.settled()


async def test_an_old_arrival_waits_from_its_entry(world: World) -> None:
    await world.queue(max_wait_s=30, on_max_wait=FORM)
    asked = await world.arrive(arrived_ms=START_MS - 600_000)
    await world.wait(29)
    assert (await world.look(asked)).state == "waiting"
    await world.wait(1)
    assert (await world.look(asked)).outcome == "form"
    await world.settled()


# the end of a queue


async def test_a_removed_queue_uses_its_overflow(world: World) -> None:
    await world.queue(on_full=FORM, on_closed=over("sales/chat"))
    await world.queue("sales/chat")
    line = [await world.arrive() for _ in range(70)]
    await world.router.remove_queue("support/chat", 99, **world.at)
    await world.run_timers()
    assert {(await world.look(one)).queue for one in line} == {"sales/chat"}
    assert (await world.look(line[0])).position == 1
    await world.settled()


async def timers(world: World, start: str) -> list[str]:
    found = await world.router.link.client.zrange(f"acd:{{{world.router.tenant}}}:timers", 0, -1)
    return [str(name) for name in found if str(name).startswith(start)]


async def test_a_bound_that_comes_later_is_for_the_whole_of_a_long_line(world: World) -> None:
    await world.queue()
    names = []
    for _ in range(200):
        world.now_ms += 1
        names.append(await world.arrive(leased=False))
    await world.queue(max_wait_s=60, on_max_wait=REJECT)
    await world.run_timers()
    world.now_ms += 4_000  # no outage
    await world.run_timers()
    for _ in range(14):
        world.now_ms += 4_000
        await world.run_timers()
    await world.run_timers()
    assert {(await world.look(name)).outcome for name in names} == {"rejected"}
    await world.settled()

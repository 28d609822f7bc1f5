"""How lines are kept, told to the scripts and to the model: limits, skills, callbacks."""

from __future__ import annotations

import pytest

from acd.domain.interaction import InteractionState
from acd.domain.queue import Diversion, Divert, LastAgent, RelaxStep
from tests.integration.routing.story import CALL, CHAT, SALES, Story

S = InteractionState
REJECT = Divert(to=Diversion.REJECT)


def over(queue: str) -> Divert:
    return Divert(to=Diversion.OVERFLOW, queue=queue)


# limits


@pytest.mark.parametrize("to", [Diversion.REJECT, Diversion.FORM, Diversion.VOICEMAIL])
async def test_a_line_is_as_long_as_it_may_be(story: Story, to: Diversion) -> None:
    await story.queue(max_length=2, on_full=Divert(to=to))
    await story.agent("anna", chat=1)
    names = [await story.arrive() for _ in range(3)]
    assert [story.look(name).state for name in names] == [S.RINGING, S.WAITING, S.ENDED]
    assert story.look(names[2]).ended_as is to
    await story.answer(names[0])
    assert story.look(await story.arrive()).state is S.WAITING, "who is served is in no line"


async def test_what_overflows_into_a_full_line_is_not_kept_there(story: Story) -> None:
    await story.queue(on_nobody=over(SALES))
    await story.queue(SALES, max_length=1, on_full=REJECT)
    first, second = await story.arrive(), await story.arrive()
    assert (story.look(first).queue, story.look(first).state) == (SALES, S.WAITING)
    assert (story.look(second).queue, story.look(second).outcome) == (SALES, "rejected")


async def test_so_many_queues_pass_one_on(story: Story) -> None:
    names = [f"q{number}/chat" for number in range(5)]
    for name, after in zip(names, [*names[1:], names[0]], strict=True):
        await story.queue(name, on_nobody=over(after))
    far = story.look(await story.arrive(names[0]))
    assert (far.queue, far.outcome) == (names[3], "rejected")


async def test_a_wait_is_as_long_as_it_may_be(story: Story) -> None:
    await story.queue(max_wait_s=5, on_max_wait=REJECT)
    old = await story.arrive(arrived_ms=story.now_ms - 600_000)
    assert story.look(old).state is S.WAITING, "it counts from its entry"
    await story.later(6)
    assert story.look(old).outcome == "rejected"


async def test_a_ring_that_ends_too_late_ends_the_wait(story: Story) -> None:
    await story.queue(max_wait_s=5, on_max_wait=REJECT, delivery_s=30)
    await story.agent("anna")
    patient, back = await story.arrive(), await story.arrive()
    await story.do("request_callback", back, "nr_1")
    await story.later(6)
    assert story.look(patient).state is S.RINGING
    for name in (patient, back):
        await story.do("decline", f"{name}.1", "anna")
    assert story.look(patient).outcome == "rejected"
    assert story.look(back).state is S.WAITING, "a callback is kept by every rule"


async def test_a_closed_queue_takes_nobody(story: Story) -> None:
    await story.queue(on_closed=Divert(to=Diversion.FORM))
    now = story.now_ms
    await story.do("set_hours", CHAT, ((now + 5000, now + 10_000),))
    closed = await story.arrive()
    await story.later(5)
    opened = await story.arrive()
    await story.later(6)
    assert (story.look(closed).outcome, story.look(opened).state) == ("form", S.WAITING)


@pytest.mark.parametrize("to", [Diversion.REJECT, Diversion.OVERFLOW, Diversion.CALLBACK])
async def test_at_closing_time_those_in_line_go(story: Story, to: Diversion) -> None:
    await story.queue(SALES)
    await story.queue(at_close=Divert(to=to, queue=SALES if to is Diversion.OVERFLOW else None))
    now = story.now_ms
    await story.do("set_hours", CHAT, ((now - 1000, now + 3000),))
    name = await story.arrive()
    await story.later(4)
    assert story.look(name).diverted is to


async def test_when_the_last_leaves_those_in_line_are_kept_for_a_while(story: Story) -> None:
    await story.queue(on_nobody=REJECT)
    await story.agent("anna", chat=1)
    await story.served()
    name = await story.arrive()
    await story.say("anna", "away")
    await story.later(29)
    assert story.look(name).state is S.WAITING
    await story.later(2)
    assert story.look(name).outcome == "rejected"


# skills


async def test_only_who_is_good_enough_is_asked_until_less_is_required(story: Story) -> None:
    await story.do("configure_skills", ["french"], 1)
    await story.queue(relax=(RelaxStep(after_s=5, level=2), RelaxStep(after_s=30)))
    await story.agent("anna", skills={"french": 2})
    await story.agent("bruno")
    name = await story.arrive(requires={"french": 3})
    await story.later(3)
    assert story.rung(name) == []
    await story.later(3)
    assert story.rung(name) == ["anna"]


async def test_a_new_line_is_served_once_it_is_made(story: Story) -> None:
    await story.do("configure_skills", ["french"], 1)
    await story.queue()
    await story.agent("anna", skills={"french": 1})
    name = await story.arrive(requires={"french": 1})
    assert story.look(name).state is S.WAITING
    await story.run_timers()
    assert story.rung(name) == ["anna"]


async def test_steps_count_from_the_arrival(story: Story) -> None:
    await story.do("configure_skills", ["french"], 1)
    await story.queue(relax=(RelaxStep(after_s=10),), delivery_s=30, ring_time_s=30)
    await story.agent("anna", skills={"french": 3})
    await story.agent("bruno")
    name = await story.arrive(requires={"french": 3})
    await story.later(8)
    await story.do("decline", f"{name}.1", "anna")
    await story.later(2)
    assert story.rung(name) == ["bruno"]


async def test_a_pool_that_is_required_stays(story: Story) -> None:
    await story.do("configure_skills", ["french"], 1)
    await story.queue()
    await story.agent("anna", skills={"french": 1})

    async def ask() -> str:
        name = await story.arrive(requires={"french": 1})
        await story.run_timers()
        return name

    await story.do("finish", await ask(), by="system")
    for _ in range(2):
        story.now_ms += 40 * 60_000
        await story.do("heartbeat", [("anna", "ss_anna")], [])
        await story.run_timers()
        name = await story.arrive(requires={"french": 1})
        assert story.rung(name) == ["anna"], "at once: its pool is there"
        await story.do("finish", name, by="system")


# favourites


async def test_who_served_them_last_is_rung_alone(story: Story) -> None:
    await story.queue(last_agent=LastAgent.PREFER, ring=2)
    await story.agent("anna")
    await story.agent("bruno")
    name = await story.arrive(last_agent="bruno")
    assert story.rung(name) == ["bruno"]
    await story.do("decline", f"{name}.1", "bruno")
    assert story.rung(name) == ["anna"]


async def test_who_served_them_last_is_preferred_once(story: Story) -> None:
    await story.queue(last_agent=LastAgent.PREFER, strategy=("longest_idle",), decline_s=2)
    for agent in ("anna", "chloe", "bruno"):
        await story.agent(agent)
        await story.later(0.1)
    name = await story.arrive(last_agent="bruno")
    await story.do("decline", f"{name}.1", "bruno")
    await story.later(3)
    assert story.rung(name) == ["anna"]
    await story.do("decline", f"{name}.2", "anna")
    assert story.rung(name) == ["chloe"], "bruno may be asked again, as any other"


async def test_who_is_full_is_waited_for_so_long(story: Story) -> None:
    await story.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=10)
    await story.agent("bruno", chat=1)
    await story.served()
    await story.agent("anna")
    name = await story.arrive(last_agent="bruno")
    assert story.look(name).personal == "bruno"
    await story.later(11)
    assert story.rung(name) == ["anna"]
    await story.say("bruno", "away")
    assert story.rung(await story.arrive(last_agent="bruno")) == ["anna"]


async def test_who_is_full_serves_those_who_wait_for_them(story: Story) -> None:
    await story.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=60)
    await story.agent("bruno", chat=1)
    his = await story.served()
    await story.agent("anna")
    name = await story.arrive(last_agent="bruno")
    await story.do("finish", his, by="agent", agent="bruno", wrap_up=False)
    assert story.rung(name) == ["bruno"]


# callbacks


async def test_nobody_is_on_the_line_of_a_callback(story: Story) -> None:
    await story.queue(CALL, contact_grace_s=10)
    name = await story.arrive(CALL, leased=True)
    await story.do("request_callback", name, "nr_1")
    await story.later(40)
    assert story.look(name).state is S.WAITING


async def test_who_could_not_be_called_loses_no_try(story: Story) -> None:
    await story.queue(CALL, callback_tries=1, callback_retry_s=20)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    await story.do("request_callback", name, "nr_1")
    await story.answer(name)
    told = await story.dialled(name, "anna", answered=False, called=False)
    assert told.reason == "parked"
    await story.later(21)
    await story.answer(name)
    assert (await story.dialled(name, "anna", answered=False)).reason == "unreached"


async def test_while_no_call_can_be_made_the_pauses_grow(story: Story) -> None:
    await story.queue(CALL, callback_retry_s=1500)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    await story.do("request_callback", name, "nr_1")
    for called, pause_ms in (
        (False, 1_500_000), (False, 3_000_000), (False, 3_600_000), (True, 1_500_000),
    ):  # fmt: skip
        await story.answer(name)
        told = await story.dialled(name, "anna", answered=False, called=called)
        assert told.next_try_ms == story.model.now_ms + pause_ms
        await story.later(pause_ms // 1000)


async def test_what_can_never_be_called_is_given_up(story: Story) -> None:
    await story.queue(CALL, callback_retry_s=3600)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    await story.do("request_callback", name, "nr_1")
    for left in range(23, -1, -1):
        await story.answer(name)
        told = await story.dialled(name, "anna", answered=False, called=False)
        assert told.reason == ("parked" if left else "unreached")
        await story.wait(3600, 3_600_000, [("anna", "ss_anna")], [])


async def test_who_called_in_vain_is_free_and_it_is_tried_again(story: Story) -> None:
    await story.queue(CALL, callback_tries=2, callback_retry_s=20, wrap_up_s=30)
    await story.agent("anna", CALL)
    name, next_one = await story.arrive(CALL), await story.arrive(CALL)
    await story.do("request_callback", name, "nr_1")
    await story.answer(name)
    told = await story.dialled(name, "anna", answered=False)
    assert (told.reason, story.rung(next_one)) == ("parked", ["anna"])
    await story.do("finish", next_one, by="system")
    await story.later(21)
    await story.answer(name)
    assert (await story.dialled(name, "anna", answered=False)).reason == "unreached"

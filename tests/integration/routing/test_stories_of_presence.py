"""Who is lost and what they had, told to the scripts and to the model side by side."""

from __future__ import annotations

from dataclasses import replace

from acd.domain.agent import Availability, When
from acd.domain.interaction import Channel, InteractionState
from tests.integration.routing.story import CALL, CHAT, Story

S = InteractionState


async def lose(story: Story, agent: str, seconds: float) -> None:
    """Their only console is closed, and so much time passes."""
    await story.do("close_session", agent, f"ss_{agent}")
    others = [(name, f"ss_{name}") for name in sorted(story.agents - {agent})]
    await story.wait(seconds, 1000, others, [])


async def test_who_has_a_telephone_is_lost_for_chats_alone(story: Story) -> None:
    rings = {"ring_time_s": 60, "delivery_s": 60, "grace_s": 5}
    await story.queue(**rings)
    await story.queue(CALL, **rings)
    await story.agent("anna", CHAT, CALL, phone=True)
    call, chat = await story.arrive(CALL), await story.arrive()
    await lose(story, "anna", 6)
    assert (story.rung(call), story.rung(chat)) == (["anna"], [])
    anna = story.model.agents["anna"]
    assert anna.availability[Channel.CHAT] is Availability.OFFLINE
    assert anna.availability[Channel.CALL] is Availability.AVAILABLE
    profile = replace(anna.profile, version=99, phone=False)
    await story.do("configure_agent", profile)
    await story.wait(6, 1000, [], [])
    assert anna.offline
    assert story.rung(call) == []


async def test_what_wraps_up_waits_for_nobody(story: Story) -> None:
    await story.queue(wrap_up_s=60, grace_s=5, chat_grace_s=5)
    await story.agent("anna")
    over, open_one = await story.served(), await story.served()
    await story.do("finish", over, by="agent", agent="anna")
    await lose(story, "anna", 12)
    assert story.look(over).wrap_up_until_ms
    assert (story.look(open_one).state, story.look(open_one).agent) == (S.WAITING, None)


async def test_a_guest_who_is_lost_has_nothing_of_it(story: Story) -> None:
    await story.queue(grace_s=5)
    await story.agent("anna")
    name = await story.served()
    await story.agent("bruno")
    await story.do("invite", name, "anna", "bruno")
    await lose(story, "bruno", 6)
    assert not story.look(name).guests


async def test_who_finishes_goes_with_the_last_of_their_work(story: Story) -> None:
    await story.queue(wrap_up_s=5)
    await story.agent("anna")
    first, second = await story.served(), await story.served()
    word = Availability.AWAY
    await story.do(
        "set_presence", "anna", channel=None, availability=word, reason="lunch", when=When.FINISHED
    )
    anna = story.model.agents["anna"]
    assert story.rung(await story.arrive()) == []
    await story.do("finish", first, by="agent", agent="anna")
    await story.do("finish", second, by="agent", agent="anna", wrap_up=False)
    assert anna.availability[Channel.CHAT] is Availability.FINISHING
    await story.later(6)
    assert anna.availability[Channel.CHAT] is Availability.AWAY


async def test_who_has_a_telephone_comes_back_to_chats(story: Story) -> None:
    await story.queue(grace_s=5)
    await story.queue(CALL, grace_s=5)
    await story.agent("anna", CHAT, CALL, phone=True)
    await lose(story, "anna", 6)
    await story.do("open_session", "anna", "ss_anna")
    assert set(story.model.agents["anna"].availability.values()) == {Availability.AVAILABLE}


async def test_who_is_back_rings_at_once_for_what_they_missed(story: Story) -> None:
    await story.queue(ring_time_s=5, delivery_s=30, decline_s=600, max_missed=2)
    await story.agent("bruno", chat=1)
    await story.served()  # bruno is full and not asked yet: until he was, no ring starts over
    await story.agent("anna")
    first, second = await story.arrive(), await story.arrive()
    await story.heard(first)
    await story.heard(second)
    await story.later(6)
    anna = story.model.agents["anna"]
    assert anna.availability[Channel.CHAT] is Availability.AWAY
    await story.say("anna", "available")
    assert (story.rung(first), story.rung(second)) == (["anna"], ["anna"])
    # what they declined is another's for as long as that was to be
    await story.do("decline", f"{first}.2", "anna")
    await story.say("anna", "away")
    await story.say("anna", "available")
    assert (story.rung(first), story.rung(second)) == ([], ["anna"])


async def test_who_is_back_on_a_channel_rings_for_what_they_missed_there(story: Story) -> None:
    rings = {"ring_time_s": 5, "delivery_s": 30, "decline_s": 600, "max_missed": 2}
    await story.queue(**rings)
    await story.queue(CALL, **rings)
    await story.agent("bruno", CHAT, CALL, chat=1)
    for queue in (CHAT, CALL):
        await story.served(queue)
    await story.agent("anna", CHAT, CALL)
    chat, call = await story.arrive(CHAT), await story.arrive(CALL)
    await story.heard(chat)
    await story.heard(call)
    await story.later(6)
    assert (story.rung(chat), story.rung(call)) == ([], [])
    for channel, rung in ((Channel.CHAT, (["anna"], [])), (Channel.CALL, (["anna"], ["anna"]))):
        word = Availability.AVAILABLE
        await story.do("set_presence", "anna", channel=channel, availability=word)
        assert (story.rung(chat), story.rung(call)) == rung


async def test_what_was_declined_since_it_was_missed_stays_declined(story: Story) -> None:
    await story.queue(ring_time_s=5, delivery_s=30, decline_s=10, max_missed=3)
    await story.agent("bruno", chat=1)
    await story.served()
    await story.agent("anna")
    name = await story.arrive()
    await story.heard(name)
    await story.later(6)
    assert story.rung(name) == []
    await story.later(10)
    await story.do("decline", f"{name}.2", "anna")
    await story.say("anna", "available")
    assert story.rung(name) == []


async def test_of_what_they_missed_the_newest_rings_at_once(story: Story) -> None:
    await story.queue(ring_time_s=5, delivery_s=30, decline_s=600, max_missed=20)
    await story.agent("bruno", chat=1)
    await story.served()
    await story.agent("anna", chat=17, total=1000)
    names = [await story.arrive() for _ in range(17)]
    for name in names:
        await story.heard(name)
    await story.later(6)
    assert not any(map(story.rung, names))
    await story.say("anna", "available")
    assert sorted(map(len, map(story.rung, names))) == [0, *[1] * 16]

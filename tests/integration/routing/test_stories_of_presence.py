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

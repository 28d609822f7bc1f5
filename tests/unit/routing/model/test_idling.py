"""Silent customers: their chat gives its slot back, and gets it back when they write."""

from __future__ import annotations

import pytest

from tests.unit.routing.model.house import CALL, CHAT, LAST, SALES, House, S


@pytest.fixture
def name(house: House) -> str:
    """A chat that has fallen silent; Anna has room for another."""
    house.queue(idle_s=20)
    house.agent("anna", chat=1)
    name = house.served()
    house.later(20)
    assert house.look(name).state is S.IDLE
    return name


def test_silence_gives_the_slot_to_the_next(house: House, name: str) -> None:
    assert house.rung(house.arrive()) == ["anna"]
    assert [held.interaction for held in house.do("agent", "anna").held] == [name]


def test_the_customers_word_gets_it_back_over_the_maximum(house: House, name: str) -> None:
    house.served()
    heard = house.do("heard", name)
    assert (heard.effect, heard.state) == ("regained", S.ACTIVE)
    assert house.events("capacity.over") == [{"cause": "customer_returned"}]


def test_words_keep_a_chat_awake_and_move_its_timer_seldom(house: House) -> None:
    house.queue(idle_s=20)
    house.agent("anna")
    name = house.served()
    house.later(9)
    assert house.do("heard", name).effect == "nothing", "the timer is moved every 10 s at most"
    house.later(2)
    assert house.do("heard", name).effect == "moved"
    house.later(19)
    assert house.look(name).state is S.ACTIVE
    house.later(2)
    assert house.look(name).state is S.IDLE


def test_where_nobody_falls_silent(house: House) -> None:
    house.queue()
    house.queue(CALL, idle_s=20)
    house.agent("anna", CHAT, CALL)
    assert house.do("heard", house.served()).effect == "nothing"
    assert house.do("heard", house.served(CALL)).effect == "nothing"
    assert house.do("heard", "ix_0").state is None
    assert house.do("heard", house.arrive()).effect == "nothing"


def test_silence_that_is_allowed_meanwhile_is_asked_for_at_the_next_word(house: House) -> None:
    house.queue()
    house.agent("anna")
    name = house.served()
    house.queue(idle_s=20)
    assert house.do("heard", name).effect == "moved"
    house.queue()
    house.do("finish", name, by="agent", agent="anna")
    house.later(21)  # the queue thought better of it, and the chat is over
    assert not house.events("interaction.idle")


def test_a_chat_whose_queue_thought_better_of_it_stays_awake(house: House) -> None:
    house.queue(idle_s=20)
    house.agent("anna")
    name = house.served()
    house.queue()
    house.later(21)
    assert house.look(name).state is S.ACTIVE


def test_one_called_back_for_longer_than_silence_lasts_falls_silent(house: House) -> None:
    house.queue(idle_s=10, dial_s=60)
    house.agent("anna")
    name = house.arrive()
    house.do("request_callback", name)
    house.answer(name)
    house.later(15)
    assert house.look(name).state is S.CONNECTING
    house.do("contact_back", name)
    house.later(15)
    assert house.look(name).state is S.IDLE


def test_not_more_than_two_silent_chats_for_each_that_may_be_active(house: House) -> None:
    house.queue(idle_s=5)
    house.agent("anna", chat=1)
    names = []
    for _ in range(3):
        names.append(house.served())
        house.later(6)
    assert [house.look(name).state for name in names] == [S.IDLE, S.IDLE, S.ACTIVE]


@pytest.mark.parametrize("why", ["transfer", "guest"])
def test_a_chat_that_others_have_to_do_with_stays_awake(house: House, why: str) -> None:
    house.queue(idle_s=5)
    house.agent("anna")
    name = house.served()
    house.agent("bruno")
    if why == "guest":
        house.do("invite", name, "anna", "bruno")
    else:
        house.do("transfer_to_agent", name, "anna", "bruno")
        house.do("delivered", f"{name}.2", "bruno")
    house.later(6)
    assert house.look(name).state is S.ACTIVE


def test_an_outage_is_nobodys_silence(house: House) -> None:
    house.queue(idle_s=20)
    house.agent("anna")
    name = house.served()
    house.outage(30)
    assert house.look(name).state is S.ACTIVE
    house.later(20)
    assert house.look(name).state is S.IDLE


def test_one_whom_nobody_comes_back_to_ends_after_a_day(house: House, name: str) -> None:
    house.model.seen_ms = None  # a day without an outage, in one step
    house.now_ms += 86_400_000
    house.run_timers()
    assert (house.look(name).outcome, house.events("wrap_up.started")) == ("handled", [])


@pytest.mark.parametrize("gone", ["offline", "removed"])
def test_whose_agent_is_gone_waits_anew_since_their_word(
    house: House, name: str, gone: str
) -> None:
    if gone == "offline":
        house.say("anna", "offline")
    else:
        house.do("remove_agent", "anna", LAST)
    house.agent("bruno")
    house.later(5)
    heard = house.do("heard", name)
    assert (heard.effect, heard.state) == ("requeued", S.RINGING)
    assert (house.look(name).enqueued_ms, house.rung(name)) == (house.now_ms, ["bruno"])


def test_a_word_during_wrap_up_goes_on_with_the_chat(house: House) -> None:
    house.queue(wrap_up_s=30)
    house.agent("anna")
    name = house.served()
    house.do("finish", name, by="agent", agent="anna")
    assert house.do("heard", name).effect == "regained"
    assert (house.look(name).state, house.look(name).outcome) == (S.ACTIVE, None)


@pytest.mark.parametrize("why", ["offline", "queue", "call", "over", "gone"])
def test_a_word_that_comes_too_late(house: House, why: str) -> None:
    queue = CALL if why == "call" else CHAT
    house.queue(queue, wrap_up_s=30)
    house.agent("anna", queue)
    name = house.served(queue)
    if why == "queue":
        house.served(queue)  # for its sake the queue is still there
    house.do("finish", name, by="agent", agent="anna", wrap_up=why != "over")
    if why == "offline":
        house.say("anna", "offline")
    elif why in ("queue", "gone"):
        house.do("remove_queue", queue, LAST)
    heard = house.do("heard", name)
    assert (heard.effect, heard.state) == ("nothing", S.ENDED)


def test_an_idle_chat_is_sent_to_another_queue(house: House, name: str) -> None:
    house.queue(SALES)
    house.agent("bruno", SALES)
    assert house.do("transfer_to_queue", name, "bruno", SALES).reason == "not_owner"
    assert house.do("transfer_to_queue", name, "anna", SALES).reason == "moved"
    assert house.rung(name) == ["bruno"]

"""Answers to rings, in time and late."""

from __future__ import annotations

import pytest

from acd.domain.errors import (
    BadRequest,
)
from acd.domain.interaction import Channel
from tests.unit.routing.model.house import CALL, LAST, House, S


def test_late_answers_say_why(house: House) -> None:
    house.queue(strategy=("ring_all",), delivery_s=60, ring_time_s=10, max_missed=9)
    for agent in ("anna", "bruno"):
        house.agent(agent)
    name = house.arrive()
    for verb in ("accept", "decline", "fail", "delivered", "connected"):
        cause = ["busy"] if verb == "fail" else []
        with pytest.raises(BadRequest):
            house.do(verb, "?", "anna", *cause)
    assert house.do("accept", f"{name}.9", "anna").outcome == "unknown"
    assert house.do("accept", f"{name}.1", "bruno").outcome == "unknown"
    assert house.do("delivered", f"{name}.1", "bruno").reason == "unknown"
    assert house.do("delivered", f"{name}.1", "anna").changed
    assert house.do("delivered", f"{name}.1", "anna").reason == "delivered_before"
    assert house.do("accept", f"{name}.1", "anna").outcome == "accepted"
    assert house.do("accept", f"{name}.1", "anna").outcome == "accepted"
    assert house.do("accept", f"{name}.2", "bruno").outcome == "taken"
    assert house.do("decline", f"{name}.2", "bruno").outcome == "withdrawn"
    assert house.do("delivered", f"{name}.1", "anna").reason == "late"
    assert house.do("connected", f"{name}.2", "bruno").reason == "late"
    assert house.do("connected", f"{name}.1", "anna").reason == "connected_before"
    assert house.do("connected", "ix_0.1", "anna").reason == "unknown"
    house.do("finish", name, by="agent", agent="anna")
    assert house.do("connected", f"{name}.1", "anna").reason == "late"
    assert house.do("accept", f"{name}.2", "bruno").outcome == "taken"


def test_what_came_of_the_others_of_a_ring(house: House) -> None:
    house.queue(ring_time_s=5)
    house.agent("anna")
    name = house.arrive()
    house.heard(name)
    house.agent("bruno")
    house.later(5)
    assert house.do("accept", f"{name}.1", "anna").outcome == "expired"
    house.do("decline", f"{name}.2", "bruno")
    assert house.do("accept", f"{name}.2", "bruno").outcome == "withdrawn"
    for agent in ("chloe", "dina"):
        house.agent(agent)
        house.answer(name)
        house.do("remove_agent", agent, LAST)
    assert house.do("accept", f"{name}.4", "dina").outcome == "withdrawn", "nobody has it"
    assert house.do("accept", f"{name}.3", "chloe").outcome == "withdrawn"


def test_the_one_of_a_ring_that_was_taken_says_so_even_when_nobody_has_it(house: House) -> None:
    house.queue(strategy=("ring_all",))
    house.agent("anna")
    house.agent("bruno")
    name = house.arrive()
    house.answer(name, "anna")
    house.say("bruno", "away")
    house.do("remove_agent", "anna", LAST)
    assert house.do("accept", f"{name}.2", "bruno").outcome == "taken"


def test_answers_to_what_never_was(house: House) -> None:
    for verb, *more in (("decline",), ("fail", "busy")):
        assert house.do(verb, "ix_0.1", "anna", *more).outcome is None
    assert house.do("accept", "ix_0.1", "anna").outcome == "unknown"
    assert house.do("delivered", "ix_0.1", "anna").reason == "unknown"
    house.queue()
    house.agent("anna")
    name = house.arrive()
    house.do("decline", f"{name}.1", "anna")
    assert house.do("decline", f"{name}.1", "anna").outcome == "declined"
    assert house.do("decline", f"{name}.9", "anna").outcome is None


def test_a_call_that_does_not_connect_rings_again(house: House) -> None:
    house.queue(CALL)
    house.agent("anna", CALL)
    house.agent("bruno", CALL)
    call = house.arrive(CALL)
    house.answer(call)
    assert house.do("fail", f"{call}.1", "anna", "no media").changed
    assert house.rung(call) == ["bruno"]


def test_a_device_that_fails_three_times_in_a_row_is_not_asked(house: House) -> None:
    house.queue(CALL)
    house.agent("anna", CALL, call=3)
    calls = [house.arrive(CALL) for _ in range(3)]
    house.answer(calls[0])
    for call in calls[::-1]:
        assert house.model.agents["anna"].availability[Channel.CALL] == "available"
        house.do("fail", f"{call}.1", "anna", "no media")
    assert house.model.agents["anna"].availability[Channel.CALL] == "away"
    assert not any(map(house.rung, calls))


def test_who_is_away_is_not_sent_away(house: House) -> None:
    house.queue(CALL)
    house.agent("anna", CALL, call=3)
    calls = [house.arrive(CALL) for _ in range(3)]
    house.answer(calls[0])
    for call in calls[:0:-1]:
        house.do("fail", f"{call}.1", "anna", "busy")
    house.say("anna", "away")
    house.do("fail", f"{calls[0]}.1", "anna", "no media")
    assert [event["cause"] for event in house.events("presence.changed")] == ["said", "said"]


def test_nobody_says_that_it_connected(house: House) -> None:
    house.queue(CALL)
    house.agent("anna", CALL)
    call = house.arrive(CALL)
    house.answer(call)
    house.outage(11)
    assert house.look(call).state is S.CONNECTING, "in an outage nobody could"
    house.later(10)
    assert house.look(call).state is S.WAITING


def test_a_customer_who_is_called_back_is_connected_like_any(house: House) -> None:
    house.queue(CALL)
    house.agent("anna", CALL)
    call = house.arrive(CALL)
    house.do("request_callback", call, "nr_1")
    house.answer(call)
    assert house.do("connected", f"{call}.1", "anna").changed
    assert house.look(call).state is S.ACTIVE


def test_misses_of_a_ring_of_several_are_nobodys(house: House) -> None:
    house.queue(strategy=("ring_all",), ring_time_s=5, max_missed=1)
    house.agent("anna")
    house.agent("bruno")
    name = house.arrive()
    house.heard(name)
    house.later(5)
    assert house.model.agents["anna"].missed[Channel.CHAT] == 0
    assert sorted(house.rung(name)) == ["anna", "bruno"], "all were asked: once more"


def test_who_lets_it_ring_too_often_is_away(house: House) -> None:
    house.queue(ring_time_s=5, max_missed=2)
    house.agent("anna")
    name = house.arrive()
    for _ in range(2):
        house.heard(name)
        house.later(5)
    assert house.model.agents["anna"].availability[Channel.CHAT] == "away"
    assert not house.rung(name)


def test_who_failed_is_asked_later_than_who_declined(house: House) -> None:
    house.queue(ring_time_s=5, delivery_s=60)
    house.agent("anna")
    house.later(1)
    house.agent("bruno")
    name = house.arrive()
    house.do("fail", f"{name}.1", "anna", "busy")
    house.do("decline", f"{name}.2", "bruno")
    house.later(6)
    assert house.rung(name) == ["bruno"]


def test_an_outage_ends_rings_and_blames_nobody(house: House) -> None:
    house.queue(ring_time_s=20)
    house.agent("anna")
    heard, unheard = house.arrive(), house.arrive()
    house.do("delivered", f"{heard}.1", "anna")
    house.outage(10)
    assert (house.rung(heard), house.rung(unheard)) == (["anna"], ["anna"])
    house.outage(30)
    causes = [event["cause"] for event in house.events("offer.failed")]
    assert causes == ["outage", "outage"]
    assert house.rung(heard) == ["anna"], "asked again at once"


def test_a_phone_that_is_asked_for_a_digit_has_time_for_it(house: House) -> None:
    house.queue(CALL, ring_time_s=10, delivery_s=4)
    house.agent("anna", CALL)
    call = house.arrive(CALL)
    offer = f"{call}.1"
    with pytest.raises(BadRequest):
        house.do("extend", offer, "anna", 0)
    house.later(3)
    assert house.do("extend", offer, "bruno", 15_000).reason == "unknown"
    extended = house.do("extend", offer, "anna", 15_000)
    assert extended.deadline_ms == house.now_ms + 15_000
    assert house.do("extend", offer, "anna", 60_000).reason == "extended_before"
    house.later(14)
    assert house.rung(call) == ["anna"]
    house.later(1)
    assert house.do("extend", offer, "anna", 15_000).reason == "late"
    assert house.do("extend", "ix_0.1", "anna", 15_000).reason == "unknown"


def test_a_device_that_never_rang_is_nobodys_miss(house: House) -> None:
    house.queue(ring_time_s=5, delivery_s=60, max_missed=1)
    house.agent("anna")
    name = house.arrive()
    house.later(5)
    assert house.events("offer.failed")[0]["cause"] == "unreachable"
    assert house.model.agents["anna"].availability[Channel.CHAT] == "available"
    assert not house.rung(name)


def test_a_short_ring_asks_again_who_may_be_asked_again(house: House) -> None:
    house.queue(ring=2, ring_time_s=60, decline_s=10)
    for agent in ("anna", "bruno"):
        house.agent(agent)
    name = house.arrive()
    house.heard(name)
    house.do("decline", f"{name}.2", "bruno")
    house.later(9)
    assert house.rung(name) == ["anna"]
    house.later(1)
    assert house.rung(name) == ["anna", "bruno"]

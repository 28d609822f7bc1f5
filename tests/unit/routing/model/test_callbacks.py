"""The customer is called when their turn comes."""

from __future__ import annotations

import pytest

from acd.domain.errors import (
    BadRequest,
    NotFound,
    QueueUnknown,
)
from acd.domain.queue import Diversion, Divert
from tests.unit.routing.model.house import CALL, CHAT, LAST, SALES, House, S


def called_back(house: House) -> str:
    """A call whose customer did not answer, to be tried again in 30 s."""
    house.queue(CALL, callback_retry_s=30, callback_tries=3, dial_s=5)
    house.agent("anna", CALL)
    name = house.arrive(CALL)
    house.do("request_callback", name, "nr_1")
    house.answer(name)
    house.later(16)  # nobody says what came of it
    assert house.look(name).state is S.PARKED
    return name


def test_a_callback_is_tried_until_nobody_hopes_any_more(house: House) -> None:
    name = called_back(house)
    house.later(30)
    house.answer(name)
    tried = house.dialled(name, "anna", answered=False)
    assert (tried.reason, tried.next_try_ms) == ("parked", house.now_ms + 30_000)
    house.later(31)
    house.answer(name)
    assert house.dialled(name, "bruno", answered=False).reason == "late"
    assert house.dialled(name, "anna", answered=False).reason == "unreached"
    assert house.look(name).outcome == "unreached"


def test_a_callback_ends_with_its_queue(house: House) -> None:
    name = called_back(house)
    house.do("remove_queue", CALL, LAST)
    house.later(30)
    assert house.look(name).outcome == "rejected"


def test_a_callback_that_is_answered(house: House) -> None:
    name = called_back(house)
    house.later(30)
    house.answer(name)
    assert house.dialled(name, "anna", answered=True).reason == "active"
    assert house.do("request_callback", name).reason == "late"


def test_a_callback_that_is_given_up(house: House) -> None:
    for end in ("abandon", "finish"):
        house.queue(CALL)
        house.agent("anna", CALL)
        name = house.arrive(CALL)
        house.do("request_callback", name, "nr_1")
        house.answer(name)
        more = {"by": "agent", "agent": "anna"} if end == "finish" else {}
        house.do(end, name, **more)
        assert house.look(name).accepted_ms == 0
    assert house.look(name).outcome == "unreached"


def test_a_called_contact_who_was_away_needs_not_come_back(house: House) -> None:
    house.queue(CALL)
    name = house.arrive(CALL)
    house.do("contact_lost", name)
    house.agent("anna", CALL)
    house.do("request_callback", name, "nr_1")
    assert house.rung(name) == ["anna"]


def test_a_callback_that_overflows_is_not_asked_for_again(house: House) -> None:
    nobody = Divert(to=Diversion.CALLBACK)
    house.queue(SALES, on_nobody=nobody)
    house.queue(at_close=Divert(to=Diversion.OVERFLOW, queue=SALES))
    name = house.arrive()
    house.do("request_callback", name, "nr_1")
    assert house.do("request_callback", name).reason == "kept_before"
    assert house.do("request_callback", name, "nr_2").reason == "kept_before"
    house.do("remove_queue", CHAT, LAST)
    assert (house.look(name).queue, len(house.events("interaction.callback"))) == (SALES, 1)


def test_one_answered_who_asks_to_be_called_back_once_more_keeps_the_number(house: House) -> None:
    house.queue()
    house.agent("anna")
    name = house.arrive()
    house.do("request_callback", name, "nr_1")
    house.answer(name)
    house.dialled(name, "anna", answered=True)
    house.do("remove_agent", "anna", LAST)
    assert house.do("request_callback", name).reason == "kept"
    assert house.look(name).callback.number == "nr_1"  # type: ignore[union-attr]


def test_a_queue_that_asks_for_a_callback_when_it_closes(house: House) -> None:
    house.queue(at_close=Divert(to=Diversion.CALLBACK))
    name = house.arrive(leased=True)
    house.later(1)
    house.do("set_hours", CHAT, ())
    assert house.look(name).calls_back
    assert house.look(name).state is S.WAITING


def test_what_cannot_be_called_back_moved_or_ranked(house: House) -> None:
    house.queue()
    house.queue(CALL)
    house.queue(SALES)
    name = house.arrive()
    for verb, arguments, error in (
        ("request_callback", ("ix_0",), NotFound),
        ("request_callback", (name, "Nr 2"), BadRequest),
        ("move", ("ix_0", SALES, "sam"), NotFound),
        ("move", (name, "it/chat", "sam"), QueueUnknown),
        ("move", (name, CALL, "sam"), BadRequest),
        ("reprioritise", ("ix_0", 1, "sam"), NotFound),
        ("reprioritise", (name, 0, "sam"), BadRequest),
    ):
        with pytest.raises(error):
            house.do(verb, *arguments)
    with pytest.raises(NotFound):
        house.dialled("ix_0", "anna", answered=True)
    assert house.do("move", name, CHAT, "sam").reason == "there"
    assert house.do("reprioritise", name, 5, "sam").reason == "same"
    assert house.do("reprioritise", name, 1, "sam").reason == "rescored"
    house.do("finish", name, by="contact")
    assert house.do("move", name, SALES, "sam").reason == "late"
    assert house.do("reprioritise", name, 2, "sam").reason == "late"

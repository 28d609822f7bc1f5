"""Commands that are sent again under their id."""

from __future__ import annotations

from tests.unit.routing.model.house import House


def test_what_was_done_is_answered_again_and_not_done_again(house: House, name: str) -> None:
    assert house.do("once", "c1", "invite", name, "anna", "bruno").reason == "joined"
    house.do("leave", name, "bruno")
    assert house.do("once", "c1", "invite", name, "anna", "bruno").reason == "joined"
    assert not house.look(name).guests
    assert house.do("once", "c1", "consult", name, "anna", "bruno").reason == "joined"
    assert not house.look(name).guests, "to invite and to consult are one verb"
    house.do("once", "c2", "consult", name, "anna", "bruno")
    assert house.look(name).guests


def test_what_was_refused_may_be_done_later(house: House, name: str) -> None:
    assert house.do("once", "c1", "leave", name, "bruno").reason == "not_guest"
    house.do("invite", name, "anna", "bruno")
    assert house.do("once", "c1", "leave", name, "bruno").changed


def test_after_twenty_minutes_it_is_done_anew(house: House, name: str) -> None:
    house.do("once", "c1", "invite", name, "anna", "bruno")
    house.do("leave", name, "bruno")
    house.later(600, step_ms=4000)
    house.do("once", "c1", "invite", name, "anna", "bruno")
    assert not house.look(name).guests
    house.later(600, step_ms=4000)
    house.do("once", "c1", "invite", name, "anna", "bruno")
    assert house.look(name).guests

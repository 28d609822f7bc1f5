"""Transfers to colleagues and to other queues."""

from __future__ import annotations

import pytest

from acd.domain.errors import (
    AgentUnknown,
    BadRequest,
    NotFound,
    QueueUnknown,
)
from tests.unit.routing.model.house import CALL, CHAT, LAST, SALES, House


def test_a_transfer_is_the_givers_until_it_is_accepted(house: House, name: str) -> None:
    assert house.do("transfer_to_agent", name, "anna", "bruno").reason == "offered"
    assert (house.look(name).agent, house.rung(name)) == ("anna", ["bruno"])
    assert house.refused("transfer_to_agent", name, "anna", "bruno") == "transferring"
    house.answer(name)
    assert (house.look(name).agent, list(house.look(name).wraps)) == ("bruno", ["anna"])
    house.later(6)
    assert not house.look(name).wraps


@pytest.mark.parametrize("end", ["declined", "cancelled", "ended", "removed", "away", "lost"])
def test_a_transfer_that_is_not_accepted_comes_back(house: House, name: str, end: str) -> None:
    house.do("transfer_to_agent", name, "anna", "bruno")
    if end == "declined":
        house.do("decline", f"{name}.2", "bruno")
    elif end == "cancelled":
        assert house.do("transfer_cancel", name, "anna").reason == "cancelled"
    elif end == "ended":
        house.do("finish", name, by="agent", agent="anna")
    elif end == "removed":
        house.do("remove_agent", "bruno", LAST)
    elif end == "away":
        house.say("bruno", "away")
    else:
        house.go("bruno")
        house.later(21)
    assert len(house.events("transfer.returned")) == 1
    assert (house.look(name).agent, house.rung(name)) == ("anna", [])


def test_a_transfer_that_may_wait_stands_in_the_line_of_its_target(house: House) -> None:
    house.queue()
    house.agent("anna")
    name = house.served()
    house.agent("bruno", CHAT, chat=1)
    house.say("anna", "away")
    busy = house.served()
    assert house.refused("transfer_to_agent", name, "anna", "bruno") == "full"
    assert house.do("transfer_to_agent", name, "anna", "bruno", wait=True).reason == "waits"
    later = house.arrive()
    house.do("finish", busy, by="agent", agent="bruno")
    assert (house.rung(name), house.rung(later)) == (["bruno"], [])
    house.answer(name)
    assert house.look(name).agent == "bruno"


@pytest.mark.parametrize("end", ["no_room", "cancelled", "agent_left", "agent_lost", "page"])
def test_a_transfer_does_not_wait_for_ever(house: House, name: str, end: str) -> None:
    house.say("anna", "away")
    house.served()
    house.do("transfer_to_agent", name, "anna", "bruno", wait=True)
    if end == "no_room":
        house.later(301, step_ms=5000)
    elif end == "cancelled":
        house.do("transfer_cancel", name, "anna")
    elif end == "agent_left":
        house.say("bruno", "away")
    elif end == "agent_lost":
        house.go("bruno")
        house.later(21)
    else:
        house.agent("bruno", CHAT, chat=1)  # no news of where he is: it goes on waiting
        assert house.look(name).transfer
        return
    assert house.events("transfer.returned")
    assert house.look(name).agent == "anna"


def test_whom_it_cannot_be_transferred_to(house: House, name: str) -> None:
    for target in ("anna", "nobody"):
        try:
            assert house.refused("transfer_to_agent", name, "anna", target) == "there"
        except AgentUnknown:
            assert target == "nobody"
    assert house.refused("transfer_to_agent", name, "bruno", "anna") == "not_owner"
    house.do("invite", name, "anna", "bruno")
    assert house.refused("transfer_to_agent", name, "anna", "bruno") == "guest"
    house.agent("chloe")
    house.say("chloe", "away")
    assert house.refused("transfer_to_agent", name, "anna", "chloe") == "not_here"
    house.say("chloe", "offline")
    assert house.refused("transfer_to_agent", name, "anna", "chloe") == "not_here"
    house.queue(CALL)
    house.agent("dina", CALL)
    assert house.refused("transfer_to_agent", name, "anna", "dina") == "other_channel"
    house.agent("farid", chat=0)
    assert house.refused("transfer_to_agent", name, "anna", "farid") == "other_channel"
    with pytest.raises(NotFound):
        house.do("transfer_to_agent", "ix_0", "anna", "bruno")
    house.do("finish", name, by="agent", agent="anna", wrap_up=False)
    assert house.refused("transfer_to_agent", name, "anna", "bruno") == "ended"
    assert house.refused("transfer_cancel", name, "anna") == "ended"


def test_nothing_to_cancel(house: House, name: str) -> None:
    assert house.refused("transfer_cancel", name, "anna") == "not_transferring"
    assert house.refused("consult_cancel", name, "anna") == "not_guest"
    assert house.refused("consult_complete", name, "anna") == "not_consulting"
    assert house.refused("leave", name, "bruno") == "not_guest"


def test_what_rings_or_connects_is_nobodys_to_hand_on(house: House) -> None:
    house.queue(CALL)
    house.agent("anna", CALL)
    house.agent("bruno", CALL)
    call = house.arrive(CALL)
    house.answer(call)
    assert house.refused("transfer_to_agent", call, "anna", "bruno") == "not_active"
    assert house.refused("assign", call, "bruno", "sam") == "connecting"


def test_to_a_queue_the_giver_is_done_with_it_at_once(house: House, name: str) -> None:
    house.queue(SALES)
    assert house.do("transfer_to_queue", name, "anna", SALES).reason == "moved"
    assert house.rung(name) == ["bruno"]
    assert list(house.look(name).wraps) == ["anna"]
    assert house.do("wrap_up_extend", name, "anna").changed
    assert house.refused("wrap_up_extend", name, "anna") == "extended_before"
    assert house.do("wrap_up_end", name, "anna").changed


def test_the_giver_is_not_asked_again_for_a_while(house: House) -> None:
    house.queue()
    house.queue(SALES, decline_s=10)
    house.agent("anna", CHAT, SALES)
    name = house.served()
    house.do("transfer_to_department", name, "anna", "sales")
    assert not house.rung(name)
    house.later(11)
    assert house.rung(name) == ["anna"]


def test_more_wrap_up_keeps_the_giver_away_longer(house: House) -> None:
    house.queue(wrap_up_s=5)
    house.queue(SALES, decline_s=1, wrap_up_extend_s=20)
    house.agent("anna", CHAT, SALES)
    name = house.served()
    house.do("transfer_to_queue", name, "anna", SALES)
    house.do("wrap_up_extend", name, "anna")
    house.later(24)
    assert not house.rung(name)
    house.later(2)
    assert house.rung(name) == ["anna"]


@pytest.mark.parametrize("end", ["rings", "ended"])
def test_a_giver_takes_more_time_while_others_go_on(house: House, name: str, end: str) -> None:
    house.queue(SALES)
    house.do("transfer_to_queue", name, "anna", SALES)
    if end == "ended":
        house.answer(name)
        house.do("finish", name, by="agent", agent="bruno")
    assert house.do("wrap_up_extend", name, "anna").changed
    assert ("anna" in house.look(name).excluded) == (end == "rings")


def test_queues_it_cannot_go_to(house: House, name: str) -> None:
    house.queue(CALL)
    for verb, to, error in (
        ("transfer_to_queue", "support", BadRequest),
        ("transfer_to_queue", "it/chat", QueueUnknown),
        ("transfer_to_queue", CALL, BadRequest),
        ("transfer_to_department", "?", BadRequest),
        ("transfer_to_department", "it", QueueUnknown),
    ):
        with pytest.raises(error):
            house.do(verb, name, "anna", to)
    assert house.refused("transfer_to_queue", name, "anna", CHAT) == "there"
    assert house.refused("transfer_to_queue", name, "bruno", CHAT) == "not_owner"
    house.do("finish", name, by="agent", agent="anna")
    assert house.refused("transfer_to_queue", name, "anna", CHAT) == "ended"

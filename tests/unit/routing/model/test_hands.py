"""Guests, consultations, human acts, and what agents begin."""

from __future__ import annotations

import pytest

from acd.domain.errors import (
    AcdError,
    AgentUnknown,
    NotFound,
    Overloaded,
    QueueUnknown,
)
from tests.unit.routing.model.house import CALL, CHAT, LAST, SALES, TICKET, House, S


def test_a_consultation_changes_owner_and_guest(house: House, name: str) -> None:
    assert house.do("consult", name, "anna", "bruno").reason == "joined"
    house.agent("chloe")
    assert house.refused("consult", name, "anna", "chloe") == "consulting"
    assert house.do("consult_complete", name, "anna").reason == "completed"
    assert (house.look(name).agent, list(house.look(name).wraps)) == ("bruno", ["anna"])


def test_who_handed_over_may_stay_and_be_asked_again(house: House, name: str) -> None:
    house.do("consult", name, "anna", "bruno")
    house.do("consult_complete", name, "anna", stay=True)
    assert house.look(name).guests == {"anna": "guest"}
    assert house.do("leave", name, "anna").reason == "left"
    house.do("consult", name, "bruno", "anna")
    assert house.do("consult_cancel", name, "bruno").reason == "left"
    assert house.look(name).agent == "bruno"


def test_whom_nobody_can_invite(house: House, name: str) -> None:
    with pytest.raises(AgentUnknown):
        house.do("invite", name, "anna", "nobody")
    assert house.refused("invite", name, "bruno", "anna") == "not_owner"
    assert house.refused("invite", name, "anna", "anna") == "there"
    house.do("transfer_to_agent", name, "anna", "bruno")
    assert house.refused("invite", name, "anna", "bruno") == "transferring"
    house.do("transfer_cancel", name, "anna")
    house.do("invite", name, "anna", "bruno")
    assert house.refused("consult", name, "anna", "bruno") == "guest"
    for number in range(7):
        house.agent(f"guest-{number}")
        house.do("invite", name, "anna", f"guest-{number}")
    house.agent("chloe")
    assert house.refused("invite", name, "anna", "chloe") == "too_many"


def test_who_gave_it_away_comes_back_as_a_guest(house: House, name: str) -> None:
    house.do("consult", name, "anna", "bruno")
    house.do("consult_complete", name, "anna")
    house.do("invite", name, "bruno", "anna")
    assert (house.look(name).wraps, house.look(name).guests) == ({}, {"anna": "guest"})


@pytest.mark.parametrize("end", ["lost", "removed"])
def test_a_guest_who_is_gone_is_no_guest(house: House, name: str, end: str) -> None:
    house.do("invite", name, "anna", "bruno")
    if end == "lost":
        house.go("bruno")
        house.later(21)
    else:
        house.do("remove_agent", "bruno", LAST)
    assert not house.look(name).guests


def test_a_guest_becomes_the_owner(house: House, name: str) -> None:
    house.do("invite", name, "anna", "bruno")
    house.do("assign", name, "bruno", "sam")
    assert (house.look(name).agent, house.look(name).guests) == ("bruno", {})


def test_one_who_gave_it_away_and_is_removed_needs_no_wrap_up(house: House, name: str) -> None:
    house.do("consult", name, "anna", "bruno")
    house.do("consult_complete", name, "anna")
    house.do("remove_agent", "anna", LAST)
    assert not house.look(name).wraps
    assert "anna" not in house.model.agents


@pytest.mark.parametrize("where", ["line", "ring", "parked", "callback", "active", "idle", "due"])
def test_a_supervisor_gives_it_to_an_agent_wherever_it_is(house: House, where: str) -> None:
    house.queue(idle_s=5, ring_time_s=60, delivery_s=60)
    house.agent("bruno", SALES)
    if where not in ("line", "parked"):
        house.agent("anna")
    name = house.arrive()
    if where == "parked":
        house.do("contact_lost", name)
    elif where == "callback":
        house.do("request_callback", name, "nr_1")
        house.answer(name)
        house.dialled(name, "anna", answered=False)
    elif where in ("active", "idle"):
        house.answer(name)
        house.later(6 if where == "idle" else 1)
    assert house.do("assign", name, "bruno", "sam").reason == "assigned"
    assert house.look(name).agent == "bruno"
    if where == "callback":
        assert house.look(name).state is S.CONNECTING
    else:
        assert house.look(name).state is S.ACTIVE
        assert house.refused("assign", name, "bruno", "sam") == "there"


def test_an_assigned_call_has_yet_to_connect(house: House) -> None:
    house.queue(CALL)
    house.agent("anna", CALL)
    busy = house.served(CALL)
    call = house.arrive(CALL)
    house.do("assign", call, "anna", "sam")
    assert house.events("capacity.over") == [{"cause": "assigned"}]
    assert house.do("connected", f"{call}.1", "anna").changed
    house.do("finish", busy, by="agent", agent="anna")
    assert house.events("capacity.within") == [{}]


def test_what_cannot_be_assigned(house: House, name: str) -> None:
    with pytest.raises(AgentUnknown):
        house.do("assign", name, "nobody", "sam")
    with pytest.raises(NotFound):
        house.do("assign", "ix_0", "bruno", "sam")
    house.say("bruno", "offline")
    assert house.refused("assign", name, "bruno", "sam") == "not_here"
    house.say("anna", "away")
    house.say("bruno", "available")
    parked = house.arrive()
    house.do("contact_lost", parked)
    house.do("fail", f"{parked}.1", "bruno", "busy")
    house.do("finish", name, by="agent", agent="anna", wrap_up=False)
    assert house.refused("assign", name, "bruno", "sam") == "ended"
    house.do("remove_queue", CHAT, LAST)
    with pytest.raises(QueueUnknown):
        house.do("assign", parked, "bruno", "sam")


def test_a_member_picks_from_the_line_where_that_is_allowed(house: House) -> None:
    house.queue(TICKET)
    house.queue("sales/ticket", pull=True)
    for queue in (TICKET, "sales/ticket"):
        house.agent("anna", queue, ticket=1)
        house.served(queue)
        house.do("finish", next(iter(house.model.agents["anna"].held)), by="system")
    house.agent("anna", TICKET, "sales/ticket", ticket=1)
    house.agent("bruno", TICKET)
    house.say("bruno", "away")
    house.served("sales/ticket")
    fixed, free = house.arrive(TICKET), house.arrive("sales/ticket")
    assert house.refused("pull", fixed, "anna") == "not_allowed"
    assert house.refused("pull", free, "bruno") == "not_member"
    with pytest.raises(AgentUnknown):
        house.do("pull", free, "nobody")
    house.go("anna")
    assert house.refused("pull", free, "anna") == "not_here"
    house.come("anna")
    assert house.do("pull", free, "anna").reason == "pulled"
    assert house.events("capacity.over") == [{"cause": "pulled"}]
    assert house.refused("pull", free, "anna") == "active"


def test_an_agent_opens_a_chat(house: House) -> None:
    house.queue(idle_s=60)
    house.agent("anna", chat=1)
    opening = house.opening("anna")
    opened = house.do("open_interaction", opening)
    assert (opened.known, opened.state) == (False, S.ACTIVE)
    assert house.do("open_interaction", opening).known
    assert house.refused("open_interaction", house.opening("anna")) == "full"
    house.agent("bruno", here=False)
    assert house.refused("open_interaction", house.opening("bruno")) == "not_here"


@pytest.mark.parametrize(
    ("opening", "error"), [(("nobody", CHAT), AgentUnknown), (("anna", SALES), QueueUnknown)]
)
def test_what_cannot_be_opened(
    house: House, opening: tuple[str, str], error: type[AcdError]
) -> None:
    house.queue()
    house.agent("anna")
    with pytest.raises(error):
        house.do("open_interaction", house.opening(*opening))


def test_a_full_log_takes_nobody_in() -> None:
    house = House(events_max=5)
    house.queue()
    house.agent("anna")
    while len(house.model.events) < 5:
        house.say("anna", "available")
    with pytest.raises(Overloaded):
        house.do("open_interaction", house.opening("anna"))
    with pytest.raises(Overloaded):
        house.arrive()
    house.model.trim_events(5)
    house.do("open_interaction", house.opening("anna"))

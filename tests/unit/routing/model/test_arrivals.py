"""Who comes, whether they are still there, and how it ends."""

from __future__ import annotations

import pytest

from acd.domain.errors import (
    BadRequest,
    QueueUnknown,
)
from acd.domain.interaction import Arrival
from tests.unit.routing.model.house import CHAT, LAST, House, S


def test_the_same_arrival_again_changes_nothing(house: House) -> None:
    house.queue()
    name = house.arrive()
    assert house.do("enqueue", house.look(name).arrival).known


def test_where_there_is_no_queue(house: House) -> None:
    arrival = Arrival(interaction="ix_1", queue=CHAT, contact="ct_1", conversation="cv_1")
    with pytest.raises(QueueUnknown):
        house.do("enqueue", arrival)
    assert house.do("enqueue", arrival, reject=True).state is S.ENDED
    assert house.look("ix_1").outcome == "rejected"


def test_who_could_not_be_taken_in_at_once_keeps_their_age(house: House) -> None:
    house.queue()
    first = house.arrive()
    older = house.arrive(arrived_ms=house.now_ms - 5000)
    house.agent("anna", chat=1)
    assert (house.rung(older), house.rung(first)) == (["anna"], [])


def test_the_contact_leaves(house: House) -> None:
    house.queue()
    name = house.arrive()
    assert house.do("abandon", name).changed
    assert house.do("abandon", name).reason == "ended_before"
    assert house.do("abandon", "ix_0").reason == "unknown"
    assert house.look(name).outcome == "abandoned"


def test_the_contact_is_away_for_a_while(house: House) -> None:
    house.queue()
    name = house.arrive(leased=True)
    house.contacts.clear()
    house.later(16)
    assert house.look(name).state is S.PARKED
    assert house.do("contact_lost", name).reason == "parked"
    house.contacts.add(name)
    house.later(1)
    assert house.look(name).state is S.WAITING
    assert house.do("contact_back", name).reason == "waiting"
    house.do("contact_lost", name)
    assert house.do("contact_back", name).reason == "back"
    house.contacts.clear()
    house.later(16 + 60)
    assert house.look(name).outcome == "abandoned"


def test_one_nobody_vouches_for_comes_and_goes_too(house: House) -> None:
    house.queue()
    name = house.arrive()
    house.do("contact_lost", name)
    house.do("contact_back", name)
    assert house.look(name).state is S.WAITING
    assert not house.model.leases


def test_heartbeats_of_those_who_are_nobody(house: House) -> None:
    house.queue()
    name = house.arrive(leased=True)
    house.do("remove_queue", CHAT, LAST)
    house.do("heartbeat", [("nobody", "ss_1")], [name, "ix_0"])
    assert house.look(name).outcome == "rejected"


def test_heartbeats_keep_who_waits(house: House) -> None:
    house.queue()
    name = house.arrive(leased=True)
    house.later(60)
    assert house.look(name).state is S.WAITING
    house.agent("anna")
    house.do("contact_lost", name)
    house.do("contact_back", name)  # while it rings
    assert (house.rung(name), house.look(name).lost_until_ms) == (["anna"], 0)


def test_a_lease_that_ran_out_when_nobody_waits_any_more(house: House) -> None:
    house.queue()
    name = house.arrive(leased=True)
    house.do("contact_lost", name)
    house.do("request_callback", name)
    assert not house.model.leases, "nobody is on the line of a callback"
    assert house.do("contact_lost", name).reason == "waiting"


def test_a_contact_who_was_away_in_an_outage_has_time_to_come_back(house: House) -> None:
    house.queue()
    name = house.arrive(leased=True)
    house.do("contact_lost", name)
    house.outage(70)
    assert house.look(name).state is S.PARKED
    house.contacts.clear()
    house.later(15)
    assert house.look(name).outcome == "abandoned"


def test_who_may_end_what(house: House) -> None:
    house.queue()
    house.agent("anna", chat=1)
    served, waiting, left = house.served(), house.arrive(), house.arrive()
    with pytest.raises(BadRequest):
        house.do("finish", served, by="nobody")
    assert house.do("finish", "ix_0", by="system").reason == "unknown"
    assert house.do("finish", served, by="agent", agent="bruno").reason == "not_owner"
    assert house.do("finish", waiting, by="agent").reason == "not_owner"
    assert house.do("finish", left, by="contact").outcome == "abandoned"
    assert house.do("finish", waiting, by="system").outcome == "rejected"
    assert house.do("finish", served, by="agent", agent="anna").outcome == "handled"
    assert house.do("finish", served, by="agent", agent="anna").reason == "ended_before"


def test_the_ring_ends_with_who_rang(house: House) -> None:
    house.queue(strategy=("ring_all",))
    house.agent("anna")
    house.agent("bruno")
    name = house.arrive()
    assert sorted(house.rung(name)) == ["anna", "bruno"]
    house.do("abandon", name)
    assert [event["reason"] for event in house.events("offer.withdrawn")] == ["customer_left"] * 2


def test_wrap_up_is_the_owners(house: House) -> None:
    house.queue(wrap_up_s=5)
    house.agent("anna")
    name = house.served()
    for verb in ("wrap_up_end", "wrap_up_extend"):
        assert house.do(verb, name, "anna").reason == "not_in_wrap_up"
        assert house.do(verb, name, "bruno").reason == "unknown"
        assert house.do(verb, "ix_0", "anna").reason == "unknown"
    house.do("finish", name, by="agent", agent="anna")
    assert house.do("wrap_up_extend", name, "anna").changed
    assert house.do("wrap_up_extend", name, "anna").reason == "extended_before"
    assert house.do("wrap_up_end", name, "anna").changed


def test_a_wrap_up_runs_out(house: House) -> None:
    house.queue(wrap_up_s=5)
    house.agent("anna", chat=1)
    house.do("finish", house.served(), by="agent", agent="anna")
    name = house.arrive()
    assert not house.rung(name)
    house.later(5)
    assert house.rung(name) == ["anna"]


def test_a_chat_that_was_served_begins_a_new_wait(house: House) -> None:
    house.queue(max_wait_s=60)
    house.agent("anna")
    name = house.served(leased=True)
    house.later(30)
    house.do("remove_agent", "anna", LAST)
    assert house.look(name).entered_ms == house.now_ms
    assert f"c|{name}" in house.model.leases


def test_a_tombstone_stands_for_a_day_and_until_it_is_recorded(house: House) -> None:
    house.queue()
    name = house.arrive()
    house.do("finish", name, by="system")
    house.outage(86_401)
    assert name in house.model.interactions
    house.model.trim_events(len(house.model.events))
    house.now_ms += 1000
    house.model.run_timers(now_ms=house.now_ms)
    assert name not in house.model.interactions

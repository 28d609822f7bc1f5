"""Queues and agents come, change and go; and what can be asked of those who are there."""

from __future__ import annotations

from dataclasses import replace

from acd.domain.queue import LastAgent
from tests.unit.routing.model.house import CHAT, LAST, SALES, House, S


def test_an_old_word_of_the_directory_is_refused(house: House) -> None:
    house.queue()
    house.agent("anna")
    profile, settings = house.model.agents["anna"].profile, house.model.queues[CHAT].settings
    assert house.do("configure_agent", replace(profile, version=0)).reason == "stale"
    assert house.do("configure_agent", profile).reason == "unchanged"
    assert house.do("configure_queue", replace(settings, version=0)).reason == "stale"
    assert house.do("configure_queue", settings).reason == "unchanged"
    assert house.do("remove_queue", CHAT, 0).reason == "stale"
    assert house.do("remove_queue", SALES, 0).reason == "unknown"


def test_more_leave_a_removed_queue_than_one_command_can_see_off(house: House) -> None:
    house.queue()
    names = [house.arrive() for _ in range(70)]
    house.do("remove_queue", CHAT, LAST)
    assert house.do("remove_queue", CHAT, LAST).reason == "unknown"
    house.run_timers()
    assert {house.look(name).outcome for name in names} == {"rejected"}
    assert not house.model.queues
    house.run_timers()


def test_who_is_parked_when_the_queue_goes_is_rejected_when_they_come_back(house: House) -> None:
    house.queue()
    name = house.arrive()
    house.do("contact_lost", name)
    house.do("remove_queue", CHAT, LAST)
    house.do("contact_back", name)
    assert house.look(name).outcome == "rejected"
    assert house.do("contact_back", "ix_0").reason == "unknown"
    assert house.do("contact_lost", "ix_0").reason == "unknown"


def test_a_ring_of_a_queue_that_goes_ends_with_it(house: House) -> None:
    house.queue()
    house.agent("anna")
    first, second = house.arrive(), house.arrive()
    house.do("remove_queue", CHAT, LAST)
    for name in (first, second):
        house.do("decline", f"{name}.1", "anna")
        assert house.look(name).state is S.WAITING
    house.do("finish", first, by="contact")
    house.run_timers()
    assert house.look(second).outcome == "rejected"


def test_the_last_of_a_queue_that_goes_may_leave_before_it_is_sent_away(house: House) -> None:
    house.queue()
    house.agent("anna")
    name = house.arrive()
    house.do("remove_queue", CHAT, LAST)
    house.do("decline", f"{name}.1", "anna")
    house.do("abandon", name)
    assert not house.model.queues
    house.run_timers()


def test_what_an_arrival_was_told_is_kept_for_the_answer(house: House) -> None:
    house.queue()
    house.agent("anna", chat=1)
    before = house.served()
    for name in [house.arrive() for _ in range(3)]:
        house.later(5)
        house.do("finish", before, by="agent", agent="anna")
        house.answer(name)
        before = name
    urgent = [house.arrive(), house.arrive(level=1)][1]
    house.later(5)
    house.do("finish", before, by="agent", agent="anna")
    house.answer(urgent)
    assert house.events("offer.accepted")[-1]["told"]["place"] == 1


def test_what_is_asked_about_those_who_wait(house: House) -> None:
    house.queue()
    house.queue(SALES)
    first, second = house.arrive(), house.arrive()
    assert house.do("position", second).position == 2
    assert house.do("interaction", first).position == 1
    assert house.do("position", "ix_0") is None
    assert house.do("interaction", "ix_0") is None
    assert house.do("agent", "nobody") is None
    assert house.do("queue", CHAT).waiting == 2
    assert house.do("queue", "it/chat").waiting == 0
    house.do("remove_queue", SALES, LAST)


def test_what_is_asked_about_those_who_are_served(house: House) -> None:
    house.queue(wrap_up_s=30, last_agent=LastAgent.WAIT, last_agent_wait_s=60)
    house.agent("anna", chat=2)
    given = house.served()
    house.agent("bruno", chat=3)
    house.do("transfer_to_agent", given, "anna", "bruno")
    (offer,) = house.do("agent", "bruno").offers
    assert (offer.interaction, offer.transfer) == (given, "anna")
    house.answer(given)
    (held,) = house.do("agent", "anna").held
    assert (held.role, held.state, held.wrap_up_extended) == ("giver", S.ENDED, False)
    assert house.do("interaction", given).position is None
    house.do("invite", given, "bruno", "anna")
    (held,) = house.do("agent", "anna").held
    assert (held.role, held.guests) == ("guest", ("anna",))
    house.served(agent="anna", last_agent="anna")
    first = house.arrive(last_agent="anna")
    second = house.arrive(last_agent="anna")
    assert house.do("interaction", second).position == 2, "among those who wait for her"
    house.do("request_callback", first, "nr_1")
    assert house.do("interaction", first).callback.number_ref == "nr_1"
    house.say("bruno", "away", when="finished")
    assert house.do("agent", "bruno").channels["chat"].after == "away"

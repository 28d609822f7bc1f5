"""The rules of queues: how many, how long, when, and what becomes of the others."""

from __future__ import annotations

import pytest

from acd.domain.queue import Diversion, Divert
from tests.unit.routing.model.house import CALL, CHAT, LAST, SALES, House, S


def test_a_full_queue_passes_on_whom_it_cannot_keep(house: House) -> None:
    house.queue(SALES)
    house.queue(max_length=1, on_full=Divert(to=Diversion.OVERFLOW, queue=SALES))
    house.arrive()
    name = house.arrive()
    assert (house.look(name).queue, house.look(name).hops) == (SALES, [CHAT])


@pytest.mark.parametrize("why", ["unknown", "closing", "channel"])
def test_where_there_is_nowhere_to_pass_them_on_to(house: House, why: str) -> None:
    to = CALL if why == "channel" else SALES
    if why != "unknown":
        house.queue(to)
    house.queue(max_length=1, on_full=Divert(to=Diversion.OVERFLOW, queue=to))
    if why == "closing":
        house.agent("anna", SALES)
        house.served(SALES)
        house.do("remove_queue", SALES, LAST)
    house.arrive()
    assert house.look(house.arrive()).outcome == "rejected"


def test_nobody_is_passed_on_for_ever(house: House) -> None:
    house.queue(max_wait_s=4, on_max_wait=Divert(to=Diversion.OVERFLOW, queue=SALES))
    house.queue(SALES, max_wait_s=4, on_max_wait=Divert(to=Diversion.OVERFLOW, queue=CHAT))
    name = house.arrive()
    house.later(9)
    assert (house.look(name).outcome, house.look(name).hops) == ("rejected", [CHAT])


def test_a_closed_queue_takes_nobody_in(house: House) -> None:
    house.queue(on_closed=Divert(to=Diversion.VOICEMAIL))
    at = house.now_ms
    house.do("set_hours", CHAT, ((at - 9000, at - 5000), (at + 5000, at + 9000)))
    assert house.look(house.arrive()).outcome == "voicemail"
    house.later(5)
    assert house.look(house.arrive()).state is S.WAITING
    assert house.do("set_hours", "it/chat", None).reason == "unknown"


def test_closing_time_sends_on_who_waits(house: House) -> None:
    house.queue(SALES)
    house.agent("anna", SALES)
    house.queue(at_close=Divert(to=Diversion.OVERFLOW, queue=SALES))
    name = house.arrive()
    house.do("set_hours", CHAT, ((house.now_ms - 1000, house.now_ms + 5000),))
    house.do("set_hours", CHAT, ((house.now_ms - 1000, house.now_ms + 5000),))
    house.later(5)
    assert (house.look(name).queue, house.rung(name)) == (SALES, ["anna"])
    assert house.do("queue", CHAT).open is False


def test_a_rule_for_closing_that_comes_after_closing_counts(house: House) -> None:
    house.queue()
    name = house.arrive()
    house.later(1)
    house.do("set_hours", CHAT, ())
    assert house.look(name).state is S.WAITING
    house.queue(at_close=Divert(to=Diversion.FORM))
    house.run_timers()
    assert house.look(name).outcome == "form"


def test_nobody_is_there_and_nobody_is_kept(house: House) -> None:
    house.queue(on_nobody=Divert(to=Diversion.FORM))
    assert house.look(house.arrive()).outcome == "form"


def test_those_in_line_leave_when_nobody_is_there_or_time_is_up(house: House) -> None:
    form = Divert(to=Diversion.FORM)
    house.queue(on_nobody=form, max_wait_s=60, on_max_wait=form)
    house.agent("anna", chat=1)
    house.served()
    first, asked = house.arrive(), house.arrive()
    house.do("request_callback", asked)
    house.say("anna", "away")
    house.outage(35)
    assert house.look(first).state is S.WAITING, "in an outage nobody could come back"
    house.later(31)
    assert house.look(first).outcome == "form"
    assert house.look(asked).state is S.WAITING


def test_somebody_came_before_the_line_was_given_up(house: House) -> None:
    house.queue(on_nobody=Divert(to=Diversion.FORM))
    house.agent("anna", chat=1)
    house.served()
    name = house.arrive()
    house.say("anna", "away")
    house.later(10)
    house.say("anna", "available")
    house.later(30)
    assert house.look(name).state is S.WAITING


def test_who_comes_back_to_a_line_nobody_serves_is_kept_for_a_while(house: House) -> None:
    house.queue(contact_grace_s=600)
    name = house.arrive()
    house.do("contact_lost", name)
    house.queue(on_nobody=Divert(to=Diversion.FORM), contact_grace_s=600)
    house.later(40)
    assert house.look(name).state is S.PARKED
    house.do("contact_back", name)
    house.later(29)
    assert house.look(name).state is S.WAITING
    house.later(1)
    assert house.look(name).outcome == "form"


def test_a_line_ranked_anew_where_nobody_is(house: House) -> None:
    house.queue()
    name = house.arrive()
    house.queue(strategy=("priority",), on_nobody=Divert(to=Diversion.FORM))
    house.later(30)
    assert house.look(name).outcome == "form"


def test_longer_waits_are_allowed_meanwhile(house: House) -> None:
    house.queue(max_wait_s=10)
    name = house.arrive()
    house.queue(max_wait_s=20)
    house.model.timers[f"m|{name}"] = house.now_ms + 1000  # as of before
    house.later(2)
    assert house.model.timers[f"m|{name}"] == house.look(name).entered_ms + 20_000
    house.later(18)
    assert house.look(name).outcome == "rejected"


def test_timers_of_rules_that_hold_no_more(house: House) -> None:
    house.queue(max_wait_s=10)
    house.queue(SALES, max_wait_s=10)
    rung, waiting, other = house.arrive(), house.arrive(), house.arrive(SALES)
    house.do("set_hours", SALES, ((house.now_ms - 1000, house.now_ms + 5000),))
    house.now_ms += 4000
    house.queue()
    house.agent("anna", chat=1)
    assert house.rung(rung) == ["anna"]
    house.do("delivered", f"{rung}.1", "anna")
    house.do("remove_queue", SALES, LAST)
    house.later(7)
    assert house.look(other).outcome == "rejected"
    assert house.look(rung).state is S.RINGING
    assert house.look(waiting).state is S.WAITING


def test_a_longer_wait_that_is_allowed_at_the_last_moment(house: House) -> None:
    house.queue(max_wait_s=4)
    name = house.arrive()
    house.now_ms += 4000
    house.queue(max_wait_s=8)
    house.run_timers()
    assert house.look(name).state is S.WAITING
    house.later(4)
    assert house.look(name).outcome == "rejected"


def test_the_new_rules_of_a_queue_that_goes_at_once(house: House) -> None:
    house.queue()
    house.arrive()
    house.queue(max_wait_s=4)
    house.do("remove_queue", CHAT, LAST)
    house.run_timers()
    assert not house.model.queues


def test_a_ring_is_moved_with_its_age_and_without_its_exclusions(house: House) -> None:
    house.queue()
    house.queue(SALES)
    for name in ("anna", "bruno"):
        house.agent(name, CHAT, SALES)
    name = house.arrive()
    house.do("decline", f"{name}.1", "anna")
    assert house.rung(name) == ["bruno"]
    house.do("contact_lost", name)
    house.do("move", name, SALES, "sam")
    assert (house.look(name).state, house.look(name).excluded) == (S.PARKED, {})
    house.do("contact_back", name)
    assert house.rung(name) == ["anna"]


def test_what_is_required_and_nobody_has_there_is_dropped(house: House) -> None:
    house.do("configure_skills", ["french"], 1)
    house.queue()
    house.queue(SALES)
    house.agent("anna", SALES)
    name = house.arrive(requires={"french": 3})
    house.do("move", name, SALES, "sam")
    assert house.events("interaction.moved")[0]["dropped"] == "french>=3"
    assert house.rung(name) == ["anna"]

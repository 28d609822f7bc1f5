"""A call changes hands: at once, after a word with the colleague, or out of the line."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.phones import Callers, Phone, Phones, gives, talking
from tests.acceptance.calls.voices import (
    ANNA_HZ,
    CLAIRE_HZ,
    JEAN_HZ,
    MUSIC_HZ,
    hears,
    hears_nothing,
)
from tests.acceptance.people import DESKTOP, PHONE, looks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def consults(anna: Phone, colleague: str) -> None:
    anna.find("transfer").click()
    anna.find("manner-consult").check()
    anna.find("transfer-agent", agent=f"{colleague}-{anna.house.number}").click()
    anna.is_in_call("asking")


def counts_down(agent: Phone, left: str) -> None:
    time = agent.find(left)
    before = time.inner_text()
    expect(time).not_to_have_text(before)


def test_a_call_on_hold_goes_to_a_colleague(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    claire = phone("claire")
    anna.find("phone-hold").click()
    jean.is_in_call("held")
    anna.find("transfer").click()
    anna.find("transfer-agent", agent=f"claire-{anna.house.number}").click()
    hears(jean.page, *MUSIC_HZ)
    claire.answers(jean.name)
    claire.is_in_call()
    jean.is_in_call()
    hears(jean.page, CLAIRE_HZ)
    hears(claire.page, JEAN_HZ)
    expect(anna.find("phone", state="ready")).to_be_visible()
    expect(anna.find("wrap-up").first).to_be_visible()
    assert anna.page.evaluate("openConnections()") == 0
    claire.hangs_up()
    jean.sees_the_end()


def test_a_colleague_who_declines_leaves_the_call_where_it_is(
    phone: Phones, caller: Callers
) -> None:
    anna, jean = talking(phone, caller)
    claire = phone("claire")
    anna.find("transfer").click()
    anna.find("transfer-agent", agent=f"claire-{anna.house.number}").click()
    claire.declines(jean.name)
    expect(anna.find("sharing")).to_have_count(0)
    anna.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)


def test_a_call_goes_to_another_department(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    claire = phone("claire")
    anna.find("transfer").click()
    expect(anna.find("transfer-department")).not_to_have_count(0)
    looks(anna, "call-transfer")
    sales = f"{anna.house.department('sales')}/call"
    anna.find("transfer-department", queue=sales).click()
    jean.sees("Sales")
    claire.answers(jean.name)
    hears(jean.page, CLAIRE_HZ)
    hears(claire.page, JEAN_HZ)
    expect(anna.find("phone", state="ready")).to_be_visible()


def test_a_colleague_is_asked_joins_and_takes_over(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    claire = phone("claire")
    consults(anna, "claire")
    hears(jean.page, *MUSIC_HZ)
    asked = "Anna Novak · vous consulte : Jean Martin"
    expect(claire.find("phone", state="asked")).to_contain_text(asked)
    expect(claire.find("thread")).to_contain_text(jean.name)

    claire.presses("Alt+a")
    claire.is_in_call("advising")
    anna.is_in_call("consulting")
    hears(claire.page, ANNA_HZ)
    hears(anna.page, CLAIRE_HZ)
    hears(jean.page, *MUSIC_HZ)
    looks(anna, "call-consulting")
    anna.page.set_viewport_size(PHONE)
    looks(anna, "call-consulting")
    anna.page.set_viewport_size(DESKTOP)

    anna.find("consult-join").click()
    anna.is_in_call("together")
    claire.is_in_call("together")
    expect(claire.find("phone")).to_contain_text("et Jean Martin vous entendent")
    jean.sees("Anna Novak and Claire Dubois can hear you")
    looks(claire, "call-together")
    jean.reloads()
    jean.sees("Anna Novak and Claire Dubois can hear you")
    anna.presses("Alt+m")  # so that the others hear each other alone
    hears(jean.page, CLAIRE_HZ)
    hears(claire.page, JEAN_HZ)
    anna.presses("Alt+m")
    anna.find("consult-join").click()
    anna.is_in_call("consulting")
    claire.is_in_call("advising")
    hears(claire.page, ANNA_HZ)
    hears(jean.page, *MUSIC_HZ)
    jean.is_in_call("held")

    anna.find("consult-hand-over").click()
    claire.is_in_call()
    hears(jean.page, CLAIRE_HZ)
    hears(claire.page, JEAN_HZ)
    jean.is_in_call()
    expect(anna.find("wrap-up").first).to_be_visible()
    assert anna.page.evaluate("openConnections()") == 0
    looks(claire, "call")
    claire.page.set_viewport_size(PHONE)
    looks(claire, "call")
    claire.hangs_up()
    jean.sees_the_end()


def test_who_has_no_page_that_can_talk_is_given_the_call_and_not_asked(
    phone: Phones, caller: Callers
) -> None:
    anna, _ = talking(phone, caller)
    claire = phone("claire")
    claire.page.add_init_script("delete Navigator.prototype.mediaDevices")
    claire.reloads()
    expect(claire.find("phone", state="ready")).to_be_visible()
    row = anna.find("transfer-agent", agent=f"claire-{anna.house.number}")
    for size in (PHONE, DESKTOP):
        anna.page.set_viewport_size(size)
        anna.find("transfer").click()
        anna.find("manner-consult").check()
        expect(row).to_contain_text("telephone only")
        expect(row).to_have_attribute("aria-disabled", "true")
        looks(anna, "call-not-to-ask")
        if size == PHONE:
            anna.presses("Escape")
    anna.find("manner-transfer").check()
    row.click()
    claire.sees_ring("Jean Martin")


def test_the_agent_returns_to_the_contact(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    claire = phone("claire")
    consults(anna, "claire")
    counts_down(claire, "consult-left")
    looks(claire, "call-asked")
    claire.page.set_viewport_size(PHONE)
    looks(claire, "call-asked")
    claire.page.set_viewport_size(DESKTOP)
    claire.find("consult-decline").click()
    expect(claire.find("phone", state="ready")).to_be_visible()
    anna.is_in_call("held")  # nobody hears the contact's agent before they mean it
    expect(anna.find("phone")).to_contain_text("does not take it, or has left")
    looks(anna, "call-not-consulted")
    anna.page.set_viewport_size(PHONE)
    looks(anna, "call-not-consulted")
    anna.page.set_viewport_size(DESKTOP)
    hears(jean.page, *MUSIC_HZ)

    consults(anna, "claire")
    claire.find("consult-talk").click()
    hears(claire.page, ANNA_HZ)
    anna.find("consult-return").click()
    anna.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    expect(claire.find("phone", state="ready")).to_be_visible()
    anna.find("phone-hold").click()
    anna.is_in_call("held")
    expect(anna.find("phone")).not_to_contain_text("has left")
    assert claire.page.evaluate("openConnections()") == 0


def test_a_colleague_who_does_not_answer_is_asked_no_longer(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    claire = phone("claire")
    # as though Anna's page had been reloaded while it rings: most of the time is over
    anna.page.evaluate(
        "() => sessionStorage.setItem("
        "'acd.asked', `${sessionStorage.getItem('acd.call')} ${Date.now() + 6000}`)"
    )
    consults(anna, "claire")
    expect(claire.find("phone", state="asked")).to_contain_text("Alt A")
    anna.is_in_call("held")
    expect(anna.find("phone")).to_contain_text("Claire Dubois did not answer")
    expect(claire.find("phone", state="ready")).to_be_visible()
    looks(anna, "call-unanswered")
    anna.page.set_viewport_size(PHONE)
    looks(anna, "call-unanswered")
    anna.page.set_viewport_size(DESKTOP)
    hears(jean.page, *MUSIC_HZ)
    anna.find("phone-hold").click()
    anna.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)


def test_a_reload_while_a_colleague_is_asked(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    claire = phone("claire")
    consults(anna, "claire")
    claire.find("consult-talk").click()
    hears(claire.page, ANNA_HZ)
    anna.reloads()
    anna.is_in_call("consulting")
    hears(claire.page, ANNA_HZ)
    hears(jean.page, *MUSIC_HZ)
    claire.reloads()
    claire.is_in_call("advising")
    hears(anna.page, CLAIRE_HZ)
    jean.hangs_up()
    expect(claire.find("phone", state="ready")).to_be_visible()
    hears_nothing(anna.page)


def test_who_takes_a_call_out_of_the_line_is_heard_at_once(phone: Phones, caller: Callers) -> None:
    anna, jean = phone("anna"), caller()
    jean.calls()
    anna.declines(jean.name)
    anna.find("take-now").click()
    anna.is_in_call()
    jean.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    jean.hangs_up()
    jean.sees_the_end()
    expect(anna.find("phone", state="ready")).to_be_visible()


def test_what_a_supervisor_gives_rings_from_page_to_page(phone: Phones, caller: Callers) -> None:
    anna, claire, jean = phone("anna"), phone("claire"), caller()
    jean.calls()
    call_id = anna.sees_ring(jean.name).get_attribute("data-interaction")
    assert call_id
    gives("omar", claire, call_id)
    counts_down(claire, "given-left")
    claire.sees("L’appel a été confié à Claire Dubois")
    claire.find("given-answer").click()
    claire.is_in_call()
    claire.sees("Claire Dubois a pris l’appel")
    hears(jean.page, CLAIRE_HZ)
    hears(claire.page, JEAN_HZ)
    anna.sees_no_ring()

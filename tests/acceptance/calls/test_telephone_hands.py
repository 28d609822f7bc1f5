"""A call from a telephone changes hands: to a colleague, after a word with them, to a number."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.camille import SHOWN, Camille, talking
from tests.acceptance.calls.exchange import CAMILLE_HZ, OUTSIDE_HZ
from tests.acceptance.calls.phones import Phones, gives
from tests.acceptance.calls.telephones import Telephone
from tests.acceptance.calls.voices import ANNA_HZ, CLAIRE_HZ, hears
from tests.acceptance.house import Server
from tests.acceptance.people import DESKTOP, PHONE, looks
from tests.telephony import MUSIC_HZ

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

RESOLVED = "Motif\u00a0: Résolu"


@pytest.fixture
def server(telephone_house: Server) -> Server:
    return telephone_house


def test_a_call_on_hold_goes_to_a_colleague(phone: Phones, camille: Camille) -> None:
    anna, call = talking(phone, camille, reduced_motion="reduce")
    claire = phone("claire", reduced_motion="reduce")
    expect(anna.find("contact-phone")).to_have_text(SHOWN)
    anna.sees("Anna Novak took the call")
    anna.find("phone-hold").click()
    call.hears(MUSIC_HZ)
    anna.find("transfer").click()
    anna.find("transfer-agent", agent=f"claire-{anna.house.number}").click()
    claire.sees_ring("Camille")
    for size in (PHONE, DESKTOP):
        claire.page.set_viewport_size(size)
        expect(claire.find("ring-number")).to_have_text(SHOWN)
        expect(claire.find("ring-number")).to_be_visible()
    claire.answers("Camille")
    claire.is_in_call()
    call.hears(CLAIRE_HZ)
    hears(claire.page, CAMILLE_HZ)
    expect(anna.find("phone", state="ready")).to_be_visible()
    anna.sees("Claire Dubois took over from Anna Novak")
    expect(anna.find("call-entry")).to_have_count(0)  # it goes on
    claire.hangs_up()
    call.is_over()
    told = {
        anna: (r"Call from Camille, \d+ s", r"\d:\d\d, Support, with Claire Dubois\."),
        claire: (r"Appel\u00a0: Camille, \d+ s", r"\d:\d\d, Assistance, avec Claire Dubois\."),
    }
    for agent, (call_of_whom, where) in told.items():
        entry = agent.find("call-entry")
        expect(entry).to_contain_text(re.compile(call_of_whom))
        expect(entry).to_contain_text(re.compile(where))
        expect(agent.page.locator('.log [data-from="system"]')).to_have_count(2)  # took, took over
    claire.find("disposition").first.select_option("resolved")
    claire.find("wrap-up-note").fill("Cherche des bols bleus")
    claire.is_done()
    expect(claire.find("call-entry")).to_have_count(0)  # nothing of it is in sight any more

    camille().hangs_up()  # while Claire was called, who had it last
    again = camille()
    claire.answers("Camille")
    claire.is_in_call()
    entries = claire.find("call-entry")
    expect(entries.first).to_contain_text(RESOLVED)
    expect(entries.last).to_contain_text("Appel manqué\u00a0: Camille")
    expect(entries.last).to_contain_text(re.compile(r"A raccroché après \d+ s d’attente\."))
    expect(claire.page.locator(".past li")).to_have_count(2)
    expect(claire.page.locator(".past")).to_contain_text("Parti en attendant")
    for place in (entries.first, claire.page.locator(".past")):
        expect(place).to_contain_text("Cherche des bols bleus")
    for size in (DESKTOP, PHONE):
        claire.page.set_viewport_size(size)
        looks(claire, "thread-of-calls")
    claire.find("contact-open").click()
    expect(claire.find("contact-phone")).to_have_text(SHOWN)
    looks(claire, "contact-of-calls")
    again.hangs_up()


def test_a_colleague_is_asked_joins_and_takes_over(phone: Phones, camille: Camille) -> None:
    anna, call = talking(phone, camille)
    claire = phone("claire")
    anna.find("transfer").click()
    anna.find("manner-consult").check()
    anna.find("transfer-agent", agent=f"claire-{anna.house.number}").click()
    call.hears(MUSIC_HZ)
    claire.find("consult-talk").click()
    hears(claire.page, ANNA_HZ)
    hears(anna.page, CLAIRE_HZ)
    anna.find("consult-join").click()
    anna.presses("Alt+m")  # so that the others hear each other alone
    call.hears(CLAIRE_HZ)
    hears(claire.page, CAMILLE_HZ)
    anna.presses("Alt+m")
    anna.find("consult-hand-over").click()
    claire.is_in_call()
    call.hears(CLAIRE_HZ)
    hears(claire.page, CAMILLE_HZ)
    expect(anna.find("wrap-up").first).to_be_visible()
    call.hangs_up()
    expect(claire.find("phone", state="ready")).to_be_visible()


def test_a_call_is_given_to_a_number(phone: Phones, camille: Camille, outside: Telephone) -> None:
    anna, call = talking(phone, camille)

    def gives(number: str) -> None:
        anna.find("transfer").click()
        expect(anna.find("transfer-search")).to_be_focused()
        anna.find("transfer-number").fill(number)
        anna.find("transfer-to-number").click()

    gives("12")
    anna.sees("This is no telephone number")
    anna.presses("Escape")
    outside.refuses(486)
    gives("01 99 00 56 78")
    anna.sees("01 99 00 56 78 is busy, or declines")
    call.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)

    outside.refuses(None)
    gives("01 99 00 56 78")
    unanswered = outside.rings()
    anna.find("transfer-take-back").click()
    unanswered.is_over()
    call.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)

    gives("01 99 00 56 78")
    other = outside.rings()
    other.picks_up()
    call.hears(OUTSIDE_HZ)
    other.hears(CAMILLE_HZ)
    expect(anna.find("phone", state="ready")).to_be_visible()
    expect(anna.find("wrap-up").first).to_be_visible()
    call.hangs_up()
    other.is_over()


def test_who_declined_a_call_takes_it_out_of_the_line(phone: Phones, camille: Camille) -> None:
    anna, call = phone("anna"), camille()
    anna.declines("Camille")
    call.hears(MUSIC_HZ)
    anna.find("take-now").click()
    anna.is_in_call()
    call.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)
    anna.hangs_up()
    call.is_over()
    expect(anna.find("phone", state="ready")).to_be_visible()


def test_what_a_supervisor_gives_rings_until_it_is_answered(
    phone: Phones, camille: Camille
) -> None:
    anna, claire = phone("anna"), phone("claire", reduced_motion="reduce")
    call = camille()
    call_id = anna.sees_ring("Camille").get_attribute("data-interaction")
    assert call_id
    gives("omar", claire, call_id)
    anna.sees_no_ring()
    expect(claire.find("phone", state="given")).to_contain_text("Omar Diallo vous confie cet appel")
    claire.sees("L’appel a été confié à Claire Dubois")
    looks(claire, "given")
    claire.page.set_viewport_size(PHONE)
    looks(claire, "given")
    claire.page.set_viewport_size(DESKTOP)
    call.hears(MUSIC_HZ)
    claire.presses("Alt+a")
    claire.is_in_call()
    call.hears(CLAIRE_HZ)
    hears(claire.page, CAMILLE_HZ)
    claire.hangs_up()
    call.is_over()


def test_what_a_supervisor_gives_and_nobody_wants_is_in_its_line_again(
    phone: Phones, camille: Camille
) -> None:
    anna, claire = phone("anna"), phone("claire")
    call = camille()
    call_id = anna.sees_ring("Camille").get_attribute("data-interaction")
    assert call_id
    gives("omar", claire, call_id)
    claire.find("given-back").click()
    expect(claire.find("phone", state="given")).to_have_count(0)
    anna.answers("Camille")
    anna.is_in_call()
    call.hears(ANNA_HZ)

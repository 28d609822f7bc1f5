"""Somebody calls from a telephone and agents answer in their consoles: what each of them hears."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.camille import SHOWN, Camille, talking
from tests.acceptance.calls.exchange import CAMILLE_HZ, OUTSIDE_HZ
from tests.acceptance.calls.phones import Callers, Phones
from tests.acceptance.calls.telephones import Telephone
from tests.acceptance.calls.voices import ANNA_HZ, CLAIRE_HZ, JEAN_HZ, hears, hears_nothing
from tests.acceptance.house import Server
from tests.acceptance.network import Wire
from tests.acceptance.people import DESKTOP, PHONE, looks
from tests.telephony import MUSIC_HZ

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def server(telephone_house: Server) -> Server:
    return telephone_house


def test_two_browsers_ring_and_one_wins(phone: Phones, camille: Camille) -> None:
    """Who calls withholds their number."""
    anna, claire = phone("anna"), phone("claire")
    call = camille("sales", "anonymous")
    anna.sees_ring("Unknown contact")
    expect(anna.find("ring-number")).to_have_count(0)
    claire.sees_ring("Contact inconnu")
    expect(claire.find("contact-pane")).to_contain_text("Contact inconnu")
    call.hears(MUSIC_HZ)  # no page is heard before it is taken
    claire.answers("Contact inconnu")
    expect(anna.find("taken-by")).to_contain_text("Claire")
    claire.is_in_call()
    expect(claire.find("contact-phone")).to_have_text("inconnu")
    expect(claire.page.locator(".thread-head .chip")).to_have_count(0)  # nobody is off the page
    expect(claire.find("composer")).to_have_count(0)  # nor on one, to read
    call.hears(CLAIRE_HZ)
    hears(claire.page, CAMILLE_HZ)
    hears_nothing(anna.page)
    call.hangs_up()
    expect(claire.find("phone", state="ready")).to_be_visible()
    expect(claire.find("wrap-up").first).to_be_visible()
    assert claire.page.evaluate("openConnections()") == 0
    assert anna.page.evaluate("openConnections()") == 0


def test_the_agent_mutes_holds_resumes_and_hangs_up(phone: Phones, camille: Camille) -> None:
    anna, call = talking(phone, camille)
    anna.find("phone-mute").click()
    call.hears(0)
    hears(anna.page, CAMILLE_HZ)
    anna.find("phone-mute").click()
    call.hears(ANNA_HZ)

    anna.find("phone-hold").click()
    anna.is_in_call("held")
    call.hears(MUSIC_HZ)
    hears_nothing(anna.page)
    anna.find("phone-hold").click()
    anna.is_in_call()
    call.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)

    anna.hangs_up()
    call.is_over()
    expect(anna.find("wrap-up").first).to_be_visible()


def test_the_digits_of_the_agent_are_heard_by_who_listens_for_tones(
    phone: Phones, camille: Camille
) -> None:
    anna, call = talking(phone, camille)
    anna.find("phone-keypad").click()
    for key in "159#":
        anna.find("keypad").get_by_role("button", name=key).click()
    call.hears_keys("159#")
    anna.presses("Escape")
    call.hears(ANNA_HZ)
    anna.hangs_up()
    call.is_over()


def test_a_call_survives_a_reload_and_the_loss_of_the_socket(
    phone: Phones, camille: Camille, wire: Callable[[], Wire]
) -> None:
    line = wire()
    anna, call = talking(phone, camille, url=line.url)
    anna.reloads()
    anna.is_in_call()
    call.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)

    line.cut()
    expect(anna.find("reconnect-bar")).to_be_visible()
    call.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)
    line.mend()
    expect(anna.find("reconnect-bar")).to_have_count(0)
    anna.find("phone-hold").click()
    call.hears(MUSIC_HZ)
    anna.hangs_up()
    call.is_over()


def test_who_is_called_back_is_not_reached_and_then_is(
    phone: Phones, camille: Camille, caller: Callers, outside: Telephone
) -> None:
    anna, call = talking(phone, camille, reduced_motion="reduce")
    jean = caller()
    jean.calls()
    jean.find("callback-open").click()
    jean.find("field-phone").fill("01 99 00 12 34")
    jean.find("callback-keep").click()
    jean.sees("we keep your place and call 01 99 00 12 34")

    outside.refuses(486)
    call.hangs_up()
    anna.is_done()
    anna.answers(jean.name)
    not_reached = anna.find("phone", state="trouble")
    expect(not_reached).to_contain_text("The contact was not reached")
    expect(not_reached).to_contain_text("You are free for the next call.")
    anna.sees_ring(jean.name)  # it is tried again
    looks(anna, "not-reached")
    anna.page.set_viewport_size(PHONE)
    looks(anna, "not-reached")
    anna.page.set_viewport_size(DESKTOP)
    not_reached.get_by_role("button", name="Dismiss").click()
    expect(anna.find("phone", state="ready")).to_be_visible()

    outside.refuses(None)
    anna.answers(jean.name)
    called = outside.rings()
    called.picks_up()
    called.hears(ANNA_HZ)
    hears(anna.page, OUTSIDE_HZ)
    anna.is_in_call()
    expect(anna.find("contact-phone")).to_have_text(SHOWN)  # which Jean left
    called.hangs_up()
    expect(anna.find("wrap-up").first).to_be_visible()
    expect(anna.find("call-entry")).to_contain_text(re.compile(r"Callback to Jean Martin, \d+ s"))


def test_a_website_call_goes_through_the_server(phone: Phones, caller: Callers) -> None:
    anna, claire, jean = phone("anna"), phone("claire"), caller()
    jean.calls()
    hears(jean.page, MUSIC_HZ)
    anna.answers(jean.name)
    anna.is_in_call()
    jean.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)

    jean.reloads()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    anna.find("phone-hold").click()
    jean.is_in_call("held")
    hears(jean.page, MUSIC_HZ)
    hears_nothing(anna.page)
    jean.reloads()
    jean.is_in_call("held")
    hears(jean.page, MUSIC_HZ)
    anna.find("phone-hold").click()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)

    anna.find("transfer").click()
    anna.find("transfer-agent", agent=f"claire-{anna.house.number}").click()
    claire.answers(jean.name)
    claire.is_in_call()
    hears(jean.page, CLAIRE_HZ)
    hears(claire.page, JEAN_HZ)
    jean.hangs_up()
    jean.sees_the_end()
    expect(claire.find("phone", state="ready")).to_be_visible()
    assert jean.page.evaluate("openConnections()") == 0

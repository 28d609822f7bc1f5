"""Somebody calls from a telephone and agents answer in their consoles: what each of them hears."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.exchange import (
    CALLS,
    CAMILLE,
    CAMILLE_HZ,
    OUTSIDE_HZ,
    telephone_server,
)
from tests.acceptance.calls.phones import Callers, Phone, Phones
from tests.acceptance.calls.telephones import Call, Telephone, Telephones
from tests.acceptance.calls.voices import ANNA_HZ, CLAIRE_HZ, JEAN_HZ, hears, hears_nothing
from tests.acceptance.house import House, Server
from tests.acceptance.network import Wire
from tests.acceptance.people import DESKTOP, PHONE, looks
from tests.outcomes import outcomes_of_calls
from tests.telephony import MUSIC_HZ

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HOUSES = 12
RULES = f"callback = true\ncallback_tries = 2\ncallback_retry_s = 1\n{CALLS}"


@pytest.fixture(scope="module")
def common_server(
    peer: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, outside: Telephone
) -> Iterator[Server]:
    """A node with the SIP role; each story has a house of its own there."""
    peer("rtpengine")
    folder = tmp_path_factory.mktemp("telephones")
    server = telephone_server(folder, houses=HOUSES, trunk=outside, rules=RULES)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()
    assert "store refused" not in server.log(), server.log()
    assert outcomes_of_calls(server.database)["open"] == 0


@pytest.fixture
def server(common_server: Server) -> Server:
    return common_server


@pytest.fixture
def camille(house: House, server: Server, telephones: Telephones) -> Callable[..., Call]:
    """`camille("sales")` calls that department, and hears music."""
    telephone = telephones.telephone(CAMILLE_HZ)

    def call(department: str = "support", number: str = CAMILLE) -> Call:
        peer = ("127.0.0.1", server.sip_port)
        found = telephone.calls(house.department(department), peer, caller=number)
        found.hears(MUSIC_HZ)
        return found

    return call


RESOLVED = "Motif\u00a0: Résolu"
SHOWN = "+33 1 99 00 12 34"
"""Camille's number, as people write it."""

Camille = Callable[..., Call]


def talking(
    phone: Phones, camille: Camille, *, url: str = "", **context: object
) -> tuple[Phone, Call]:
    """Anna and Camille, who hear each other."""
    anna = phone("anna", url=url, **context)
    call = camille()
    anna.answers("Camille")
    anna.is_in_call()
    call.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)
    return anna, call


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

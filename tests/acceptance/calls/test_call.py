"""A visitor calls from the website and an agent answers in the console: what each of them hears."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.phones import Callers, Phones, talking
from tests.acceptance.calls.voices import (
    ANNA_HZ,
    CLAIRE_HZ,
    JEAN_HZ,
    MUSIC_HZ,
    hears,
    hears_nothing,
)
from tests.acceptance.network import Wire
from tests.acceptance.people import DESKTOP, PHONE, Person, looks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

BAD_LINE = """() => {
  const told = { type: "remote-inbound-rtp", fractionLost: 0.3 };
  RTCPeerConnection.prototype.getStats = async () => new Map([["far", told]]);
}"""


WHOLE = """p => p.scrollWidth <= p.clientWidth && p.scrollHeight <= p.clientHeight
  && getComputedStyle(p).whiteSpace === "normal" """


def tells_all(who: Person, width: int, *verbs: str) -> None:
    """What the telephone says is not cut off, and the verbs are words."""
    who.page.set_viewport_size({"width": width, "height": DESKTOP["height"]})
    assert who.page.locator(".phone .who p").evaluate(WHOLE), width
    for verb in verbs:
        expect(who.find("phone").get_by_text(verb, exact=True)).to_be_visible()


def test_two_pages_talk_and_the_visitor_hangs_up(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    tells_all(anna, PHONE["width"], "Hang up")
    anna.find("phone-devices").click()
    expect(anna.find("microphone-choice").first).to_be_visible()
    anna.presses("Escape")
    looks(anna, "call-bar")
    tells_all(anna, 880, "Transfer", "Hang up")  # as beside the shop of the demonstration
    anna.page.set_viewport_size(DESKTOP)
    expect(anna.find("chat-item", state="active")).to_be_visible()
    expect(anna.find("capacity")).to_have_attribute("data-channel", "call")
    expect(anna.find("capacity")).to_contain_text("1/1")
    expect(anna.find("phone-time")).to_be_visible()
    expect(jean.find("call-time")).to_be_visible()
    expect(anna.find("phone-poor")).to_have_count(0)
    anna.page.evaluate(BAD_LINE)
    expect(anna.find("phone-poor")).to_be_visible()

    jean.hangs_up()
    jean.sees_the_end()
    jean.sees("with Anna Novak, less than a minute")
    expect(anna.find("phone", state="ready")).to_be_visible()
    expect(anna.find("wrap-up").first).to_be_visible()
    assert anna.page.evaluate("openConnections()") == 0
    assert jean.page.evaluate("openConnections()") == 0
    for width in (PHONE["width"], 880):
        tells_all(anna, width)
    anna.find("contact-open").click()
    anna.find("wrap-up-note").fill("Beside what is known of Jean")
    looks(anna, "wrap-up-contact")
    anna.is_done()
    expect(anna.find("chat-item")).to_have_count(0)


def test_the_agent_mutes_holds_resumes_and_hangs_up(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)

    anna.find("phone-mute").click()
    anna.is_in_call("muted")
    hears_nothing(jean.page)
    hears(anna.page, JEAN_HZ)
    anna.presses("Alt+m")
    anna.is_in_call()
    hears(jean.page, ANNA_HZ)

    anna.find("phone-hold").click()
    anna.is_in_call("held")
    jean.is_in_call("held")
    jean.sees("Anna Novak has put you on hold")
    hears(jean.page, *MUSIC_HZ)
    hears_nothing(anna.page)
    anna.find("phone-hold").click()
    anna.is_in_call()
    jean.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)

    jean.find("mute").click()
    jean.is_in_call("muted")
    hears_nothing(anna.page)
    jean.find("mute").click()
    hears(anna.page, JEAN_HZ)

    anna.hangs_up()
    jean.sees_the_end()
    expect(anna.find("wrap-up").first).to_be_visible()
    anna.is_done()
    expect(anna.find("chat-item")).to_have_count(0)
    jean.find("start-again").click()
    jean.calls()
    anna.answers(jean.name)
    hears(jean.page, ANNA_HZ)


def test_both_write_while_they_talk(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    anna.says("The number of your parcel: 48 211")
    expect(jean.find("write")).to_have_accessible_name("Write, 1 unread message")
    jean.find("write").click()
    jean.says("I have it.")
    anna.reads("The number of your parcel: 48 211", "I have it.")
    jean.reads("The number of your parcel: 48 211", "I have it.")
    hears(jean.page, ANNA_HZ)


def test_a_visitor_without_a_microphone_is_told_and_writes(phone: Phones, caller: Callers) -> None:
    anna, jean = phone("anna"), caller(microphone=False)
    jean.find("field-department").select_option(jean.house.department("support"))
    jean.find("field-name").fill(jean.name)
    jean.find("start-call").click()
    expect(jean.find("no-microphone", why="refused")).to_be_visible()
    anna.sees_no_ring()

    jean.starts_chat("Then I write")
    anna.accepts(jean.name)
    jean.is_served_by("Anna")


def test_an_agent_without_a_microphone_hands_the_call_on(phone: Phones, caller: Callers) -> None:
    anna, claire, jean = phone("anna", microphone=False), phone("claire"), caller()
    jean.calls()
    anna.answers(jean.name)
    anna.is_in_call("trouble")
    anna.sees("No microphone")
    claire.answers(jean.name)
    claire.is_in_call()
    hears(jean.page, CLAIRE_HZ)
    anna.sees_no_ring()


def test_a_declined_call_rings_the_next(phone: Phones, caller: Callers) -> None:
    anna, claire, jean = phone("anna"), phone("claire"), caller()
    jean.calls()
    jean.is_called_for()
    anna.declines(jean.name)
    claire.answers(jean.name)
    hears(jean.page, CLAIRE_HZ)
    hears(claire.page, JEAN_HZ)
    anna.sees_no_ring()


def test_a_visitor_who_hangs_up_in_the_line_stops_the_ring(phone: Phones, caller: Callers) -> None:
    anna, jean = phone("anna"), caller()
    jean.calls()
    anna.sees_ring(jean.name)
    jean.leaves_the_line()
    anna.sees_no_ring()
    jean.sees_the_end()


def test_the_ring_says_who_left_the_page_and_ends_without_them(
    phone: Phones, caller: Callers, wire: Callable[[], Wire]
) -> None:
    line = wire()
    anna, jean = phone("anna", reduced_motion="reduce"), caller(url=line.url)
    jean.calls()
    anna.sees_ring(jean.name)
    off_page = anna.find("ring-off-page")
    expect(off_page).to_have_count(0)
    line.cut()
    expect(off_page).to_have_text("left the page")
    line.mend()
    expect(off_page).to_have_count(0)
    jean.reloads()
    jean.is_called_for()
    expect(off_page).to_have_count(0)
    anna.sees_ring(jean.name)
    jean.leaves()
    expect(off_page).to_have_text("left the page")
    looks(anna, "ring-off-page")
    anna.page.set_viewport_size(PHONE)
    looks(anna, "ring-off-page")
    anna.sees_no_ring()


def test_voices_survive_the_loss_of_the_server(
    phone: Phones, caller: Callers, wire: Callable[[], Wire]
) -> None:
    lines = wire(), wire()
    anna, jean = phone("anna", url=lines[0].url), caller(url=lines[1].url)
    jean.calls()
    anna.answers(jean.name)
    hears(jean.page, ANNA_HZ)
    anna.is_in_call()
    for line in lines:
        line.cut()
    expect(anna.find("reconnect-bar")).to_be_visible()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    for line in lines:
        line.mend()
    expect(anna.find("reconnect-bar")).to_have_count(0)
    expect(jean.find("reconnect-bar")).to_have_count(0)
    hears(jean.page, ANNA_HZ)
    anna.hangs_up()
    jean.sees_the_end()


def test_a_lost_connection_is_found_again(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    anna.find("phone-hold").click()
    jean.is_in_call("held")
    jean.page.evaluate("cutCall()")
    anna.is_in_call("lost")
    anna.sees("Connection lost, reconnecting")
    anna.is_in_call("held")
    hears(jean.page, *MUSIC_HZ)
    jean.is_in_call("held")
    anna.find("phone-hold").click()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)


def test_a_reload_of_either_page_takes_the_call_up_again(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    anna.reloads()
    anna.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    jean.reloads()
    jean.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    anna.hangs_up()
    jean.sees_the_end()


def test_of_several_tabs_one_has_the_voice(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    beside = anna.at_another_tab()
    expect(beside.find("phone", state="elsewhere")).to_be_visible()
    hears(jean.page, ANNA_HZ)

    beside.find("phone-take").click()
    beside.is_in_call()
    expect(anna.find("phone", state="elsewhere")).to_be_visible()
    hears(jean.page, ANNA_HZ)
    assert anna.page.evaluate("openConnections()") == 0

    other = jean.at_another_tab()
    other.find("turn-on").click()
    other.is_in_call()
    jean.is_in_call("off")
    beside.hangs_up()
    jean.sees_the_end()
    other.sees_the_end()


def test_who_is_away_for_calls_alone_is_told_what_still_rings(phone: Phones) -> None:
    anna = phone("anna")
    anna.find("presence").click()
    anna.find("presence-call").click()
    anna.page.keyboard.press("Escape")
    centre = anna.page.locator(".calm-head")
    expect(centre).to_contain_text("You are away for calls: only chats ring here.")
    word = anna.find("presence").locator(".clip")
    expect(word).to_have_text("Partly available")
    assert word.evaluate("p => p.scrollWidth <= p.clientWidth")
    for size in (PHONE, DESKTOP):
        anna.page.set_viewport_size(size)
        looks(anna, "partly")
    centre.get_by_role("button").click()
    expect(centre).to_contain_text("You are available")

"""Which microphone and speaker an agent talks through, and where else their calls ring."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.phones import Callers, Phone, Phones, talking
from tests.acceptance.calls.voices import ANNA_HZ, hears, hears_nothing, speaks_through
from tests.acceptance.people import PHONE, looks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PRESSED_AGAIN = """() => {
  [globalThis.pressed, globalThis.asked] = [0, 0];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) => { globalThis.asked += 1; return ask(wanted); };
  const watch = new MutationObserver(() => {
    const test = document.querySelector("[data-testid=phone-test]");
    if (!test) return;
    watch.disconnect();
    globalThis.pressed += 1;
    test.click();
  });
  watch.observe(document.body, { childList: true, subtree: true });
}"""
"""The second press of a double one, on what is where "Hang up" was."""


def chooses(anna: Phone, kind: str, name: str) -> None:
    anna.find("phone-devices").click()
    anna.find(f"{kind}-choice").filter(has_text=name).click()


def sees_chosen(anna: Phone, kind: str, name: str) -> None:
    """The one that holds has a tick, and no other."""
    anna.find("phone-devices").click()
    ticked = anna.find(f"{kind}-choice").filter(has=anna.page.locator(".icon.is-accent"))
    expect(ticked).to_have_text(name)
    expect(ticked).to_have_attribute("aria-checked", "true")
    anna.presses("Escape")


def test_a_chosen_microphone_is_used_and_remembered(phone: Phones, caller: Callers) -> None:
    anna, jean = phone("anna"), caller()
    anna.find("phone-test").click()
    hears_oneself = anna.page.locator('[data-testid="meter"]:not([data-level="0"])')
    expect(hears_oneself).to_be_visible()
    chooses(anna, "microphone", "Fake Audio Input 2")
    expect(hears_oneself).to_be_visible()
    speaks_through(anna.page, "Fake Audio Input 2")
    anna.find("phone-test-stop").click()

    anna.reloads()
    sees_chosen(anna, "microphone", "Fake Audio Input 2")
    jean.calls()
    anna.answers(jean.name)
    anna.is_in_call()
    speaks_through(anna.page, "Fake Audio Input 2")
    hears(jean.page, ANNA_HZ)
    chooses(anna, "microphone", "Fake Audio Input 1")
    hears(jean.page, ANNA_HZ)
    speaks_through(anna.page, "Fake Audio Input 1")
    anna.find("phone-mute").click()
    chooses(anna, "microphone", "As the system")
    speaks_through(anna.page, "Fake Default")
    anna.is_in_call("muted")
    hears_nothing(jean.page)
    anna.hangs_up()
    jean.sees_the_end()


def opens_devices(anna: Phone) -> None:
    anna.find("phone-devices").click()
    anna.find("my-devices").click()
    expect(anna.find("device", kind="browser")).to_be_visible()


def adds(anna: Phone, address: str, name: str) -> None:
    anna.find("device-new").fill(address)
    anna.find("device-new-name").fill(name)
    anna.find("device-add").click()


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        (
            "anna",
            {
                "": "Write a number first",
                "12": "This is no telephone number",
                "+32 2 400 00 00": "Numbers of this country",
                "101@10.0.0.5": "This is no desk phone",
                "sip:101@10.0.0.6": "Desk phones of this exchange",
                "sip:0101@10.0.0.5": "This extension",
            },
        ),
        (
            "claire",
            {
                "": "Indiquez d’abord un numéro",
                "+32 2 400 00 00": "Les numéros de ce pays",
                "sip:101@10.0.0.6": "Les postes de ce standard",
            },
        ),
    ],
)
def test_what_cannot_be_added_is_told_at_the_field(
    phone: Phones, name: str, faults: dict[str, str]
) -> None:
    anna = phone(name, reduced_motion="reduce")
    opens_devices(anna)
    field, told = anna.find("device-new"), anna.find("device-new-fault")
    for address, fault in faults.items():
        adds(anna, address, "")
        expect(told).to_contain_text(fault)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_value(address)
        expect(field).to_have_accessible_description(re.compile(r"sip:101@10\.0\.0\.5"))
    looks(anna, f"devices-refused-{name}")
    anna.page.set_viewport_size(PHONE)
    looks(anna, f"devices-refused-{name}")
    adds(anna, "sip:101@10.0.0.5", "Desk")
    expect(told).to_have_count(0)
    desk = anna.find("device", kind="sip")
    place = desk.get_by_test_id("device-address")
    for wrong in ("sip:101@10.0.0.6", ""):
        place.fill(wrong)
        place.blur()
        expect(desk.get_by_test_id("device-address-fault")).to_be_visible()
        expect(place).to_have_value(wrong)
    place.fill("sip:102@10.0.0.5")
    place.blur()
    expect(desk.get_by_test_id("device-address-fault")).to_have_count(0)
    expect(place).to_have_value("sip:102@10.0.0.5")


@pytest.mark.parametrize(("name", "locale"), [("anna", "en"), ("claire", "fr")])
def test_an_agent_says_where_else_calls_ring(phone: Phones, name: str, locale: str) -> None:
    anna = phone(name, reduced_motion="reduce")
    opens_devices(anna)
    adds(anna, "+33 6 12 34 56 78", "Mobile")
    mobile = anna.find("device", kind="phone")
    expect(mobile).to_contain_text("Mobile")
    expect(mobile.get_by_test_id("device-proof")).to_have_attribute("data-verified", "false")
    looks(anna, f"devices-{locale}")

    anna.find("devices-in_turn").check()
    expect(anna.find("device-ring")).to_have_count(2)
    mobile.get_by_test_id("device-ring").select_option("45")
    mobile.get_by_test_id("device-closed").check()
    mobile.get_by_test_id("device-up").click()
    expect(anna.find("device").first).to_have_attribute("data-kind", "phone")
    anna.page.set_viewport_size(PHONE)
    looks(anna, f"devices-in-turn-{locale}")

    anna.reloads()
    opens_devices(anna)
    expect(anna.find("device").first).to_have_attribute("data-kind", "phone")
    expect(mobile.get_by_test_id("device-ring")).to_have_value("45")
    expect(mobile.get_by_test_id("device-closed")).to_be_checked()
    expect(mobile.get_by_test_id("device-address")).to_have_value("+33612345678")
    mobile.get_by_test_id("device-remove").click()
    expect(anna.find("device")).to_have_count(1)


def test_the_microphone_is_tested_before_the_first_call(phone: Phones, caller: Callers) -> None:
    anna = phone("anna")
    anna.find("phone-test").click()
    expect(anna.page.locator('[data-testid="meter"]:not([data-level="0"])')).to_be_visible()
    anna.find("phone-test-stop").click()
    expect(anna.find("meter")).to_have_count(0)
    jean = caller()
    jean.calls()
    anna.answers(jean.name)
    anna.is_in_call()  # from here on nothing else takes the focus
    anna.find("phone-keypad").click()
    anna.find("keypad").get_by_role("button", name="5").click()
    anna.presses("Escape")
    expect(anna.find("keypad")).to_have_count(0)
    expect(anna.find("phone-keypad")).to_be_focused()


def test_a_double_press_to_hang_up_tests_no_microphone(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    anna.page.evaluate(PRESSED_AGAIN)
    anna.hangs_up()
    jean.sees_the_end()
    expect(anna.find("phone-test")).to_be_enabled()
    assert anna.page.evaluate("[pressed, asked]") == [1, 0]
    anna.find("phone-test").click()
    expect(anna.find("meter")).to_be_visible()
    assert anna.page.evaluate("asked") == 1

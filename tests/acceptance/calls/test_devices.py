"""Which microphone and speaker an agent talks through."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.phones import Callers, Phone, Phones
from tests.acceptance.calls.voices import ANNA_HZ, hears, hears_nothing, speaks_through

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def chooses(anna: Phone, kind: str, name: str) -> None:
    anna.find("phone-devices").click()
    anna.find(f"{kind}-choice").filter(has_text=name).click()


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

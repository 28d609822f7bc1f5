"""The whole flow without a mouse, on both sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.house import PASSWORD
from tests.acceptance.people import Agent, Person, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]

FOCUSED = """() => {
    let e = document.activeElement;
    while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
    return e?.dataset?.testid || e?.getAttribute("aria-label") || e?.textContent?.trim() || "";
}"""
SHOWN = "e => e.matches(':focus-visible') && getComputedStyle(e).outlineStyle !== 'none'"


def _tabs_to(person: Person, testid: str, *, most: int = 15) -> None:
    """Tab until the focus is there, never by way of nothing visible."""
    passed = []
    for _ in range(most):
        person.presses("Tab")
        passed.append(str(person.page.evaluate(FOCUSED)))
        if passed[-1] == testid:
            ring = person.find(testid)
            assert ring.evaluate(SHOWN), f"nothing shows that {testid} has the focus"
            return
    raise AssertionError(f"no {testid} among {passed}")


def test_a_visitor_needs_no_mouse(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    jean = visitor("Jean Martin")
    expect(jean.find("field-department")).to_be_visible()
    _tabs_to(jean, "field-department")
    jean.presses("ArrowDown", "ArrowUp")
    _tabs_to(jean, "field-name")
    jean.page.keyboard.type("Jean Martin")
    _tabs_to(jean, "field-email")
    _tabs_to(jean, "field-text")
    jean.page.keyboard.type("Hello")
    _tabs_to(jean, "start-chat")
    jean.presses("Enter")
    jean.is_in_line(1)
    _tabs_to(jean, "leave")

    anna.is_available()
    anna.accepts("Jean Martin")
    # the composer has the focus as soon as there is one
    jean.is_served_by("Anna")
    expect(jean.find("message-input")).to_be_focused()
    jean.page.keyboard.type("One")
    jean.presses("Shift+Enter")
    jean.page.keyboard.type("two")
    jean.presses("Enter")
    jean.reads("Hello", "One\ntwo")
    expect(jean.find("message-input")).to_be_focused()
    expect(jean.find("message-input")).to_have_value("")

    jean.find("leave").focus()
    jean.presses("Enter")
    assert jean.page.evaluate(FOCUSED) == "Go on"  # what cannot be taken back is one step away
    jean.presses("Tab", "Enter")
    jean.sees_the_end()
    expect(jean.find("start-again")).to_be_focused()
    jean.presses("Enter")
    expect(jean.find("field-name")).to_be_focused()


def test_an_agent_comes_in_by_keyboard(agent: Agents) -> None:
    anna = agent("anna")
    anna.find("account").click()
    anna.find("sign-out").click()
    expect(anna.find("sign-in")).to_be_visible()
    anna.find("sign-in-email").focus()
    anna.page.keyboard.type(anna.house.email("anna"))
    _tabs_to(anna, "sign-in-password")
    anna.page.keyboard.type(PASSWORD)
    anna.presses("Enter")
    expect(anna.find("presence")).to_be_visible()

    anna.presses("Alt+p", "Home", "Enter")  # without waiting for anything
    expect(anna.find("presence")).to_contain_text("Available")
    expect(anna.find("presence")).to_be_focused()

    anna.page.locator("body").press("?")
    shortcuts = anna.page.get_by_role("dialog")
    expect(shortcuts).to_be_visible()
    anna.presses("Escape")
    expect(shortcuts).to_be_hidden()


def test_an_agent_needs_no_mouse(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    jean, lina = visitor("Jean Martin"), visitor("Lina Haddad")
    jean.starts_chat("Hello")
    anna.sees_ring("Jean Martin")
    expect(anna.find("presence")).to_be_focused()  # a ring takes nothing away
    expect(anna.find("ring-accept")).to_be_enabled()  # it is not in its first 300 ms
    anna.presses("Alt+a")
    expect(anna.find("message-input")).to_be_focused()
    anna.page.keyboard.type("Hello Jean")
    lina.starts_chat("Good morning")
    anna.sees_ring("Lina Haddad")
    anna.page.keyboard.type(", let me look.")  # and the words go where they were going
    anna.presses("Enter")
    jean.reads("Hello", "Hello Jean, let me look.")

    anna.presses("Alt+r")
    anna.sees_no_ring()
    lina.is_in_line(1)
    paul = visitor("Paul Girard")
    paul.starts_chat("Good evening")
    anna.sees_ring("Paul Girard")
    expect(anna.find("ring-accept")).to_be_enabled()
    anna.presses("Alt+a")
    expect(anna.find("thread")).to_contain_text("Paul Girard")
    expect(paul.message("Good evening")).to_contain_text("Read")
    anna.presses("Alt+1")
    expect(anna.find("thread")).to_contain_text("Jean Martin")
    expect(anna.find("message-input")).to_be_focused()
    paul.says("Are you there?")
    expect(anna.find("chat-item").filter(has_text="Paul")).to_contain_text("1 unread message")
    anna.presses("Alt+ArrowDown")
    expect(anna.find("thread")).to_contain_text("Paul Girard")
    expect(anna.find("message-input")).to_be_focused()
    anna.page.keyboard.type("Goodbye, Paul.")
    anna.presses("Control+Enter")
    paul.sees_the_end()
    paul.reads("Good evening", "Are you there?", "Goodbye, Paul.")
    expect(anna.find("disposition")).to_be_focused()
    anna.page.keyboard.type("Resolved")
    _tabs_to(anna, "wrap-up-note")
    _tabs_to(anna, "wrap-up-done")
    anna.presses("Enter")
    expect(anna.find("chat-item").filter(has_text="Paul")).to_have_count(0)


def test_a_ring_is_answered_by_tab_and_enter_too(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    visitor("Jean Martin").starts_chat("Hello")
    anna.sees_ring("Jean Martin")
    expect(anna.find("ring-accept")).to_be_enabled()
    _tabs_to(anna, "ring-accept", most=25)
    anna.presses("Enter")
    expect(anna.find("message-input")).to_be_focused()


def test_the_first_tab_leads_past_everything(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    visitor("Jean Martin").starts_chat("Hello")
    anna.accepts("Jean Martin")
    anna.page.locator("body").evaluate("() => document.activeElement.blur()")
    anna.reloads()
    anna.looks_at("Jean Martin")
    anna.page.locator("a.skip").focus()
    expect(anna.page.locator("a.skip")).to_be_in_viewport()
    anna.presses("Enter")
    expect(anna.find("message-input")).to_be_focused()

"""Whether an agent rings: break and return, capacity, wrap-up and a little more of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.people import DESKTOP, PHONE, Agent, Visitor, looks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]


def test_who_is_on_a_break_does_not_ring_and_whoever_returns_rings_at_once(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    expect(anna.find("presence")).to_contain_text("Available")
    anna.takes_a_break()
    expect(anna.find("presence")).to_contain_text("Break")
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    jean.is_in_line(1)
    anna.sees_no_ring()

    anna.is_available()
    anna.accepts("Jean Martin")
    # a break keeps what is under way
    anna.takes_a_break()
    expect(anna.find("presence")).to_contain_text("Break")
    anna.says("Still here.")
    jean.reads("Hello", "Still here.")


def test_a_break_while_it_rings_passes_the_ring_on(agent: Agents, visitor: Visitors) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    visitor("Jean Martin").starts_chat("Hello")
    anna.sees_ring("Jean Martin")
    anna.takes_a_break()
    anna.sees_no_ring()
    claire.accepts("Jean Martin")


def test_the_first_missed_ring_leaves_a_trace_until_the_next_answer(
    agent: Agents, visitor: Visitors
) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    visitor("Jean Martin").starts_chat("Hello", department="express")
    anna.sees_ring("Jean Martin")
    expect(anna.find("missed-ring")).to_contain_text("Missed: Jean Martin, Express desk, at ")
    expect(anna.find("missed-ring")).to_contain_text("It went to a colleague, or back to the line.")
    expect(anna.find("presence")).to_contain_text("Available")
    claire.accepts("Jean Martin")  # else Anna is rung once more, and away
    anna.page.set_viewport_size(PHONE)
    looks(anna, "missed")
    anna.page.set_viewport_size(DESKTOP)
    looks(anna, "missed")
    visitor("Lina Haddad").starts_chat("Hello")
    anna.accepts("Lina Haddad")
    expect(anna.find("missed-ring")).to_have_count(0)


def test_who_comes_back_has_the_missed_ring_behind_them(agent: Agents, visitor: Visitors) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    visitor("Jean Martin").starts_chat("Hello", department="express")
    expect(anna.find("missed-ring")).to_be_visible()
    claire.accepts("Jean Martin")
    anna.takes_a_break()
    expect(anna.find("missed-ring")).to_be_visible()
    anna.is_available()
    expect(anna.find("missed-ring")).to_have_count(0)


def test_what_the_browsers_settings_allow_is_seen_at_once(agent: Agents) -> None:
    anna = agent("anna")
    step = anna.page.locator(".step").filter(has_text="Notifications")
    expect(step).not_to_contain_class("done")
    anna.page.context.grant_permissions(["notifications"])
    expect(step).to_contain_class("done")


def test_presence_survives_a_reload(agent: Agents) -> None:
    anna = agent("anna")
    anna.takes_a_break()
    expect(anna.find("presence")).to_contain_text("Break")
    anna.reloads()
    expect(anna.find("presence")).to_contain_text("Break")


def test_wrap_up_is_extended_once_and_holds_the_slot_until_done(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    expect(anna.find("capacity")).to_contain_text("1/2")
    anna.finishes()
    form = anna.find("wrap-up")
    left = form.get_by_role("timer")
    expect(left).to_contain_text("0:3")  # of forty seconds
    anna.find("wrap-up-extend").click()
    expect(left).to_contain_text("1:0")
    expect(anna.find("wrap-up-extend")).to_be_disabled()
    expect(anna.find("capacity")).to_contain_text("1/2")

    anna.find("disposition").select_option("resolved")
    anna.find("wrap-up-note").fill("Bowls sent again.")
    anna.reloads()  # what was noted is kept
    anna.looks_at("Jean Martin")
    expect(anna.find("wrap-up-note")).to_have_value("Bowls sent again.")
    expect(anna.find("disposition")).to_have_value("resolved")
    expect(anna.find("wrap-up-extend")).to_be_disabled()
    anna.is_done()
    expect(anna.find("chat-item")).to_have_count(0)
    expect(anna.find("capacity")).to_contain_text("0/2")


def test_who_signs_out_is_asked_for_the_password_and_rings_no_more(
    agent: Agents, visitor: Visitors
) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    anna.find("account").click()
    anna.find("sign-out").click()
    expect(anna.find("sign-in")).to_be_visible()
    anna.reloads()
    expect(anna.find("sign-in")).to_be_visible()
    visitor("Jean Martin").starts_chat("Hello")
    claire.sees_ring("Jean Martin")


def test_a_wrong_password_is_said_and_the_right_one_enters(agent: Agents) -> None:
    anna = agent("anna")
    anna.find("account").click()
    anna.find("sign-out").click()
    anna.find("sign-in-email").fill(anna.house.email("anna"))
    anna.find("sign-in-password").fill("incorrect donkey")
    anna.find("sign-in").click()
    expect(anna.find("sign-in-error")).to_contain_text("E-mail or password is wrong.")
    expect(anna.find("sign-in-password")).to_be_focused()

"""Pages that are read anew, and people in front of two of them: no ghost, no double ring."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.network import Wire
from tests.acceptance.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]


def test_a_visitor_who_reloads_keeps_the_place_the_ring_and_the_chat(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    jean, lina = visitor("Jean Martin"), visitor("Lina Haddad")
    jean.starts_chat("Hello")
    jean.is_in_line(1)
    lina.starts_chat("Good morning")
    lina.is_in_line(2)

    jean.reloads()  # while waiting
    jean.is_in_line(1)
    lina.is_in_line(2)
    expect(anna.line("support")).to_contain_text("2 waiting")

    anna.is_available()
    card = anna.sees_ring("Jean Martin")
    before = card.get_attribute("data-interaction")
    jean.reloads()  # while ringing
    jean.is_called_for()
    expect(card).to_have_attribute("data-interaction", before or "")
    anna.accepts("Jean Martin")

    jean.is_served_by("Anna")
    anna.says("How can I help?")
    jean.reads("Hello", "How can I help?")
    jean.find("message-input").fill("Not finish")
    jean.reloads()  # in a chat, and in the middle of a word
    jean.reads("Hello", "How can I help?")
    expect(jean.find("message-input")).to_have_value("Not finish")
    jean.says("Now it is")
    anna.reads("Hello", "How can I help?", "Now it is")
    expect(anna.find("chat-item")).to_have_count(1)  # Lina rings, nobody is there twice
    anna.sees_ring("Lina Haddad")


def test_an_agent_who_reloads_has_the_ring_and_the_chat_again(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    interaction = anna.sees_ring("Jean Martin").get_attribute("data-interaction") or ""

    anna.reloads()  # while it rings
    expect(anna.sees_ring("Jean Martin")).to_have_attribute("data-interaction", interaction)
    expect(anna.find("ring-card")).to_have_count(1)
    anna.accepts("Jean Martin")
    anna.says("How can I help?")
    jean.reads("Hello", "How can I help?")
    anna.find("message-input").fill("Not finish")

    anna.reloads()  # in a chat
    expect(anna.find("chat-item")).to_have_count(1)
    anna.reads("Hello", "How can I help?")
    expect(anna.find("message-input")).to_have_value("Not finish")
    jean.says("I am still here")
    anna.reads("Hello", "How can I help?", "I am still here")
    jean.reads("Hello", "How can I help?", "I am still here")


def test_two_consoles_of_one_agent_ring_both_and_one_accepts(
    agent: Agents, visitor: Visitors
) -> None:
    desk = agent("anna")
    laptop = agent("anna")
    desk.is_available()
    expect(laptop.find("presence")).to_contain_text("Available")
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    desk.sees_ring("Jean Martin")
    laptop.sees_ring("Jean Martin")

    desk.accepts("Jean Martin")
    laptop.sees_no_ring()
    expect(laptop.find("chat-item")).to_have_count(1)
    laptop.looks_at("Jean Martin")
    # what one writes the other shows, and nobody hears it twice
    desk.says("From the desk")
    laptop.reads("Hello", "From the desk")
    laptop.says("From the laptop")
    desk.reads("Hello", "From the desk", "From the laptop")
    jean.reads("Hello", "From the desk", "From the laptop")

    # closing one console ends nothing
    laptop.leaves()
    jean.says("Who is there?")
    desk.reads("Hello", "From the desk", "From the laptop", "Who is there?")
    expect(desk.find("presence")).to_contain_text("Available")


def test_two_tabs_of_one_browser_are_one_agent(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    other = anna.at_another_tab()
    anna.is_available()
    visitor("Jean Martin").starts_chat("Hello")
    anna.sees_ring("Jean Martin")
    other.declines("Jean Martin")
    anna.sees_no_ring()
    other.sees_no_ring()


def test_two_tabs_of_one_visitor_are_one_person_in_the_line_and_one_thread(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    jean.is_in_line(1)
    other = jean.at_another_tab()
    other.is_in_line(1)
    expect(anna.line("support")).to_contain_text("1 waiting")

    anna.is_available()
    anna.accepts("Jean Martin")
    for tab in (jean, other):
        tab.is_served_by("Anna")
    jean.says("From the first tab")
    other.says("From the second")
    texts = ("Hello", "From the first tab", "From the second")
    for one in (jean, other, anna):
        one.reads(*texts)

    other.page.close()  # the other tab still holds the chat
    jean.says("Still here")
    anna.reads(*texts, "Still here")
    expect(anna.find("thread")).not_to_contain_text("left the page")


def test_a_conclusion_half_typed_survives_the_page_and_the_end_of_its_wrap_up(
    agent: Agents, visitor: Visitors, wire: Callable[[], Wire]
) -> None:
    line = wire()
    anna, elsewhere = agent("anna", url=line.url), agent("anna")
    elsewhere.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.accepts(jean.name)
    anna.finishes()
    anna.find("disposition").select_option("resolved")
    anna.find("wrap-up-note").fill("Wants blue bowls")
    anna.reloads()
    expect(anna.find("disposition")).to_have_value("resolved")
    expect(anna.find("wrap-up-note")).to_have_value("Wants blue bowls")

    line.cut()
    expect(anna.find("reconnect-bar")).to_be_visible()
    elsewhere.is_done()
    line.mend()
    anna.tries_now()
    expect(anna.find("wrap-up")).to_have_count(0)
    jean.find("start-again").click()
    jean.starts_chat("One more thing")
    anna.accepts(jean.name)
    expect(anna.find("contact-pane")).to_contain_text("Wants blue bowls")

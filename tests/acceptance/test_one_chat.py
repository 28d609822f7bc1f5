"""One visitor, two agents: who rings, who wins, what both read, and what comes next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]


def test_a_chat_rings_the_first_by_priority_who_accepts_talks_and_finishes(
    agent: Agents, visitor: Visitors
) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    jean = visitor("Jean Martin")

    jean.starts_chat("My parcel came without the bowls.")
    card = anna.sees_ring("Jean Martin")
    expect(card).to_contain_text("My parcel came without the bowls.")
    expect(anna.find("why")).to_contain_text("priority 1")
    expect(anna.find("countdown")).to_be_visible()
    claire.sees_no_ring()

    anna.accepts("Jean Martin")
    jean.is_served_by("Anna")
    anna.says("Hello Jean, let me look.")
    jean.reads("My parcel came without the bowls.", "Hello Jean, let me look.")
    jean.says("Thank you!")
    jean.reads("My parcel came without the bowls.", "Hello Jean, let me look.", "Thank you!")
    anna.reads("My parcel came without the bowls.", "Hello Jean, let me look.", "Thank you!")

    # what `acd explain` is asked about
    anna.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    anna.find("copy-id").click()
    expect(anna.find("copy-id")).to_have_attribute("title", "Copied")
    copied = anna.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("ix_")
    expect(anna.find("thread", interaction=copied)).to_be_visible()
    expect(anna.find("interaction-id")).to_have_text(copied)

    anna.finishes()
    jean.sees_the_end()
    expect(anna.find("wrap-up").first).to_be_visible()
    anna.is_done()
    expect(anna.find("chat-item")).to_have_count(0)


def test_a_declined_chat_rings_the_next_at_once(agent: Agents, visitor: Visitors) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Where is my parcel?")

    anna.declines("Jean Martin")
    said = "Declined: goes to a colleague, or waits in the line"
    expect(anna.find("ring-over")).to_contain_text(said)
    anna.sees_no_ring()
    claire.accepts("Jean Martin")
    jean.is_served_by("Claire")
    anna.sees_no_ring()


def test_a_chat_nobody_answers_rings_the_next(agent: Agents, visitor: Visitors) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Is anybody there?", department="express")

    anna.sees_ring("Jean Martin")
    claire.sees_ring("Jean Martin")
    anna.sees_no_ring()
    expect(anna.find("banner-missed")).to_have_count(0)  # once is nobody's fault
    claire.accepts("Jean Martin")


def test_who_does_not_answer_twice_is_away_and_comes_back_with_one_click(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Is anybody there?", department="express")

    anna.sees_ring("Jean Martin")
    # five seconds not answered, and as nobody else is here the ring starts over once more
    expect(anna.find("banner-missed")).to_be_visible()
    anna.sees_no_ring()
    jean.is_in_line(1)

    anna.find("banner-return").click()
    expect(anna.find("banner-missed")).to_have_count(0)
    anna.accepts("Jean Martin")
    jean.is_served_by("Anna")


def test_a_freed_slot_rings_the_next_in_the_line(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    first, second, third = visitor("Jean Martin"), visitor("Lina Haddad"), visitor("Paul Girard")
    for one in (first, second):
        one.starts_chat("Hello")
        anna.accepts(one.name)
    third.starts_chat("Hello")
    third.is_in_line(1)
    anna.sees_no_ring()

    anna.finishes()
    second.sees_the_end()
    anna.sees_no_ring()  # wrap-up still holds the slot
    anna.is_done()
    anna.accepts("Paul Girard")
    third.is_served_by("Anna")


def test_ring_all_rings_everybody_and_the_others_learn_who_took_it(
    agent: Agents, visitor: Visitors
) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    lina = visitor("Lina Haddad")
    lina.starts_chat("Do you deliver on Saturdays?", department="sales")

    anna.sees_ring("Lina Haddad")
    expect(anna.find("why")).to_contain_text("everyone rings")
    claire.sees_ring("Lina Haddad")
    claire.accepts("Lina Haddad")
    expect(anna.find("taken-by")).to_contain_text("Claire")
    anna.sees_no_ring()
    lina.is_served_by("Claire")


def test_a_visitor_who_leaves_the_line_stops_the_ring(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Never mind")
    anna.sees_ring("Jean Martin")
    jean.leaves_the_line()
    anna.sees_no_ring()
    jean.sees_the_end()


def test_a_visitor_who_ends_the_chat_is_asked_once_more(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Only one question")
    anna.accepts("Jean Martin")

    jean.find("leave").click()
    expect(jean.find("leave-confirm")).to_be_visible()
    jean.find("leave-confirm").click()
    jean.sees_the_end()
    expect(anna.find("wrap-up").first).to_be_visible()

    # the same person again: the same thread, and another interaction
    anna.is_done()
    jean.find("start-again").click()
    jean.starts_chat("One more question")
    anna.accepts("Jean Martin")
    anna.reads("Only one question", "One more question")

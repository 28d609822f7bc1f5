"""The line as the visitors in it see it, and how it drains."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]


def test_everybody_sees_their_place_and_moves_up_when_somebody_leaves(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    expect(anna.line("support")).to_contain_text("Support · chats")
    expect(anna.line("support")).to_contain_text("0 waiting")
    jean, lina, paul = (visitor(name) for name in ("Jean Martin", "Lina Haddad", "Paul Girard"))
    for place, one in enumerate((jean, lina, paul), 1):
        one.starts_chat("Hello")
        one.is_in_line(place)
    expect(anna.line("support")).to_contain_text("3 waiting")

    lina.leaves_the_line()
    lina.sees_the_end()
    paul.is_in_line(2)
    jean.is_in_line(1)
    expect(anna.line("support")).to_contain_text("2 waiting")

    anna.is_available()
    anna.sees_ring("Jean Martin")
    jean.is_called_for()
    # two at a time is what she takes: the second ring is counted on the card of the first
    expect(anna.find("ring-card")).to_contain_text("1 more chat is ringing")
    paul.is_called_for()
    anna.accepts("Jean Martin")
    anna.accepts("Paul Girard")


def test_a_line_drains_in_its_order_as_slots_free(agent: Agents, visitor: Visitors) -> None:
    names = ["Jean Martin", "Lina Haddad", "Paul Girard", "Zoé Lambert"]
    waiting = [visitor(name) for name in names]
    for place, one in enumerate(waiting, 1):
        one.starts_chat(f"I am {one.name}")
        one.is_in_line(place)
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    anna.accepts("Jean Martin")
    anna.accepts("Lina Haddad")
    anna.sees_no_ring()  # two at a time is what she takes
    waiting[2].is_in_line(1)

    claire.is_available()
    claire.accepts("Paul Girard")
    claire.accepts("Zoé Lambert")
    for one, whom in zip(waiting, ("Anna", "Anna", "Claire", "Claire"), strict=True):
        one.is_served_by(whom)
    expect(anna.line("support")).to_contain_text("0 waiting")
    anna.sees_no_ring()
    claire.sees_no_ring()


def test_an_agent_who_declines_what_only_they_could_take_is_asked_again_later_not_at_once(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean, lina = visitor("Jean Martin"), visitor("Lina Haddad")
    jean.starts_chat("Hello")
    anna.declines("Jean Martin")
    anna.sees_no_ring()
    jean.is_in_line(1)
    lina.starts_chat("Hello")  # somebody else rings: only Jean was declined
    anna.accepts("Lina Haddad")

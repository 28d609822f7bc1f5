"""Work changes hands: a transfer, advice of a colleague, a pick from the line, a planned break."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.acceptance.house import Server
from tests.acceptance.people import DESKTOP, PHONE, Agent, Visitor, looks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]


@pytest.fixture(scope="module")
def pulling_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where agents may pick from the line."""
    server = Server(tmp_path_factory.mktemp("pulling"), houses=12, rules="pull = true")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(pulling_server: Server) -> Server:
    return pulling_server


def test_a_colleague_takes_over(agent: Agents, visitor: Visitors) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("My bowls are blue.")
    anna.accepts("Jean Martin")
    anna.find("transfer").click()
    row = anna.find("transfer-agent", agent=f"claire-{anna.house.number}")
    expect(row).to_have_attribute("aria-disabled", "true")
    claire.is_available()
    expect(row).to_contain_text("free")  # without opening it anew
    looks(anna, "handover")
    anna.find("transfer-search").fill("cla")
    row.click()
    expect(anna.find("sharing")).to_contain_text("Offered to Claire Dubois")
    looks(anna, "offered")
    card = claire.sees_ring("Jean Martin")
    expect(card.get_by_test_id("why")).to_contain_text("Anna Novak")
    claire.accepts("Jean Martin")
    claire.reads("My bowls are blue.")
    expect(anna.find("wrap-up").first).to_be_visible()
    claire.says("They are meant to be.")
    jean.is_served_by("Claire")
    jean.reads("My bowls are blue.", "They are meant to be.")


def test_a_colleague_is_asked_first_then_has_it(agent: Agents, visitor: Visitors) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    claire.is_available()
    anna.find("transfer").click()
    anna.find("manner-consult").check()
    anna.find("transfer-agent", agent=f"claire-{anna.house.number}").click()
    expect(anna.find("sharing")).to_contain_text("Claire Dubois reads along")
    claire.looks_at("Jean Martin")
    expect(claire.find("composer")).to_have_count(0)
    looks(claire, "consulted")
    anna.find("consult-complete").click()
    expect(claire.find("composer")).to_be_visible()
    claire.says("I know that one.")
    jean.reads("Hello", "I know that one.")


def test_to_another_department(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna", viewport=PHONE)
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Do you sell plates?")
    anna.accepts("Jean Martin")
    anna.find("transfer").click()
    sales = anna.find("transfer-department", queue=f"{anna.house.department('sales')}/chat")
    looks(anna, "handover")
    sales.click()
    jean.sees("Sales")
    jean.is_in_line()
    expect(anna.find("chat-item", state="wrap_up")).to_have_count(1)


def test_an_agent_picks_from_the_line(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    for name in ("Jean Martin", "Lina Haddad"):
        visitor(name).starts_chat(f"I am {name}")
    anna.takes_a_break()
    anna.line("support").get_by_test_id("line-pick").click()
    waiting = anna.find("waiting")
    expect(waiting).to_have_count(2)
    looks(anna, "line")
    waiting.nth(1).get_by_test_id("pull").click()
    expect(anna.find("thread")).to_contain_text("Lina Haddad")
    expect(waiting).to_have_count(1)
    anna.says("I saw you first.")
    expect(anna.find("presence")).to_contain_text("Break")


def test_who_was_declined_and_still_waits_is_named_and_may_be_taken(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    visitor("Jean Martin").starts_chat("Hello")
    anna.declines("Jean Martin")
    kept = anna.find("held-back")
    expect(kept).to_contain_text("Jean Martin rings here again in 0:")
    for size in (PHONE, DESKTOP):
        anna.page.set_viewport_size(size)
        looks(anna, "held-back")
    anna.takes_a_break()  # to somebody who is away nothing is promised
    expect(kept).to_have_count(0)
    anna.is_available()
    anna.find("take-now").click()
    expect(anna.find("thread")).to_contain_text("Jean Martin")
    expect(anna.find("composer")).to_be_visible()


def test_a_break_after_the_chat(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    anna.find("presence").click()
    looks(anna, "presence")
    anna.find("presence-break-later").click()
    expect(anna.find("presence")).to_contain_text("Finishing, then Break")
    visitor("Lina Haddad").starts_chat("Hello")
    anna.sees_no_ring()
    anna.finishes()
    anna.is_done()
    expect(anna.find("presence")).to_contain_text("Break")
    expect(anna.find("presence")).not_to_contain_text("Finishing")
    anna.is_available()
    anna.accepts("Lina Haddad")
    anna.find("presence").click()
    anna.find("presence-leave-later").click()
    anna.finishes()
    anna.is_done()
    expect(anna.find("sign-in")).to_be_visible()


def test_who_left_is_written_to_again(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("My bowls are blue.", department="sales")
    anna.accepts("Jean Martin")
    jean.find("leave").click()
    jean.find("leave-confirm").click()
    expect(anna.find("write-again")).to_be_visible()
    looks(anna, "write-again")
    anna.find("write-again").click()
    expect(anna.find("composer")).to_be_visible()
    anna.says("They are meant to be.")
    jean.is_served_by("Anna")
    jean.reads("My bowls are blue.", "They are meant to be.")


def test_who_is_busy_is_waited_for(agent: Agents, visitor: Visitors) -> None:
    anna, claire = agent("anna"), agent("claire")
    claire.is_available()
    for name in ("Lina Haddad", "Paul Roux"):  # claire has room for two
        visitor(name).starts_chat("Hello", department="sales")
        claire.accepts(name)
    anna.is_available()
    visitor("Jean Martin").starts_chat("My bowls are blue.")
    anna.accepts("Jean Martin")
    anna.find("transfer").click()
    row = anna.find("transfer-agent", agent=f"claire-{anna.house.number}")
    expect(row).to_contain_text("busy: asked once free")
    looks(anna, "handover-waits")
    row.click()
    expect(anna.find("sharing")).to_contain_text("Waits for Claire Dubois")
    looks(anna, "transfer-waits")
    claire.sees_no_ring()
    claire.finishes()
    claire.sees_ring("Jean Martin")

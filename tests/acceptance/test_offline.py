"""Nobody there, or no room in the line: what the visitor is told, and the message that is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.acceptance.house import Server
from tests.acceptance.people import PHONE, Agent, Visitor, axe_violations, looks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]


@pytest.fixture(scope="module")
def quiet_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where messages are taken while nobody is signed in, and two may wait."""
    rules = 'on_nobody = "form"\nmax_length = 2\non_full = "reject"'
    server = Server(tmp_path_factory.mktemp("quiet"), houses=6, rules=rules, ring_time_s=60)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(quiet_server: Server) -> Server:
    return quiet_server


def test_a_message_is_kept_while_nobody_is_there(agent: Agents, visitor: Visitors) -> None:
    jean = visitor("Jean Martin")
    jean.sees("Nobody can answer just now", "your message is kept")
    jean.fills_in("The bowls came broken.")
    jean.find("start-chat").click()
    expect(jean.find("error")).to_contain_text("Give your e-mail")
    expect(jean.find("field-email")).to_be_focused()
    assert not axe_violations(jean.page)
    jean.find("field-email").fill("jean@example.com")
    jean.find("start-chat").click()
    jean.sees("Your message is kept", "We answer to jean@example.com.")
    assert not axe_violations(jean.page)
    jean.says("Two of them.")
    jean.reads("The bowls came broken.", "Two of them.")
    jean.reloads()
    jean.reads("The bowls came broken.", "Two of them.")

    anna = agent("anna")
    anna.is_available()
    anna.house.is_told("support", "chat")
    jean.find("start-again").click()
    jean.sees("How can we help?")
    jean.starts_chat("Are you there now?")
    anna.accepts("Jean Martin")
    # whoever takes it reads the form
    anna.reads("The bowls came broken.", "Two of them.", "Are you there now?")


def test_the_form_says_what_comes_of_it_and_keeps_up(agent: Agents, visitor: Visitors) -> None:
    agent("anna").is_available()
    jean = visitor("Jean Martin")
    changed = {"open": False, "service": "form"}

    def tell(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        told["departments"][1].update(changed)
        route.fulfill(response=answer, json=told)

    jean.page.route("**/api/v1/widget/*", tell)
    jean.page.clock.install()
    jean.reloads()
    jean.fills_in("Do you ship to Canada?", department="sales")
    expect(jean.find("field-department")).to_contain_text("Sales (leave a message)")
    expect(jean.find("start-chat")).to_have_text("Leave a message")
    changed.clear()
    jean.page.clock.run_for(20_000)
    expect(jean.find("start-chat")).to_have_text("Start")
    expect(jean.find("field-text")).to_have_value("Do you ship to Canada?")
    expect(jean.find("field-department")).to_have_value(jean.house.department("sales"))


def test_a_form_one_writes_in_stays_and_offers_what_there_is_now(visitor: Visitors) -> None:
    jean = visitor("Jean Martin")
    changed: dict[str, object] = {}

    def tell(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        for department in told["departments"]:
            department.update(changed)
        route.fulfill(response=answer, json=told)

    def becomes(**now: object) -> None:
        changed.update(now)
        jean.page.clock.run_for(20_000)

    def holds_what_was_written() -> None:
        expect(jean.find("field-text")).to_have_value("Do you ship to Canada?")
        expect(jean.find("field-department")).to_have_value(jean.house.department("sales"))

    jean.page.route("**/api/v1/widget/*", tell)
    jean.page.clock.install()
    changed.update(open=True, service="chat", channels=["chat", "call"])
    jean.reloads()
    jean.fills_in("Do you ship to Canada?", department="sales")
    expect(jean.find("start-call")).to_be_visible()
    becomes(open=False, service="closed", channels=["chat"])
    jean.sees("Sales (closed)", "Nobody can answer there just now.")
    expect(jean.find("start-call")).to_have_count(0)
    holds_what_was_written()
    looks(jean, "form-closed")
    becomes(service="form")
    expect(jean.find("start-chat")).to_have_text("Leave a message")
    holds_what_was_written()
    becomes(open=True, service="chat", channels=["chat", "call"])
    expect(jean.find("start-call")).to_be_visible()
    expect(jean.find("start-chat")).to_have_text("Start")
    expect(jean.page.get_by_text("Nobody can answer there just now.")).to_have_count(0)
    holds_what_was_written()
    # where nothing is written the screen itself follows
    jean.reloads()
    expect(jean.find("widget-form")).to_be_visible()
    becomes(open=False, service="closed", channels=["chat"])
    expect(jean.find("closed")).to_be_visible()


def test_a_message_begun_while_nobody_was_there_may_become_a_chat(
    agent: Agents, visitor: Visitors
) -> None:
    jean = visitor("Jean Martin")
    jean.sees("Nobody can answer just now")
    jean.page.clock.install()
    jean.reloads()
    jean.fills_in("The bowls came broken.")
    anna = agent("anna")
    anna.is_available()
    anna.house.is_told("support", "chat")
    jean.page.clock.run_for(20_000)
    jean.sees("How can we help?")
    expect(jean.find("field-text")).to_have_value("The bowls came broken.")
    jean.find("start-chat").click()
    anna.accepts("Jean Martin")


def test_a_full_line_says_so_and_is_looked_at_again(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    for name in ("Lina Haddad", "Paul Girard"):
        visitor(name).starts_chat("Hello")
    anna.house.is_told("support", "full")
    jean = visitor("Jean Martin", locale="fr-FR", viewport=PHONE)
    jean.fills_in("Bonjour", department="sales")
    # meanwhile nothing is wrong with the other lines
    expect(jean.find("field-department").locator("option:disabled")).to_have_count(1)
    anna.accepts("Lina Haddad")
    jean.find("start-chat").click()
    expect(jean.find("widget-form")).to_have_count(0)


def test_who_is_turned_away_learns_why(agent: Agents, visitor: Visitors) -> None:
    anna = agent("anna")
    anna.is_available()
    late = visitor("Zoé Lambert")
    late.fills_in("Hello")
    for name in ("Lina Haddad", "Paul Girard"):
        visitor(name).starts_chat("Hello")
    late.find("start-chat").click()
    late.sees("Everybody is busy", "The line is full at the moment.")
    assert not axe_violations(late.page)
    anna.accepts("Lina Haddad")
    anna.house.is_told("support", "chat")
    late.find("check-again").click()
    expect(late.find("field-text")).to_have_value("Hello")

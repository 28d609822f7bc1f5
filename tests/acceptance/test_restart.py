"""The server stops, is killed, or loses its Redis: nothing acknowledged is lost, nobody is asked.

Each story has a server of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.acceptance.house import Server
from tests.acceptance.people import Agent, Person, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("own"), ring_time_s=8)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()


def _are_back(*people: Person) -> None:
    for one in people:
        expect(one.find("reconnect-bar")).to_have_count(0)


def _longest_wait_s(agent: Agent) -> int:
    """What the console says of the line at Support, in seconds."""
    row = agent.line("support").text_content() or ""
    found = re.search(r"the longest for (\d+):(\d\d)", row)
    assert found, row
    return int(found[1]) * 60 + int(found[2])


def test_a_restart_costs_nobody_their_chat_their_place_or_a_word(
    server: Server, agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean, lina, paul = (visitor(name) for name in ("Jean Martin", "Lina Haddad", "Paul Girard"))
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    anna.says("Let me look.")
    jean.reads("Hello", "Let me look.")
    anna.takes_a_break()
    lina.starts_chat("Good morning")
    lina.is_in_line(1)
    paul.starts_chat("Good evening")
    paul.is_in_line(2)

    server.stop()
    for one in (anna, jean, lina, paul):
        expect(one.find("reconnect-bar")).to_be_visible()
    jean.says("Is anybody there?")
    server.start()

    _are_back(anna, jean, lina, paul)
    lina.is_in_line(1)
    paul.is_in_line(2)
    jean.reads("Hello", "Let me look.", "Is anybody there?")
    anna.reads("Hello", "Let me look.", "Is anybody there?")
    expect(anna.find("presence")).to_contain_text("Break")
    anna.is_available()
    anna.accepts("Lina Haddad")


def test_after_a_kill_the_line_keeps_its_age_and_every_message_is_there_once(
    server: Server, agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean, lina, paul = (visitor(name) for name in ("Jean Martin", "Lina Haddad", "Paul Girard"))
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    jean.is_served_by("Anna")
    anna.takes_a_break()
    lina.starts_chat("Good morning")
    lina.is_in_line(1)
    paul.starts_chat("Good evening")
    paul.is_in_line(2)
    said = ["Hello"]
    for number in range(10):
        jean.says(f"Line {number}")
        said.append(f"Line {number}")
    jean.reads(*said)  # each was acknowledged
    before_s = _longest_wait_s(anna)

    server.kill()
    for one in (anna, jean, lina, paul):
        expect(one.find("reconnect-bar")).to_be_visible()
    anna.says("Written to nobody")
    server.start()

    _are_back(anna, jean, lina, paul)
    jean.reads(*said, "Written to nobody")
    anna.reads(*said, "Written to nobody")
    lina.is_in_line(1)
    paul.is_in_line(2)
    expect(anna.line("support")).to_contain_text("2 waiting")
    assert _longest_wait_s(anna) >= before_s  # not waiting anew
    anna.is_available()
    anna.accepts("Lina Haddad")
    lina.reads("Good morning")


def test_an_offer_whose_deadline_passed_while_the_server_was_dead_rings_again(
    server: Server, agent: Agents, visitor: Visitors
) -> None:
    anna, claire = agent("anna"), agent("claire")
    anna.is_available()
    claire.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.sees_ring("Jean Martin")
    claire.sees_no_ring()

    server.kill()
    expect(anna.find("countdown")).to_have_text("0", timeout=30_000)
    server.start()
    _are_back(anna, claire, jean)
    claire.accepts("Jean Martin")  # next by priority: Anna has missed it
    jean.is_served_by("Claire")
    anna.sees_no_ring()


def test_messages_sent_into_a_kill_arrive_exactly_once(
    server: Server, agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    jean.is_served_by("Anna")
    said = ["Hello", *(f"Line {number}" for number in range(30))]
    for number, text in enumerate(said[1:]):
        jean.says(text)
        if number == 15:
            server.kill()  # some of them are on their way
    server.start()
    _are_back(anna, jean)
    jean.reads(*said)
    anna.reads(*said)


def test_redis_goes_and_comes_sockets_stay_and_all_goes_on(
    server: Server, agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean, lina = visitor("Jean Martin"), visitor("Lina Haddad")
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    anna.takes_a_break()
    lina.starts_chat("Good morning")
    lina.is_in_line(1)

    server.kill_redis()
    expect(anna.find("service-bar")).to_contain_text("Nothing is lost")
    expect(jean.find("service")).to_contain_text("The service is interrupted for a moment.")
    jean.says("Can you hear me?")
    expect(anna.find("service-bar")).to_have_count(0)
    for one in (jean, lina):
        expect(one.find("service")).to_have_count(0)

    jean.reads("Hello", "Can you hear me?")
    anna.reads("Hello", "Can you hear me?")
    lina.is_in_line(1)
    anna.is_available()
    anna.accepts("Lina Haddad")
    lina.is_served_by("Anna")
    assert [one.sockets_closed for one in (anna, jean, lina)] == [0, 0, 0]


def test_a_chat_asked_for_while_redis_is_away_is_in_the_line_when_it_is_back(
    server: Server, visitor: Visitors, agent: Agents
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.fills_in("Hello")
    server.kill_redis()
    expect(anna.find("service-bar")).to_be_visible()
    jean.find("start-chat").click()
    expect(anna.find("service-bar")).to_have_count(0)
    if jean.find("start-chat").is_visible() and jean.find("error").count():
        jean.find("start-chat").click()  # it was refused with the reason, and may be asked again
    anna.accepts("Jean Martin")
    anna.reads("Hello")

"""The network goes and comes back: what was written is sent once, what was missed is caught up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.acceptance.house import Server
from tests.acceptance.network import Wire
from tests.acceptance.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]
Wires = Callable[[], Wire]


def test_a_visitor_whose_network_goes_sends_once_and_catches_up(
    agent: Agents, visitor: Visitors, wire: Wires
) -> None:
    anna = agent("anna")
    anna.is_available()
    line = wire()
    jean = visitor("Jean Martin", url=line.url)
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    jean.is_served_by("Anna")

    line.cut()
    expect(jean.find("reconnect-bar")).to_be_visible()
    expect(anna.find("thread")).to_contain_text("left the page")
    jean.says("Written in a tunnel")
    jean.sees("Kept, sent when the connection is back")
    anna.says("Are you there?")
    line.mend()
    jean.tries_now()
    texts = ("Hello", "Are you there?", "Written in a tunnel")
    jean.reads(*texts)
    anna.reads(*texts)
    expect(anna.find("thread")).not_to_contain_text("left the page")


def test_a_visitor_without_websockets_is_gone_as_they_leave(
    agent: Agents, visitor: Visitors
) -> None:
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.page.route_web_socket(re.compile("/socket.io/"), lambda socket: socket.close())
    jean.reloads()
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    anna.says("Good morning")
    jean.reads("Hello", "Good morning")
    expect(anna.find("thread")).not_to_contain_text("left the page")
    jean.page.close()
    expect(anna.find("thread")).to_contain_text("left the page")
    again = jean.at_another_tab()
    again.reads("Hello", "Good morning")
    expect(anna.find("thread")).not_to_contain_text("left the page")


def test_an_agent_whose_network_goes_keeps_the_chat_sends_once_and_catches_up(
    agent: Agents, visitor: Visitors, wire: Wires
) -> None:
    line = wire()
    anna = agent("anna", url=line.url)
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")

    line.cut()
    expect(anna.find("reconnect-bar")).to_be_visible()
    anna.says("Written offline")
    jean.says("Meanwhile")
    line.mend()
    expect(anna.find("reconnect-bar")).to_have_count(0)
    anna.reads("Hello", "Meanwhile", "Written offline")
    jean.reads("Hello", "Meanwhile", "Written offline")


def test_a_ring_that_came_while_the_network_was_away_is_there_on_return(
    agent: Agents, visitor: Visitors, wire: Wires
) -> None:
    line = wire()
    anna = agent("anna", url=line.url)
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.sees_ring("Jean Martin")
    line.cut()
    expect(anna.find("reconnect-bar")).to_be_visible()
    expect(anna.find("presence")).to_have_text("Not connected")
    line.mend()
    expect(anna.find("reconnect-bar")).to_have_count(0)
    expect(anna.find("presence")).to_have_text("Available")
    anna.accepts("Jean Martin")
    jean.is_served_by("Anna")


def test_a_visitor_who_left_for_good_while_the_agent_was_away_leaves_no_ghost(
    agent: Agents, visitor: Visitors, wire: Wires
) -> None:
    line = wire()
    anna = agent("anna", url=line.url)
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.sees_ring("Jean Martin")
    line.cut()
    expect(anna.find("reconnect-bar")).to_be_visible()
    jean.leaves_the_line()
    jean.sees_the_end()
    line.mend()
    expect(anna.find("reconnect-bar")).to_have_count(0)
    anna.sees_no_ring()


@pytest.fixture(scope="module")
def impatient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Who is silent is soon taken for gone."""
    routing = "lease_s = 6\ngrace_s = 2\nchat_grace_s = 4\ncontact_grace_s = 6"
    server = Server(tmp_path_factory.mktemp("short"), houses=3, routing=routing)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()


class TestClosedLaptop:
    """An agent's machine falls asleep in the middle: after lease and grace, a colleague rings."""

    @pytest.fixture
    def server(self, impatient_server: Server) -> Server:
        return impatient_server

    def test_its_chat_and_its_ring_go_to_the_colleague(
        self, agent: Agents, visitor: Visitors, wire: Wires
    ) -> None:
        line = wire()
        anna, claire = agent("anna", url=line.url), agent("claire")
        anna.is_available()
        jean, lina = visitor("Jean Martin"), visitor("Lina Haddad")
        jean.starts_chat("Hello")
        anna.accepts("Jean Martin")
        anna.says("Let me look.")
        jean.reads("Hello", "Let me look.")
        lina.starts_chat("Good morning")
        anna.sees_ring("Lina Haddad")
        claire.is_available()
        claire.sees_no_ring()

        line.silence()  # no goodbye: only the lease can tell
        claire.accepts("Lina Haddad")
        claire.accepts("Jean Martin")
        claire.reads("Hello", "Let me look.")
        jean.is_served_by("Claire")
        claire.says("I go on from here.")
        jean.reads("Hello", "Let me look.", "I go on from here.")

        line.mend()  # the lid opens: nothing there pretends to be Anna's
        expect(anna.find("chat-item")).to_have_count(0)
        anna.sees_no_ring()

    def test_a_browser_that_was_closed_gives_its_chat_back_too(
        self, agent: Agents, visitor: Visitors
    ) -> None:
        anna, claire = agent("anna"), agent("claire")
        anna.is_available()
        jean = visitor("Jean Martin")
        jean.starts_chat("Hello")
        anna.accepts("Jean Martin")
        claire.is_available()
        anna.leaves()
        claire.accepts("Jean Martin")
        jean.is_served_by("Claire")

    def test_a_visitor_who_closed_the_browser_leaves_the_line_after_a_while(
        self, agent: Agents, visitor: Visitors
    ) -> None:
        anna = agent("anna")
        jean, lina = visitor("Jean Martin"), visitor("Lina Haddad")
        jean.starts_chat("Hello")
        jean.is_in_line(1)
        lina.starts_chat("Good morning")
        lina.is_in_line(2)
        jean.leaves()
        lina.is_in_line(1)
        anna.is_available()
        anna.accepts("Lina Haddad")
        anna.sees_no_ring()

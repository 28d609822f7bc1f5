"""One line in somebody else's page, under a policy that allows what the guide names and no more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.acceptance.house import House
from tests.acceptance.people import PHONE, Agent, Person, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]

PAGE = """<!doctype html>
<html lang="{lang}">
<head><title>A shop of its own</title><link rel="icon" href="data:,">
<script async src="{server}/widget.js" data-site="{site}"></script></head>
<body><h1>Bowls</h1><p>Made by hand.</p><button>Buy</button></body>
</html>
"""


class Shop(Visitor):
    """A visitor of the host page: the chat is behind a button there."""

    def __init__(self, browser: Browser, house: House, name: str, *, url: str, **context: object):
        super().__init__(browser, house, name, url=url, locale="en-GB", **context)
        self.requests: list[Request] = []
        self.page.on("request", self.requests.append)

    def opens(self) -> None:
        self.page.goto(f"{self.url}/")
        expect(self.find("launcher")).to_be_visible()

    def asks(self) -> None:
        self.find("launcher").click()
        expect(self.find("panel")).to_be_visible()


@pytest.fixture
def host(house: House) -> Iterator[str]:
    """A website that knows nothing of the product but its script tag, on another origin."""
    policy = (
        "default-src 'none'; img-src data:; require-trusted-types-for 'script'; "
        f"script-src {house.url}; connect-src {house.url} {house.url.replace('http', 'ws')}"
    )

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.format(
                server=house.url, site=house.site, lang="fr" if "fr" in self.path else "en"
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    # every house names the same origin, and only one story is told at a time
    website = ThreadingHTTPServer(("127.0.0.1", house.host_port), Page)
    thread = threading.Thread(target=website.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{house.host_port}"
    website.shutdown()
    website.server_close()
    thread.join(5)


@pytest.fixture
def shop(browser: Browser, house: House, host: str, people: list[Person]) -> Callable[..., Shop]:
    def come(name: str, **context: object) -> Shop:
        found = Shop(browser, house, name, url=host, **context)
        people.append(found)
        found.opens()
        return found

    return come


def test_before_the_click_there_is_a_button_and_nothing_else(shop: Callable[..., Shop]) -> None:
    jean = shop("Jean Martin")
    jean.page.wait_for_load_state("networkidle")
    ours = [one.url for one in jean.requests if jean.house.url in one.url]
    assert ours == [f"{jean.house.url}/widget.js"]
    assert jean.page.context.cookies() == []
    stored = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert jean.page.evaluate(stored) == [0, 0, ""]
    expect(jean.find("launcher")).to_have_text("Any questions?")

    jean.asks()  # to look is not yet to ask: nothing is kept, nobody is connected
    expect(jean.find("widget-form")).to_be_visible()
    assert jean.page.evaluate(stored) == [0, 0, ""]
    assert not [one.url for one in jean.requests if "socket.io" in one.url]


def test_a_chat_from_another_website_under_its_strict_policy(
    shop: Callable[..., Shop], agent: Agents
) -> None:
    anna = agent("anna")
    jean = shop("Jean Martin")
    jean.asks()
    expect(jean.find("field-name")).to_be_focused()
    jean.starts_chat("Do the bowls go into an oven?")
    jean.is_in_line(1)

    jean.find("minimise").click()  # the place stands on the button
    expect(jean.find("launcher")).to_contain_text("In line: 1st")
    jean.page.goto(f"{jean.url}/bowls")  # another page of the shop: the place is kept
    expect(jean.find("launcher")).to_contain_text("In line: 1st")
    anna.is_available()
    anna.accepts("Jean Martin")
    expect(anna.find("contact-pane")).to_contain_text("/")
    expect(jean.find("launcher")).to_contain_text("Anna")
    anna.says("They do.")
    expect(jean.find("launcher")).to_contain_text("1")
    expect(anna.message("They do.")).to_contain_text("Sent")  # not read behind the button

    jean.asks()
    jean.reads("Do the bowls go into an oven?", "They do.")
    expect(anna.message("They do.")).to_contain_text("Read")
    jean.says("Thank you")
    anna.reads("Do the bowls go into an oven?", "They do.", "Thank you")
    jean.presses("Escape")
    expect(jean.find("panel")).to_be_hidden()
    expect(jean.find("launcher")).to_be_focused()
    assert jean.page.context.cookies() == []
    assert not jean.faults, jean.faults  # the policy had nothing to refuse


def test_a_page_without_the_origin_is_refused_and_told(
    shop: Callable[..., Shop], house: House
) -> None:
    jean = shop("Jean Martin")
    jean.page.goto(f"{jean.url.replace('127.0.0.1', 'localhost')}/")
    jean.find("launcher").click()
    expect(jean.find("error")).to_contain_text("This website may not use this chat.")
    jean.faults.clear()


def test_on_a_phone_the_panel_is_the_screen(shop: Callable[..., Shop], agent: Agents) -> None:
    anna = agent("anna")
    jean = shop("Jean Martin", viewport=PHONE, has_touch=True, is_mobile=True)
    jean.asks()
    box = jean.find("panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE["width"])
    jean.starts_chat("Hello")
    jean.is_in_line(1)
    anna.is_available()
    anna.accepts("Jean Martin")
    jean.is_served_by("Anna")
    fits = "document.scrollingElement.scrollWidth <= innerWidth"
    assert jean.page.evaluate(fits)


def test_the_launcher_speaks_the_language_of_the_page(shop: Callable[..., Shop]) -> None:
    jean = shop("Jean Martin")
    jean.page.goto(f"{jean.url}/fr")
    expect(jean.find("launcher")).to_contain_text("Une question")
    jean.asks()
    jean.sees("Comment pouvons-nous vous aider", "Assistance")

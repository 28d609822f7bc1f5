"""One line in somebody else's page, under a policy that allows what the guide names and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.house import House
from tests.acceptance.people import PHONE, Agent, Person, Shopper
from tests.acceptance.website import website

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Shoppers = Callable[..., Shopper]


@pytest.fixture
def host(house: House) -> Iterator[str]:
    """A website that knows nothing of the product but its script tag."""
    with website(house) as url:
        yield url


@pytest.fixture
def shop(browser: Browser, house: House, host: str, people: list[Person]) -> Shoppers:
    def come(name: str, **context: object) -> Shopper:
        found = Shopper(browser, house, name, url=host, locale="en-GB", **context)
        people.append(found)
        found.opens()
        return found

    return come


def test_before_the_click_there_is_a_button_and_nothing_else(shop: Shoppers) -> None:
    jean = shop("Jean Martin")
    jean.page.wait_for_load_state("networkidle")
    ours = [url for url in jean.requests if jean.house.url in url]
    assert ours == [f"{jean.house.url}/widget.js"]
    assert jean.page.context.cookies() == []
    stored = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert jean.page.evaluate(stored) == [0, 0, ""]
    expect(jean.find("launcher")).to_have_text("Any questions?")

    jean.asks()  # to look is not yet to ask: nothing is kept, nobody is connected
    expect(jean.find("widget-form")).to_be_visible()
    assert jean.page.evaluate(stored) == [0, 0, ""]
    assert not [url for url in jean.requests if "socket.io" in url]


def test_a_chat_from_another_website_under_its_strict_policy(shop: Shoppers, agent: Agents) -> None:
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


def test_a_page_without_the_origin_is_refused_and_told(shop: Shoppers, house: House) -> None:
    jean = shop("Jean Martin")
    jean.page.goto(f"{jean.url.replace('127.0.0.1', 'localhost')}/")
    jean.find("launcher").click()
    expect(jean.find("error")).to_have_text("The chat is not available on this website.")
    expect(jean.find("panel").get_by_role("button")).to_have_count(1)  # trying again cannot help
    jean.faults.clear()


def test_on_a_phone_the_panel_is_the_screen(shop: Shoppers, agent: Agents) -> None:
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


def test_the_launcher_speaks_the_language_of_the_page(shop: Shoppers) -> None:
    jean = shop("Jean Martin")
    jean.page.goto(f"{jean.url}/fr")
    expect(jean.find("launcher")).to_contain_text("Une question")
    jean.asks()
    jean.sees("Comment vous aider", "Assistance")

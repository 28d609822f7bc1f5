"""axe-core finds nothing on any screen, in both themes and both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.house import PASSWORD, House
from tests.acceptance.network import Wire
from tests.acceptance.people import (
    DESKTOP,
    PHONE,
    Agent,
    Person,
    Shopper,
    Visitor,
    axe_violations,
)
from tests.acceptance.website import website

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.parametrize("locale", ["en-GB", "fr-FR"]),
]

SERVES_NONE = {
    "en-GB": ("English", "You serve no department."),
    "fr-FR": ("Français", "Aucun service ne vous est confié."),
}
Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]
Wires = Callable[[], Wire]


class Inspector:
    """Looks at screens in light and dark, and remembers; the story goes on until its end."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.looked = 0

    def looks(self, person: Person, screen: str) -> None:
        for scheme in ("dark", "light"):
            person.wears(scheme)
            self.found += [f"{screen}, {scheme}: {one}" for one in axe_violations(person.page)]
            self.looked += 1


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    inspector = Inspector()
    yield inspector
    assert inspector.looked
    assert not inspector.found, "\n".join(inspector.found)


def test_who_watches_is_told_what_there_is(
    locale: str, inspector: Inspector, agent: Agents
) -> None:
    omar = agent("omar", locale=locale, reduced_motion="reduce")
    language, told = SERVES_NONE[locale]
    omar.find("account").click()
    omar.page.get_by_role("menuitemradio", name=language).click()
    expect(omar.page.locator("#h-calm")).to_have_text(told)
    expect(omar.find("no-wallboard")).to_be_visible()
    inspector.looks(omar, "no department")


def test_the_way_in(locale: str, inspector: Inspector, agent: Agents) -> None:
    anna = agent("anna", locale=locale, reduced_motion="reduce")
    anna.find("account").click()
    inspector.looks(anna, "account menu")
    anna.find("sign-out").click()
    expect(anna.find("sign-in")).to_be_visible()
    _chooses(anna, "button", locale)
    inspector.looks(anna, "sign-in")
    anna.find("sign-in-email").fill("nobody@example.com")
    anna.find("sign-in-password").fill("incorrect donkey")
    anna.find("sign-in").click()
    expect(anna.find("sign-in-error")).not_to_be_empty()
    inspector.looks(anna, "sign-in refused")
    anna.signs_in(PASSWORD)
    expect(anna.find("line-row")).to_have_count(3)
    inspector.looks(anna, "empty console")


def _chooses(person: Person, role: Literal["button", "menuitemradio"], locale: str) -> None:
    """The page's language; else an account's own would hold."""
    person.page.get_by_role(role, name="Français" if locale == "fr-FR" else "English").click()
    expect(person.page.locator("html")).to_have_attribute("lang", locale[:2])


def test_the_console(
    locale: str, inspector: Inspector, agent: Agents, visitor: Visitors, wire: Wires
) -> None:
    line = wire()
    # a theme in transition has colours nobody chose
    anna = agent("anna", url=line.url, locale=locale, reduced_motion="reduce")
    anna.find("account").click()
    _chooses(anna, "menuitemradio", locale)
    anna.find("presence").click()
    inspector.looks(anna, "presence menu")
    anna.find("presence-available").click()

    jean, lina, paul = (visitor(name) for name in ("Jean Martin", "Lina Haddad", "Paul Girard"))
    jean.starts_chat("Where is my parcel? https://example.com/track")
    anna.sees_ring("Jean Martin")
    inspector.looks(anna, "ringing")
    anna.accepts("Jean Martin")
    anna.says("Let me look.")
    anna.reads("Where is my parcel? https://example.com/track", "Let me look.")
    lina.starts_chat("Good morning")
    paul.starts_chat("Good evening")
    anna.sees_ring("Lina Haddad")
    inspector.looks(anna, "thread, a ring and a line")
    anna.page.locator("body").press("?")
    inspector.looks(anna, "help over a thread")
    anna.presses("Escape")

    anna.page.set_viewport_size({"width": 1000, "height": 800})
    anna.find("contact-open").click()
    expect(anna.find("contact-pane")).to_be_visible()
    inspector.looks(anna, "contact drawer")
    anna.presses("Escape")
    anna.page.set_viewport_size(PHONE)
    inspector.looks(anna, "thread on a phone")
    anna.page.locator(".to-list").click()
    inspector.looks(anna, "list on a phone")
    anna.page.set_viewport_size(DESKTOP)

    anna.looks_at("Jean Martin")
    line.cut()
    expect(anna.find("reconnect-bar")).to_be_visible()
    inspector.looks(anna, "no connection")
    line.mend()
    expect(anna.find("reconnect-bar")).to_have_count(0)
    anna.finishes()
    expect(anna.find("wrap-up")).to_be_visible()
    inspector.looks(anna, "wrap-up")


def test_the_missed_banner(
    locale: str, inspector: Inspector, agent: Agents, visitor: Visitors
) -> None:
    who = agent("claire" if locale == "fr-FR" else "anna", locale=locale, reduced_motion="reduce")
    who.is_available()
    visitor("Jean Martin").starts_chat("Hello", department="express")
    expect(who.find("banner-missed")).to_be_visible()
    inspector.looks(who, "missed")


def test_the_widget(
    locale: str, inspector: Inspector, agent: Agents, visitor: Visitors, wire: Wires
) -> None:
    anna = agent("anna")
    line = wire()
    jean = visitor("Jean Martin", url=line.url, locale=locale, reduced_motion="reduce")
    expect(jean.find("widget-form")).to_be_visible()
    inspector.looks(jean, "form")
    jean.find("field-email").fill("jean@")
    jean.find("start-chat").click()
    expect(jean.find("error")).to_have_count(3)
    inspector.looks(jean, "field errors")
    jean.find("field-email").fill("jean@example.com")
    jean.starts_chat("Hello, see https://example.com")
    jean.is_in_line(None)
    inspector.looks(jean, "waiting")
    jean.leaves_the_line()
    jean.sees_the_end()
    inspector.looks(jean, "left the line")
    jean.find("start-again").click()
    jean.starts_chat("Hello again")

    anna.is_available()
    anna.sees_ring("Jean Martin")
    expect(jean.find("position")).to_have_count(0)
    inspector.looks(jean, "ringing")
    anna.accepts("Jean Martin")
    anna.says("Good morning")
    jean.says("One")
    expect(jean.message("Good morning")).to_be_visible()
    anna.find("message-input").press_sequentially("Let")
    inspector.looks(jean, "chat")
    jean.find("message-input").fill("é" * 4001)
    inspector.looks(jean, "too much written")
    jean.find("message-input").fill("")
    line.cut()
    expect(jean.find("reconnect-bar")).to_be_visible()
    jean.says("Two")
    inspector.looks(jean, "no connection")
    line.mend()
    expect(jean.find("reconnect-bar")).to_have_count(0)
    jean.find("leave").click()
    inspector.looks(jean, "end?")
    jean.find("leave-confirm").click()
    jean.sees_the_end()
    inspector.looks(jean, "ended")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_launcher_on_another_website(
    locale: str,
    viewport: dict[str, int],
    inspector: Inspector,
    browser: Browser,
    house: House,
    people: list[Person],
) -> None:
    with website(house) as url:
        jean = Shopper(
            browser, house, "Jean Martin", url=url, locale=locale,
            viewport=viewport, reduced_motion="reduce",
        )  # fmt: skip
        people.append(jean)
        jean.opens()
        inspector.looks(jean, "launcher")
        jean.asks()
        expect(jean.find("widget-form")).to_be_visible()
        inspector.looks(jean, "panel in a page")

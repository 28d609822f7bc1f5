"""The people of a story, each in front of a browser of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 740}
PATIENCE_MS = 15_000

expect.set_options(timeout=PATIENCE_MS)


class Person:
    """Somebody with a page open; every error of the page's scripts fails the test at the end."""

    def __init__(self, browser: Browser, url: str, locale: str, **context: Any) -> None:
        self._context = browser.new_context(
            locale=locale, viewport=DESKTOP, bypass_csp=False, **context
        )
        self._context.set_default_timeout(PATIENCE_MS)
        self._url = url
        self.faults: list[str] = []
        self.page = self._new_page()

    def _new_page(self) -> Page:
        page = self._context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def find(self, testid: str, **of: str) -> Locator:
        """By the page's own test id, and data attributes: `find("message", **{"from": "agent"})`."""
        return self.page.locator(_selector(testid, of))

    def offline(self, away: bool) -> None:
        self._context.set_offline(away)

    def reloads(self) -> None:
        self.page.reload()

    def leaves(self) -> None:
        self._context.close()
        assert not self.faults, self.faults

    def reads(self, *texts: str) -> None:
        """Exactly these messages of people, in this order, each once."""
        said = self.page.locator(
            '[data-testid="message"]:not([data-from="system"]) .bubble'
        )
        expect(said).to_have_text(list(texts))


class Agent(Person):
    """Somebody at a console."""

    def __init__(self, browser: Browser, url: str, name: str, locale: str, **context: Any) -> None:
        super().__init__(browser, url, locale, **context)
        self.name = name

    def signs_in(self, password: str) -> None:
        self.page.goto(f"{self._url}/console/")
        self.find("sign-in-email").fill(f"{self.name}@example.com")
        self.find("sign-in-password").fill(password)
        self.find("sign-in").click()
        expect(self.find("presence")).to_be_visible()

    def is_available(self) -> None:
        self.find("presence").click()
        self.find("presence-available").click()
        expect(self.find("presence-menu")).to_be_hidden()

    def takes_a_break(self) -> None:
        self.find("presence").click()
        self.find("presence-break").click()

    def sees_ring(self, name: str) -> Locator:
        card = self.find("ring-card")
        expect(card).to_contain_text(name)
        return card

    def sees_no_ring(self) -> None:
        expect(self.find("ring-card")).to_have_count(0)

    def accepts(self, name: str) -> None:
        self.sees_ring(name)
        self.page.wait_for_timeout(350)  # clicks on Accept are ignored for its first 300 ms
        self.find("ring-accept").click()
        expect(self.find("thread")).to_contain_text(name)

    def declines(self, name: str) -> None:
        self.sees_ring(name)
        self.find("ring-decline").click()

    def says(self, text: str) -> None:
        self.find("message-input").fill(text)
        self.find("send").click()

    def finishes(self) -> None:
        self.find("finish").click()

    def is_done(self) -> None:
        """Ends the wrap-up."""
        self.find("wrap-up-done").first.click()


class Visitor(Person):
    """Somebody on the website."""

    def __init__(self, browser: Browser, url: str, name: str, locale: str, **context: Any) -> None:
        super().__init__(browser, url, locale, **context)
        self.name = name

    def opens(self) -> None:
        self.page.goto(f"{self._url}/widget/?site=shop")
        expect(self.find("panel")).to_be_visible()

    def starts_chat(self, text: str, *, department: str = "support") -> None:
        self.find("field-department").select_option(department)
        self.find("field-name").fill(self.name)
        self.find("field-text").fill(text)
        self.find("start-chat").click()

    def waits(self) -> None:
        expect(self.find("position")).to_be_visible()

    def is_served_by(self, name: str) -> None:
        expect(self.find("panel")).to_contain_text(name)
        expect(self.find("message-input")).to_be_visible()

    def says(self, text: str) -> None:
        self.find("message-input").fill(text)
        self.find("send").click()

    def sees_the_end(self) -> None:
        expect(self.find("chat-ended")).to_be_visible()


def _selector(testid: str, of: dict[str, str]) -> str:
    more = "".join(f'[data-{key.replace("_", "-")}="{value}"]' for key, value in of.items())
    return f'[data-testid="{testid}"]{more}'


def axe_violations(page: Page, *, inside: Sequence[str] = ()) -> list[str]:
    """What axe-core finds, each as `rule: place`. It runs beside the page, whatever its policy."""
    page.evaluate(AXE.read_text())
    scope = json.dumps(list(inside)) if inside else "document"
    found = page.evaluate(f"axe.run({scope}, {{resultTypes: ['violations']}})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]



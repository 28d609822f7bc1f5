"""The people of a story, each in front of a browser of their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from playwright.sync_api import Browser, Frame, Locator, Page, ViewportSize, expect

if TYPE_CHECKING:
    from tests.acceptance.house import House

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 740}
PATIENCE_MS = 20_000
PICTURES = os.environ.get("PICTURES_OF_STORIES", "")

expect.set_options(timeout=PATIENCE_MS)


class Person:
    """Somebody with a page open; every error of the page's scripts fails the story at its end."""

    name = ""

    def __init__(
        self, browser: Browser, house: House, name: str, *, url: str, locale: str, **context: Any
    ) -> None:
        self.house = house
        self.name = name
        self.url = url or house.url
        self._context = browser.new_context(
            **{"locale": locale, "viewport": DESKTOP, "bypass_csp": False, **context}
        )
        self._context.set_default_timeout(PATIENCE_MS)
        self.faults: list[str] = []
        """What went wrong in the scripts, and what the page's policy refused."""
        self.sockets_closed = 0
        self.page = self._new_page()

    def _new_page(self) -> Page:
        page = self._context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._hears(said.text))
        page.on("websocket", lambda opened: opened.on("close", lambda _: self._lost_socket()))
        return page

    def _hears(self, said: str) -> None:
        if "Content Security Policy" in said or "TrustedScript" in said or "TrustedHTML" in said:
            self.faults.append(said)

    def _lost_socket(self) -> None:
        self.sockets_closed += 1

    def _beside(self) -> Self:
        """The same browser with another tab: cookies and storage are one, the page is another."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.page = other._new_page()
        return other

    def find(self, testid: str, **of: str) -> Locator:
        """By the page's test id, and data attributes: `find("message", state="sending")`."""
        more = "".join(f'[data-{key.replace("_", "-")}="{value}"]' for key, value in of.items())
        return self.page.locator(f'[data-testid="{testid}"]{more}')

    def message(self, text: str) -> Locator:
        """The one message that says exactly this."""
        bubble = self.page.locator(".bubble").get_by_text(text, exact=True)
        return self.find("message").filter(has=bubble)

    def reloads(self) -> None:
        self.page.reload()

    def leaves(self) -> None:
        self._context.close()

    def says(self, text: str) -> None:
        self.find("message-input").fill(text)
        self.find("send").click()

    def reads(self, *texts: str) -> None:
        """Exactly these messages of people, in this order, each once, and all stored."""
        said = self.page.locator('[data-testid="message"]:not([data-from="system"]) .bubble')
        expect(said).to_have_text(list(texts))
        expect(self.find("message", state="sending")).to_have_count(0)

    def tries_now(self) -> None:
        """The connection is there again at once, if it is not by itself already."""
        bar = self.find("reconnect-bar")
        bar.get_by_role("button").evaluate_all("all => all.forEach((one) => one.click())")
        expect(bar).to_have_count(0)

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def wears(self, scheme: Literal["light", "dark"]) -> None:
        self.page.emulate_media(color_scheme=scheme)

    def sees(self, *texts: str) -> None:
        """Words on the screen, wherever they stand."""
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)


class Agent(Person):
    """Somebody at a console."""

    def opens(self) -> None:
        self.page.goto(f"{self.url}/console/")

    def signs_in(self, password: str) -> None:
        self.find("sign-in-email").fill(self.house.email(self.name))
        self.find("sign-in-password").fill(password)
        self.find("sign-in").click()
        expect(self.find("presence")).to_be_visible()

    def at_another_tab(self) -> Self:
        """A second console, signed in by the same cookie."""
        other = self._beside()
        other.opens()
        expect(other.find("presence")).to_be_visible()
        return other

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
        expect(self.find("ring-accept")).to_be_enabled()  # it is not in its first 300 ms
        self.find("ring-accept").click()
        expect(self.find("thread")).to_contain_text(name)
        expect(self.find("composer")).to_be_visible()

    def declines(self, name: str) -> None:
        self.sees_ring(name)
        self.find("ring-decline").click()

    def looks_at(self, name: str) -> None:
        """Chooses a conversation in the list."""
        self.find("chat-item").filter(has_text=name).click()
        expect(self.find("thread")).to_contain_text(name)

    def finishes(self) -> None:
        self.find("finish").click()

    def is_done(self) -> None:
        """Ends the wrap-up."""
        self.find("wrap-up-done").first.click()

    def line(self, department: str) -> Locator:
        """The row of a department's chat line."""
        return self.find("line-row", queue=f"{self.house.department(department)}/chat")


class Visitor(Person):
    """Somebody on the website."""

    def opens(self) -> None:
        self.page.goto(f"{self.url}/widget/?site={self.house.site}")
        expect(self.find("panel")).to_be_visible()

    def at_another_tab(self) -> Self:
        other = self._beside()
        other.opens()
        return other

    def fills_in(self, text: str, *, department: str = "support") -> None:
        self.find("field-department").select_option(self.house.department(department))
        self.find("field-name").fill(self.name)
        self.find("field-text").fill(text)

    def starts_chat(self, text: str, *, department: str = "support") -> None:
        self.fills_in(text, department=department)
        self.find("start-chat").click()
        expect(self.find("widget-form")).to_have_count(0)

    def is_in_line(self, position: int | None = None) -> None:
        """In the line, at this place; a ring under way shows no place."""
        if position is None:
            expect(self.find("leave")).to_be_visible()
            expect(self.find("message-input")).to_have_count(0)
        else:
            expect(self.find("position")).to_have_text([f"{position}{_ending(position)}"])

    def is_called_for(self) -> None:
        self.sees("We are calling an agent for you")

    def is_served_by(self, name: str) -> None:
        expect(self.find("panel")).to_contain_text(name)
        expect(self.find("message-input")).to_be_visible()

    def leaves_the_line(self) -> None:
        self.find("leave").click()

    def ends_the_chat(self) -> None:
        self.find("leave").click()
        self.find("leave-confirm").click()

    def sees_the_end(self) -> None:
        expect(self.find("chat-ended")).to_be_visible()


def _ending(position: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(position, "th")


class Shopper(Visitor):
    """A visitor of another website: the chat is behind a button there."""

    requests: list[str]
    """Every address the browser asked for."""

    def opens(self, path: str = "/") -> None:
        self.requests = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(f"{self.url}{path}")
        expect(self.find("launcher")).to_be_visible()

    def asks(self) -> None:
        self.find("launcher").click()
        expect(self.find("panel")).to_be_visible()


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds on the screen, its frames included, each as `rule: place why`."""
    return [found for frame in page.frames for found in _violations(frame)]


def _violations(frame: Frame) -> list[str]:
    if not frame.evaluate("'axe' in globalThis"):
        frame.evaluate(AXE.read_text())
    found = frame.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


STILL = """() => document.getAnimations().every(
  (one) => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""
"""Nothing fades in or moves any more; what turns for ever may."""


def looks(who: Person, name: str) -> None:
    """Without fault in both themes; a picture of each where PICTURES_OF_STORIES names a folder."""
    for scheme in ("light", "dark"):
        who.wears(scheme)
        who.page.wait_for_timeout(200)  # what fades inside of a shadow root is not told
        who.page.wait_for_function(STILL)
        found = axe_violations(who.page)
        assert not found, found
        if PICTURES:
            width = who.page.viewport_size["width"] if who.page.viewport_size else 0
            who.page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png")

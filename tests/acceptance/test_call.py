"""A visitor calls from the website and an agent answers in the console: what each of them hears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.acceptance.house import PASSWORD, House, Server
from tests.acceptance.people import Agent, Person, Visitor
from tests.acceptance.voices import (
    ANNA_HZ,
    CLAIRE_HZ,
    JEAN_HZ,
    LISTENING,
    hears,
    speaking,
    tone,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HOUSES = 20
CALLS = "[departments.call]\nwrap_up_s = 40"


@pytest.fixture(scope="module")
def call_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("calls"), houses=HOUSES, rules=CALLS)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()


@pytest.fixture
def server(call_server: Server) -> Server:
    return call_server


@pytest.fixture(scope="module")
def browsers(
    peer: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Browser]]:
    """One browser a voice."""
    program = peer("chromium")
    folder = tmp_path_factory.mktemp("voices")
    voices = {"anna": ANNA_HZ, "claire": CLAIRE_HZ, "jean": JEAN_HZ}
    with sync_playwright() as playwright, ExitStack() as stack:
        yield {
            name: stack.enter_context(
                speaking(playwright.chromium, program, tone(folder / f"{name}.wav", hz))
            )
            for name, hz in voices.items()
        }


class Caller(Visitor):
    """Somebody on the website with a microphone."""

    def calls(self, *, department: str = "support") -> None:
        self.find("field-department").select_option(self.house.department(department))
        self.find("field-name").fill(self.name)
        self.find("start-call").click()
        expect(self.find("widget-form")).to_have_count(0)

    def is_in_call(self, state: str = "talking") -> None:
        expect(self.find("call", state=state)).to_be_visible()

    def hangs_up(self) -> None:
        self.find("hang-up").click()


class Phone(Agent):
    """An agent who takes calls."""

    def answers(self, name: str) -> None:
        self.sees_ring(name)
        self.page.wait_for_timeout(350)  # clicks on Answer are ignored for its first 300 ms
        self.find("ring-accept").click()

    def is_in_call(self, state: str = "talking") -> None:
        expect(self.find("phone", state=state)).to_be_visible()

    def hangs_up(self) -> None:
        self.find("phone-hang-up").click()


@pytest.fixture
def phone(browsers: dict[str, Browser], house: House, people: list[Person]) -> Callable[..., Phone]:
    """`phone("anna")` signs in, with a voice of her own, and is available."""

    def sign_in(name: str, *, url: str = "", microphone: bool = True, **context: object) -> Phone:
        allowed = ["microphone"] if microphone else []
        found = Phone(
            browsers[name], house, name, url=url,
            locale="en-GB", permissions=allowed, **context,
        )  # fmt: skip
        people.append(found)
        found.page.add_init_script(LISTENING)
        found.opens()
        found.signs_in(PASSWORD)
        found.is_available()
        return found

    return sign_in


@pytest.fixture
def caller(
    browsers: dict[str, Browser], house: House, people: list[Person]
) -> Callable[..., Caller]:
    def come(
        name: str = "Jean Martin", *, url: str = "", microphone: bool = True, **context: object
    ) -> Caller:
        allowed = ["microphone"] if microphone else []
        found = Caller(
            browsers["jean"], house, name, url=url,
            locale="en-GB", permissions=allowed, **context,
        )  # fmt: skip
        people.append(found)
        found.page.add_init_script(LISTENING)
        found.opens()
        return found

    return come


Phones = Callable[..., Phone]
Callers = Callable[..., Caller]


def talking(phone: Phones, caller: Callers, *, name: str = "anna") -> tuple[Phone, Caller]:
    """Anna and Jean, who hear each other."""
    anna, jean = phone(name), caller()
    jean.calls()
    anna.answers(jean.name)
    anna.is_in_call()
    jean.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    return anna, jean


def test_two_pages_talk_and_the_visitor_hangs_up(phone: Phones, caller: Callers) -> None:
    anna, jean = talking(phone, caller)
    expect(anna.find("chat-item", state="active")).to_be_visible()
    expect(anna.find("phone-time")).to_be_visible()
    expect(jean.find("call-time")).to_be_visible()

    jean.hangs_up()
    jean.sees_the_end()
    expect(anna.find("phone", state="ready")).to_be_visible()
    expect(anna.find("wrap-up").first).to_be_visible()
    assert anna.page.evaluate("openConnections()") == 0
    assert jean.page.evaluate("openConnections()") == 0

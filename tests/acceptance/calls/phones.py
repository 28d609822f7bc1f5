"""People who call, and people who take calls."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import expect

from tests.acceptance.calls.voices import ANNA_HZ, JEAN_HZ, hears
from tests.acceptance.people import Agent, Person, Visitor, axe_violations

PICTURES = os.environ.get("PICTURES_OF_STORIES", "")


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


def looks(who: Person, name: str) -> None:
    """Without fault in both themes; a picture of each where PICTURES_OF_STORIES names a folder."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        who.wears(scheme)
        who.page.wait_for_timeout(200)
        assert not axe_violations(who.page)
        if PICTURES:
            width = who.page.viewport_size["width"] if who.page.viewport_size else 0
            who.page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png")

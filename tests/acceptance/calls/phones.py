"""People who call, and people who take calls."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.acceptance.calls.voices import ANNA_HZ, JEAN_HZ, hears
from tests.acceptance.house import PASSWORD
from tests.acceptance.people import Agent, Visitor


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
        expect(self.find("ring-accept")).to_be_enabled()  # it is not in its first 300 ms
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


def gives(giver: str, to: Phone, interaction: str) -> None:
    """A supervisor gives a call to an agent, by a program of their own."""
    house = to.house
    browser = to.page.context.browser
    assert browser is not None
    with browser.new_context(base_url=house.url) as context:
        said = {"email": house.email(giver), "password": PASSWORD}
        csrf = context.request.post("/api/v1/session", data=said).json()["csrf"]
        answer = context.request.post(
            f"/api/v1/interactions/{interaction}/assign",
            data={"agent": f"{to.name}-{house.number}"},
            headers={"X-CSRF-Token": csrf},
        )
        assert answer.ok, answer.text()

"""A visitor leaves a number instead of waiting; an agent calls by hand and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.acceptance.house import Server
from tests.acceptance.people import PHONE, Agent, Visitor, looks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]
RULES = "callback = true\ncallback_tries = 2\ncallback_retry_s = 1\ndial_s = 120"


@pytest.fixture(scope="module")
def calling_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where who waits may be called back."""
    folder = tmp_path_factory.mktemp("callback")
    server = Server(folder, houses=2, routing='[telephony]\nregion = "FR"', rules=RULES)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(calling_server: Server) -> Server:
    return calling_server


def takes_up(anna: Agent, name: str, said: str) -> None:
    """Accepts somebody who is to be called back, as the ring says."""
    anna.sees_ring(name)
    expect(anna.find("ring-callback")).to_have_text(said)
    expect(anna.find("ring-accept")).to_be_enabled()  # it is not in its first 300 ms
    anna.find("ring-accept").click()
    expect(anna.find("callback-number")).to_have_text("+33 1 99 00 12 34")


def test_who_left_a_number_is_called_twice_and_talks(agent: Agents, visitor: Visitors) -> None:
    jean = visitor("Jean Martin")
    jean.starts_chat("My bowls are blue.")
    jean.is_in_line(1)
    looks(jean, "callback-offered")
    jean.find("callback-open").click()
    jean.find("callback-keep").click()
    expect(jean.find("error")).to_be_visible()
    jean.find("field-phone").fill("12345")
    jean.find("callback-keep").click()
    expect(jean.find("error")).to_contain_text("no telephone number")
    looks(jean, "callback-form")
    jean.find("field-phone").fill("01 99 00 12 35")
    jean.find("callback-keep").click()
    jean.sees("we keep your place and call 01 99 00 12 35")
    jean.is_in_line(1)
    looks(jean, "callback-kept")
    anna = agent("anna")
    anna.is_available()
    rings = "You call Jean Martin at +33 1 99 00 12 34: they asked to be called back."
    expect(anna.find("ring-callback")).to_have_text(rings.replace("34", "35"))
    jean.find("callback-open").click()  # it was another one
    jean.find("field-phone").fill("01 99 00 12 34")
    jean.find("callback-keep").click()
    takes_up(anna, "Jean Martin", rings)
    looks(anna, "callback-console")
    expect(jean.find("callback")).to_have_attribute("data-state", "calling")
    expect(jean.find("leave")).to_have_text("I no longer need a call")
    looks(jean, "callback-calling")
    anna.find("callback-no-answer").click()
    expect(jean.find("callback")).to_have_attribute("data-state", "again")
    looks(jean, "callback-again")
    takes_up(anna, "Jean Martin", rings)
    anna.sees("Nobody answered 1 time so far.")
    anna.find("callback-answered").click()
    expect(anna.find("composer")).to_be_visible()
    jean.is_served_by("Anna")
    number = anna.find("contact-phone").get_by_role("link", name="+33 1 99 00 12 34")
    expect(number).to_have_attribute("href", "tel:+33199001234")
    anna.finishes()
    expect(jean.find("chat-ended")).to_be_visible()


def test_in_french_on_a_phone_and_given_up(agent: Agents, visitor: Visitors) -> None:
    lina = visitor("Lina Haddad", locale="fr-FR", viewport=PHONE)
    claire = agent("claire", viewport=PHONE)
    claire.is_available()
    lina.starts_chat("Bonjour")
    claire.sees_ring("Lina Haddad")  # it goes on, as a callback
    lina.find("callback-open").click()
    lina.find("field-phone").fill("01 99 00 12 34")
    looks(lina, "callback-form-fr")
    lina.find("callback-keep").click()
    lina.sees("votre place est gard\u00e9e")
    looks(lina, "callback-kept-fr")
    rings = "C\u2019est vous qui rappelez Lina Haddad, au +33 1 99 00 12 34."
    for _ in range(2):
        takes_up(claire, "Lina Haddad", rings)
        looks(claire, "callback-console-fr")
        claire.find("callback-no-answer").click()
    lina.sees("Nous n\u2019avons pas pu vous joindre")
    looks(lina, "callback-unreached-fr")

"""Where departments take calls: one server and a browser a voice for all of these stories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType

from tests.acceptance.calls.camille import Camille
from tests.acceptance.calls.exchange import (
    CALLS,
    CAMILLE,
    CAMILLE_HZ,
    OUTSIDE_HZ,
    telephone_server,
)
from tests.acceptance.calls.phones import Caller, Phone
from tests.acceptance.calls.telephones import Call, Telephone, Telephones
from tests.acceptance.calls.voices import (
    ANNA_HZ,
    CLAIRE_HZ,
    JEAN_HZ,
    LISTENING,
    speaking,
    tone,
)
from tests.acceptance.house import PASSWORD, House, Server
from tests.acceptance.people import Person
from tests.outcomes import outcomes_of_calls
from tests.telephony import MUSIC_HZ

HOUSES = 40
TELEPHONE_HOUSES = 12
TELEPHONES = """
[telephony]
region = "FR"
[telephony.dialling]
desk_hosts = ["10.0.0.5"]
"""
CALLBACKS = f"callback = true\ncallback_tries = 2\ncallback_retry_s = 1\n{CALLS}"


@pytest.fixture(scope="package")
def call_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("calls")
    server = Server(
        folder, houses=HOUSES, rules=CALLS, routing="caller_grace_s = 6", more=TELEPHONES
    )
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()
    assert outcomes_of_calls(server.database)["handled"]


@pytest.fixture
def server(call_server: Server) -> Server:
    return call_server


@pytest.fixture(scope="module")
def telephones() -> Iterator[Telephones]:
    with Telephones() as line:
        yield line


@pytest.fixture(scope="module")
def outside(telephones: Telephones) -> Telephone:
    """Every number that is called from the house."""
    return telephones.telephone(OUTSIDE_HZ)


@pytest.fixture(scope="module")
def telephone_house(
    peer: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, outside: Telephone
) -> Iterator[Server]:
    """A node with the SIP role; each story has a house of its own there."""
    peer("rtpengine")
    folder = tmp_path_factory.mktemp("telephones")
    server = telephone_server(folder, houses=TELEPHONE_HOUSES, trunk=outside, rules=CALLBACKS)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()
    assert "store refused" not in server.log(), server.log()
    assert outcomes_of_calls(server.database)["open"] == 0


@pytest.fixture
def camille(house: House, server: Server, telephones: Telephones) -> Camille:
    """Calls from her telephone; of stories whose server takes calls over SIP."""
    telephone = telephones.telephone(CAMILLE_HZ)

    def call(department: str = "support", number: str = CAMILLE) -> Call:
        peer = ("127.0.0.1", server.sip_port)
        found = telephone.calls(house.department(department), peer, caller=number)
        found.hears(MUSIC_HZ)
        return found

    return call


@pytest.fixture(scope="package")
def browsers(
    chromium: BrowserType, peer: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Browser]]:
    """One browser a voice."""
    program = peer("chromium")
    folder = tmp_path_factory.mktemp("voices")
    voices = {"anna": ANNA_HZ, "claire": CLAIRE_HZ, "jean": JEAN_HZ}
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(speaking(chromium, program, tone(folder / f"{name}.wav", hz)))
            for name, hz in voices.items()
        }


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

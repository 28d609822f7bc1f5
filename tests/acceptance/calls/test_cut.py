"""An agent's network is cut in the middle of a call: for a moment, for long, for too long."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.exchange import (
    CAMILLE,
    CAMILLE_HZ,
    calls_in,
    telephone_server,
)
from tests.acceptance.calls.phones import Callers, Phones
from tests.acceptance.calls.telephones import Telephone, Telephones
from tests.acceptance.calls.voices import ANNA_HZ, CLAIRE_HZ, JEAN_HZ, hears, hears_nothing
from tests.acceptance.house import House, Server
from tests.outcomes import outcomes_of_calls
from tests.telephony import MUSIC_HZ

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

HOUSES = 8
CUTS = [5, pytest.param(20, marks=pytest.mark.long), pytest.param(60, marks=pytest.mark.long)]


def command_of(process: psutil.Process) -> str:
    """How it was begun; nothing of one that has just ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


@contextlib.contextmanager
def cut(voice: str) -> Iterator[None]:
    """Nothing leaves that person's browser or comes to it: its process for networks stands still.

    No connection is told of it, as when the air goes dead.
    """
    [network] = [
        child
        for browser in psutil.Process().children(recursive=True)
        if f"{voice}.wav" in command_of(browser) and "--type=" not in command_of(browser)
        for child in browser.children(recursive=True)
        if "network.mojom.NetworkService" in command_of(child)
    ]
    network.suspend()
    try:
        yield
    finally:
        network.resume()


@pytest.mark.parametrize("seconds", CUTS)
def test_two_pages_find_each_other_again(phone: Phones, caller: Callers, seconds: int) -> None:
    anna, jean = phone("anna"), caller()
    jean.calls()
    anna.answers(jean.name)
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    with cut("anna"):
        hears_nothing(jean.page)
        jean.page.wait_for_timeout(1000 * seconds)
    expect(anna.find("reconnect-bar")).to_have_count(0)
    anna.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    jean.hangs_up()
    jean.sees_the_end()
    expect(anna.find("phone", state="ready")).to_be_visible()


@pytest.fixture(scope="module")
def sip_server(
    peer: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, outside: Telephone
) -> Iterator[Server]:
    peer("rtpengine")
    server = telephone_server(tmp_path_factory.mktemp("cut"), houses=HOUSES, trunk=outside)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()
    assert set(outcomes_of_calls(server.database)) == {"handled"}


class TestThroughTheServer:
    """A telephone's call, whose audio goes through rtpengine."""

    @pytest.fixture
    def server(self, sip_server: Server) -> Server:
        return sip_server

    @pytest.mark.parametrize("seconds", CUTS[:2])
    def test_a_telephone_and_a_page_find_each_other_again(
        self, phone: Phones, house: House, server: Server, telephones: Telephones, seconds: int
    ) -> None:
        anna = phone("anna")
        camille = calls_in(telephones.telephone(CAMILLE_HZ), house, server, CAMILLE)
        anna.answers("Camille")
        camille.hears(ANNA_HZ)
        with cut("anna"):
            anna.page.wait_for_timeout(1000 * seconds)
        expect(anna.find("reconnect-bar")).to_have_count(0)
        anna.is_in_call()
        camille.hears(ANNA_HZ)
        hears(anna.page, CAMILLE_HZ)
        camille.hangs_up()
        expect(anna.find("phone", state="ready")).to_be_visible()

    @pytest.mark.long
    def test_a_caller_whose_agent_stays_away_is_served_by_another(
        self, phone: Phones, house: House, server: Server, telephones: Telephones
    ) -> None:
        anna, claire = phone("anna"), phone("claire")
        camille = calls_in(telephones.telephone(CAMILLE_HZ), house, server, CAMILLE)
        anna.answers("Camille")
        camille.hears(ANNA_HZ)
        with cut("anna"):
            camille.hears(MUSIC_HZ)
            claire.sees_no_ring()  # Anna may be back any moment
            anna.page.wait_for_timeout(60_000)
            claire.answers("Camille")
        camille.hears(CLAIRE_HZ)
        hears(claire.page, CAMILLE_HZ)
        expect(anna.find("phone", state="ready")).to_be_visible()
        camille.hangs_up()
        expect(claire.find("phone", state="ready")).to_be_visible()

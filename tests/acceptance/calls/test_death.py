"""A node is killed in the middle of calls: what everybody hears, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.acceptance.calls.exchange import (
    CALLS,
    CAMILLE,
    CAMILLE_HZ,
    DENISE,
    DENISE_HZ,
    calls_in,
    telephone_server,
)
from tests.acceptance.calls.phones import Callers, Phone, Phones
from tests.acceptance.calls.telephones import Telephone, Telephones
from tests.acceptance.calls.voices import ANNA_HZ, JEAN_HZ, hears, hears_nothing
from tests.acceptance.house import House, Server
from tests.outcomes import outcomes_of_calls
from tests.telephony import MUSIC_HZ

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def server(
    peer: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, outside: Telephone
) -> Iterator[Server]:
    """One of the story's own, to be killed."""
    peer("rtpengine")
    server = telephone_server(tmp_path_factory.mktemp("mortal"), houses=1, trunk=outside)
    server.start()
    yield server
    if server.was_killed:
        server.start()  # its rtpengine outlived it
    server.stop()
    assert "Traceback" not in server.log(), server.log()


def is_back(anna: Phone) -> None:
    expect(anna.find("reconnect-bar")).to_have_count(0)


@pytest.mark.parametrize(
    ("dies", "held"),
    [
        (Server.kill, False),
        pytest.param(Server.kill, True, marks=pytest.mark.long),
        pytest.param(Server.hand_over, False, marks=pytest.mark.long),
    ],
    ids=["killed", "killed-held", "stopped"],
)
def test_who_talks_and_who_waits_outlive_the_node(
    phone: Phones,
    house: House,
    server: Server,
    telephones: Telephones,
    dies: Callable[[Server], None],
    *,
    held: bool,
) -> None:
    anna = phone("anna")
    camille = calls_in(telephones.telephone(CAMILLE_HZ), house, server, CAMILLE)
    anna.answers("Camille")
    anna.is_in_call()
    hears(anna.page, CAMILLE_HZ)
    denise = calls_in(telephones.telephone(DENISE_HZ), house, server, DENISE)
    if held:
        anna.find("phone-hold").click()
        anna.is_in_call("held")
    camille.hears(MUSIC_HZ if held else ANNA_HZ)

    dies(server)
    expect(anna.find("reconnect-bar")).to_be_visible()
    camille.hears(MUSIC_HZ if held else ANNA_HZ)
    if held:
        hears_nothing(anna.page)
    else:
        hears(anna.page, CAMILLE_HZ)
    denise.hears(MUSIC_HZ)

    server.start()
    is_back(anna)
    denise.hears(MUSIC_HZ)
    if not held:
        camille.hears(ANNA_HZ)
        hears(anna.page, CAMILLE_HZ)
        anna.find("phone-hold").click()
    anna.is_in_call("held")
    camille.hears(MUSIC_HZ)
    anna.find("phone-hold").click()
    camille.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)
    anna.hangs_up()
    camille.is_over()

    anna.is_done()
    anna.answers("Camille")  # as every telephone of these stories is called
    denise.hears(ANNA_HZ)
    hears(anna.page, DENISE_HZ)
    denise.hangs_up()
    expect(anna.find("phone", state="ready")).to_be_visible()
    server.stop()
    assert outcomes_of_calls(server.database) == {"handled": 2}


def test_what_rang_rings_again_and_who_left_meanwhile_is_gone(
    phone: Phones, house: House, server: Server, telephones: Telephones
) -> None:
    anna = phone("anna")
    camille = calls_in(telephones.telephone(CAMILLE_HZ), house, server, CAMILLE)
    anna.sees_ring("Camille")
    denise = calls_in(telephones.telephone(DENISE_HZ), house, server, DENISE)
    server.kill()
    camille.hears(MUSIC_HZ)
    leaving = denise.starts_to_hang_up()
    server.start()
    is_back(anna)
    assert leaving.result() == 200
    camille.hears(MUSIC_HZ)
    anna.answers("Camille")
    camille.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)
    camille.hangs_up()
    expect(anna.find("phone", state="ready")).to_be_visible()
    server.stop()
    assert outcomes_of_calls(server.database) == {"handled": 1, "abandoned": 1}


@pytest.mark.parametrize(
    "dies",
    [Server.kill, pytest.param(Server.hand_over, marks=pytest.mark.long)],
    ids=["killed", "stopped"],
)
def test_a_website_call_through_the_server_is_taken_up_by_its_pages(
    phone: Phones, caller: Callers, server: Server, dies: Callable[[Server], None]
) -> None:
    anna, jean = phone("anna"), caller()
    jean.calls()
    hears(jean.page, MUSIC_HZ)
    anna.answers(jean.name)
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    dies(server)
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    server.start()
    is_back(anna)
    jean.is_in_call()
    anna.is_in_call()
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    jean.hangs_up()
    jean.sees_the_end()
    expect(anna.find("phone", state="ready")).to_be_visible()
    server.stop()
    assert outcomes_of_calls(server.database) == {"handled": 1}


@pytest.mark.parametrize(
    "dies",
    [Server.stop, pytest.param(Server.kill, marks=pytest.mark.long)],
    ids=["ended", "killed"],
)
def test_who_waits_on_a_page_keeps_the_place_and_is_served(
    phone: Phones, caller: Callers, server: Server, dies: Callable[[Server], None]
) -> None:
    anna, jean = phone("anna"), caller()
    jean.calls()
    anna.sees_ring(jean.name)
    hears(jean.page, MUSIC_HZ)
    dies(server)
    expect(jean.find("reconnect-bar")).to_be_visible()
    server.start()
    is_back(anna)
    expect(jean.find("reconnect-bar")).to_have_count(0)
    hears(jean.page, MUSIC_HZ)
    anna.answers(jean.name)
    hears(jean.page, ANNA_HZ)
    hears(anna.page, JEAN_HZ)
    jean.hangs_up()
    jean.sees_the_end()
    expect(anna.find("phone", state="ready")).to_be_visible()
    server.stop()
    assert outcomes_of_calls(server.database) == {"handled": 1}


@pytest.fixture
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One without telephones."""
    server = Server(tmp_path_factory.mktemp("plain"), rules=CALLS)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()


class TestFromPageToPage:
    """The server carries no audio."""

    @pytest.fixture
    def server(self, plain_server: Server) -> Server:
        return plain_server

    @pytest.mark.parametrize(
        "dies",
        [pytest.param(Server.kill, marks=pytest.mark.long), Server.stop],
        ids=["killed", "ended"],
    )
    def test_two_pages_talk_on_without_it(
        self, phone: Phones, caller: Callers, server: Server, dies: Callable[[Server], None]
    ) -> None:
        anna, jean = phone("anna"), caller()
        jean.calls()
        anna.answers(jean.name)
        hears(jean.page, ANNA_HZ)
        anna.is_in_call()
        dies(server)
        expect(anna.find("reconnect-bar")).to_be_visible()
        hears(jean.page, ANNA_HZ)
        hears(anna.page, JEAN_HZ)
        server.start()
        is_back(anna)
        hears(jean.page, ANNA_HZ)
        jean.hangs_up()
        jean.sees_the_end()
        expect(anna.find("phone", state="ready")).to_be_visible()
        server.stop()
        assert outcomes_of_calls(server.database) == {"handled": 1}

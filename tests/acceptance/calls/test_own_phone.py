"""An agent's own telephone: it is proved by a code that is said to it, and a key takes a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pytest
from playwright.sync_api import expect

from acd.domain.device import Device, DeviceKind
from acd.domain.ids import AgentId
from acd.records.devices import Devices
from acd.records.engine import open_database
from tests.acceptance.calls.exchange import (
    CAMILLE,
    CAMILLE_HZ,
    DIGITS_HZ,
    OUTSIDE_HZ,
    PROMPT_HZ,
    calls_in,
    telephone_server,
)
from tests.acceptance.calls.phones import Phone, Phones
from tests.acceptance.calls.telephones import Call, Telephone, Telephones
from tests.acceptance.calls.voices import ANNA_HZ, CLAIRE_HZ, hears
from tests.acceptance.house import House, Server
from tests.acceptance.people import DESKTOP, PHONE, looks
from tests.outcomes import outcomes_of_calls
from tests.telephony import MUSIC_HZ

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HOUSES = 6
CODE = 6
DIGIT = {hertz: digit for digit, hertz in DIGITS_HZ.items()}

Rung = Callable[..., tuple[Phone, Call, Call]]


@pytest.fixture(scope="module")
def callers() -> list[Call]:
    """Everybody who called."""
    return []


@pytest.fixture(scope="module")
def common_server(
    peer: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
    outside: Telephone,
    callers: list[Call],
) -> Iterator[Server]:
    peer("rtpengine")
    server = telephone_server(tmp_path_factory.mktemp("own"), houses=HOUSES, trunk=outside)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()
    assert outcomes_of_calls(server.database) == {"handled": len(callers)}


@pytest.fixture
def server(common_server: Server) -> Server:
    return common_server


def opens_devices(anna: Phone) -> None:
    anna.find("phone-devices").click()
    anna.find("my-devices").click()
    expect(anna.find("device", kind="browser")).to_be_visible()


def hears_code(mobile: Telephone) -> str:
    """The mobile telephone is called, and told a code, twice."""
    call = mobile.rings()
    call.picks_up()
    call.is_over()
    clear = [note for note in call.notes if note in DIGIT or not note]  # a lost packet clicks
    said = "".join(DIGIT[note] for note, _ in groupby(clear) if note)
    assert said[:CODE] == said[CODE:], said
    return said[:CODE]


def has_a_mobile(anna: Phone, mobile: Telephone) -> None:
    """Anna adds one, and proves that it is hers."""
    opens_devices(anna)
    anna.find("device-new").fill("+33 6 12 34 56 78")
    anna.find("device-new-name").fill("Mobile")
    anna.find("device-add").click()
    anna.find("device-verify").click()
    code = hears_code(mobile)
    wrong = f"{(int(code) + 1) % 10**CODE:0{CODE}}"
    anna.find("device-code").fill(wrong)
    anna.find("device-confirm").click()
    expect(anna.find("device-fault")).to_be_visible()
    anna.find("device-code").fill(code)
    anna.find("device-confirm").click()
    proof = anna.find("device", kind="phone").get_by_test_id("device-proof")
    expect(proof).to_have_attribute("data-verified", "true")
    anna.presses("Escape")
    expect(anna.find("devices")).to_have_count(0)


async def has_had_a_mobile(server: Server, agent: AgentId) -> None:
    """As if the agent had heard its code and typed it in, long ago."""
    database = await open_database(f"sqlite:///{server.database}")
    mobile = Device(
        id="mobile", agent=agent, kind=DeviceKind.PHONE, address="+33612345678", name="Mobile"
    )
    devices = Devices(database)
    await devices.add(mobile)
    await devices.expect_code(mobile, "123456")
    await devices.answer_code(agent, mobile.id, "123456")
    await database.close()


@pytest.fixture
def rung(
    phone: Phones,
    house: House,
    server: Server,
    telephones: Telephones,
    outside: Telephone,
    callers: list[Call],
) -> Rung:
    """Camille's call rings at Anna's console and on her mobile telephone, which she picks up."""

    def ring(*, proves: bool = False) -> tuple[Phone, Call, Call]:
        if not proves:
            telephones.wait(has_had_a_mobile(server, AgentId(f"anna-{house.number}")))
        anna = phone("anna", reduced_motion="reduce")
        if proves:
            has_a_mobile(anna, outside)
        camille = calls_in(telephones.telephone(CAMILLE_HZ), house, server, CAMILLE)
        callers.append(camille)
        anna.sees_ring("Camille")
        ringing = outside.rings()
        ringing.picks_up()
        ringing.hears(PROMPT_HZ)
        return anna, camille, ringing

    return ring


def takes_it(anna: Phone, camille: Call, mobile: Call) -> None:
    mobile.presses("1")
    anna.is_in_call("on-phone")
    camille.hears(OUTSIDE_HZ)
    mobile.hears(CAMILLE_HZ)


def test_a_key_takes_the_call_and_the_console_shows_and_ends_it(rung: Rung) -> None:
    anna, camille, mobile = rung(proves=True)
    mobile.presses("7")
    mobile.hears(PROMPT_HZ)
    camille.hears(MUSIC_HZ)
    anna.sees_ring("Camille")
    takes_it(anna, camille, mobile)
    anna.sees_no_ring()
    assert anna.page.evaluate("openConnections()") == 0

    bar = anna.find("phone", state="on-phone")
    expect(bar).to_contain_text("Camille")
    expect(bar).to_contain_text("on your phone")
    expect(anna.find("thread")).to_contain_text("Camille")
    timer = anna.find("phone-time")
    expect(timer).not_to_have_text(timer.inner_text())
    expect(anna.find("phone-mute")).to_have_count(0)  # the telephone has its own
    looks(anna, "on-phone")
    anna.page.set_viewport_size(PHONE)
    looks(anna, "on-phone")
    anna.page.set_viewport_size(DESKTOP)
    anna.reloads()
    anna.is_in_call("on-phone")
    anna.hangs_up()
    mobile.is_over()
    camille.is_over()
    expect(anna.find("phone", state="ready")).to_be_visible()
    expect(anna.find("wrap-up").first).to_be_visible()


def is_not_reached(agent: Phone, outside: Telephone, number: str, faults: dict[int, str]) -> None:
    """The agent adds this number, and is told for each SIP status why it is not reached."""
    opens_devices(agent)
    agent.find("device-new").fill(number)
    agent.find("device-add").click()
    for code, fault in faults.items():
        outside.refuses(code)
        agent.find("device-verify").click()
        expect(agent.find("device-fault")).to_contain_text(fault)
        expect(agent.find("device-code")).to_have_count(0)
    outside.refuses(None)
    looks(agent, f"device-not-reached-{agent.name}")
    agent.page.set_viewport_size(PHONE)
    looks(agent, f"device-not-reached-{agent.name}")


def test_why_a_telephone_is_not_reached_is_told_and_it_is_called_again(
    phone: Phones, outside: Telephone
) -> None:
    anna = phone("anna", reduced_motion="reduce")
    faults = {486: "The telephone is busy", 503: "The call did not go out"}
    is_not_reached(anna, outside, "+33 6 12 34 56 70", faults)
    anna.find("device-verify").click()
    stage = anna.find("device-stage")
    expect(stage).to_have_attribute("data-stage", "calling")
    expect(anna.find("device-fault")).to_have_count(0)
    looks(anna, "device-called")
    code = hears_code(outside)
    expect(stage).to_have_attribute("data-stage", "told")
    anna.find("device-code").fill(code)
    anna.find("device-confirm").click()
    proof = anna.find("device", kind="phone").get_by_test_id("device-proof")
    expect(proof).to_have_attribute("data-verified", "true")


def test_why_a_telephone_is_not_reached_is_told_in_french(
    phone: Phones, outside: Telephone
) -> None:
    claire = phone("claire", reduced_motion="reduce")
    faults = {480: "Personne n’a décroché", 503: "L’appel n’est pas parti"}
    is_not_reached(claire, outside, "+33 6 12 34 56 71", faults)


def test_the_console_hands_it_to_a_colleague(rung: Rung, phone: Phones) -> None:
    anna, camille, mobile = rung()
    takes_it(anna, camille, mobile)
    claire = phone("claire")
    anna.find("transfer").click()
    expect(anna.find("manner-consult")).to_have_count(0)  # with the voice in this page alone
    anna.find("transfer-agent", agent=f"claire-{anna.house.number}").click()
    claire.sees_ring("Camille")
    camille.hears(OUTSIDE_HZ)  # Anna keeps it until then
    claire.answers("Camille")
    claire.is_in_call()
    mobile.is_over()
    camille.hears(CLAIRE_HZ)
    hears(claire.page, CAMILLE_HZ)
    expect(anna.find("phone", state="ready")).to_be_visible()
    expect(anna.find("wrap-up").first).to_be_visible()
    claire.hangs_up()
    camille.is_over()


def test_a_voicemail_never_presses_and_the_console_takes_it(rung: Rung) -> None:
    anna, camille, voicemail = rung()
    anna.answers("Camille")
    anna.is_in_call()
    voicemail.is_over()
    camille.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)
    camille.hangs_up()
    expect(anna.find("phone", state="ready")).to_be_visible()

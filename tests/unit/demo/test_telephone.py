"""What the demonstration says of calls, and how its telephones behave."""

from __future__ import annotations

import asyncio
import importlib.resources
from pathlib import Path
from xml.etree import ElementTree

import pytest

from acd.demo import desk_phone, telephone
from acd.demo.desk_phone import OWNERS, DeskPhones, place_of_desk_phones, with_desk_phones
from acd.demo.seed import demo_config
from acd.telephony.sip import rtpengine


@pytest.mark.parametrize(
    ("carried", "played", "up", "told"),
    [
        (False, False, False, "are off, and so are test calls: install rtpengine-daemon and sip-"),
        (False, True, False, "are off, and so are test calls: install rtpengine-daemon, and start"),
        (True, False, True, "dials sip:600@127.0.0.1:{port}, with its audio on UDP {audio}; for"),
        (True, True, True, 'audio on UDP {audio}; "Place a test call" plays one.'),
        (True, True, False, "are off: they do not start, as is said above"),
    ],
)
def test_one_line_says_whether_it_can_be_called_and_what_lacks(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    carried: bool,
    played: bool,
    up: bool,
    told: str,
) -> None:
    here = tmp_path / "program"
    monkeypatch.setattr(rtpengine, "find_rtpengine", lambda: here if carried else None)
    monkeypatch.setattr(telephone, "find_sipp", lambda: str(here) if played else None)
    config = demo_config({}, data_dir=tmp_path)
    said = telephone.calls_told(config, up=up)
    audio = config.telephony.rtpengine
    ports = f"{audio.first_port}-{audio.last_port}"
    assert told.format(port=config.telephony.sip.port, audio=ports) in said
    assert "\n" not in said


def test_who_turned_them_off_is_not_told_to_install(tmp_path: Path) -> None:
    off = {"ACD_TELEPHONY__SIP__ENABLED": "false"}
    config = demo_config(off, data_dir=tmp_path)
    assert telephone.calls_told(config, up=False) == "Calls over SIP are off, as configured."


@pytest.fixture
def telephones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rtpengine, "find_rtpengine", lambda: tmp_path)
    monkeypatch.setattr(desk_phone, "find_sipp", lambda: "sipp")


@pytest.mark.usefixtures("telephones")
def test_two_departments_have_somebody_whose_telephone_rings(tmp_path: Path) -> None:
    config = with_desk_phones(demo_config({}, data_dir=tmp_path))
    equipped = [agent for agent in config.agents if agent.devices]
    assert {agent.id for agent in equipped} == OWNERS
    assert {m.department for agent in equipped for m in agent.memberships} >= {"support", "sales"}
    place = place_of_desk_phones(config)
    assert {one.devices[0].address for one in equipped} == {f"sip:{o}@{place}" for o in OWNERS}


@pytest.mark.usefixtures("telephones")
async def test_a_desk_phone_is_there_as_long_as_the_demonstration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun = 0

    async def ends_at_once(*_: str) -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            raise EOFError

    monkeypatch.setattr(desk_phone, "play", ends_at_once)
    monkeypatch.setattr(desk_phone, "_PAUSE_S", 0)
    config = with_desk_phones(demo_config({}, data_dir=tmp_path))
    with pytest.raises(EOFError):
        await asyncio.wait_for(DeskPhones(config).run(), 5)


def test_a_desk_phone_hangs_up_by_itself_within_a_minute() -> None:
    text = (importlib.resources.files("acd.demo") / "desk_phone.xml").read_text(encoding="utf-8")
    steps = list(ElementTree.fromstring(text))  # noqa: S314 - our own file
    (waits,) = [step for step in steps if step.get("ontimeout") == "leave"]
    labels = [step.get("id") for step in steps]
    assert labels.index("talk") == steps.index(waits) - 1
    assert 30_000 <= int(waits.get("timeout", "0")) <= 60_000
    assert (steps[labels.index("leave") + 1].text or "").lstrip().startswith("BYE ")

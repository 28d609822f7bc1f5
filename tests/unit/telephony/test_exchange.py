"""What an exchange says to telephones while it takes no calls."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from acd.config.telephony import SipSettings, TelephonySettings
from acd.domain.device import Device, DeviceKind
from acd.domain.errors import TelephonyOff
from acd.domain.ids import InteractionId
from acd.records.intake_rows import IntakeRow
from acd.telephony.exchange import Exchange
from acd.telephony.live import LiveCall
from acd.telephony.sip.engine import MediaEngine
from acd.telephony.sip.lag import Lag
from acd.telephony.sip.sound_files import SoundFiles
from acd.telephony.switchboard import Switchboard

DESK = Device(id="desk", agent="anna", kind=DeviceKind.SIP, address="sip:anna@pbx.example")


async def test_a_code_that_cannot_be_said_is_not_kept(tmp_path: Path) -> None:
    nothing = cast("Any", None)
    exchange = Exchange(TelephonySettings(), tmp_path, nothing, nothing, nothing)
    exchange._sounds = SoundFiles(SipSettings(), tmp_path / "sounds")
    before = {*(tmp_path / "sounds").iterdir()}
    exchange.board = Switchboard(nothing)
    with pytest.raises(TelephonyOff):
        await exchange.say_code(DESK, "123456", "en")
    assert {*(tmp_path / "sounds").iterdir()} == before


async def test_a_code_that_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = cast("Any", None)
    exchange = Exchange(TelephonySettings(), tmp_path, nothing, nothing, nothing)
    exchange._sounds = SoundFiles(SipSettings(), tmp_path / "sounds")
    exchange.board = Switchboard(nothing)

    def full_disk(*_: str, locale: str) -> Path:
        raise OSError(errno.ENOSPC, f"No space left for {locale}")

    monkeypatch.setattr(exchange._sounds, "said", full_disk)
    with pytest.raises(TelephonyOff):
        await exchange.say_code(DESK, "123456", "en")


def test_a_website_call_stays_where_its_audio_goes_and_others_go_where_it_can(
    tmp_path: Path,
) -> None:
    nothing = cast("Any", None)
    settings = TelephonySettings(sip=SipSettings(max_calls=2))
    exchange = Exchange(settings, tmp_path, nothing, nothing, nothing)
    there, new = InteractionId("ix_there"), InteractionId("ix_new")
    assert not exchange.anchors(there)
    exchange.board = board = Switchboard(nothing)
    board._calls[there] = nothing
    board.up = True
    assert exchange.anchors(new)
    board.up = False  # rtpengine is away
    assert (exchange.anchors(there), exchange.anchors(new)) == (True, False)
    board.up, exchange._lag = True, Lag(now=iter((0.0, 9.0, 9.0, 9.0)).__next__)
    exchange._lag.due(0.2)  # it is overrun
    assert (exchange.anchors(there), exchange.anchors(new)) == (True, False)
    exchange._lag, board._calls[InteractionId("ix_other")] = Lag(), nothing
    assert (exchange.anchors(there), exchange.anchors(new)) == (True, False)


async def test_callbacks_that_wait_take_no_room_and_who_comes_when_all_is_taken_is_not_heard(
    tmp_path: Path,
) -> None:
    nothing = cast("Any", None)
    settings = TelephonySettings(sip=SipSettings(max_calls=1))
    exchange = Exchange(settings, tmp_path, nothing, nothing, nothing)
    exchange.board = board = Switchboard(nothing)
    board.up = True
    row = cast("IntakeRow", SimpleNamespace(interaction=InteractionId("ix_back"), contact="ct_1"))
    board._calls[row.interaction] = LiveCall(nothing, row, calls_back=True)
    new = InteractionId("ix_new")
    assert exchange.anchors(new)
    board._calls[InteractionId("ix_other")] = nothing
    assert not await exchange.hear_visitor(new, {"type": "call.signal"})


@pytest.mark.parametrize(
    ("left", "adopted", "told", "stays"),
    [
        (1, False, True, True),  # handed over
        (0, True, True, False),  # all ended
        (0, False, False, False),  # it could not begin, and nothing was there before
        (0, True, False, True),  # it could not begin with what a former process left
    ],
)
def test_rtpengine_outlives_the_exchange_where_calls_are_in_it(
    tmp_path: Path, left: int, adopted: bool, told: bool, stays: bool
) -> None:
    nothing = cast("Any", None)
    exchange = Exchange(TelephonySettings(), tmp_path, nothing, nothing, nothing)
    exchange._left = left
    if told:
        exchange._leaving.set()
    engine = cast("MediaEngine", SimpleNamespace(adopted=adopted))
    assert exchange._has_calls(engine) is stays

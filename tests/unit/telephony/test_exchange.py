"""What an exchange says to telephones while it takes no calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from acd.config.telephony import SipSettings, TelephonySettings
from acd.domain.device import Device, DeviceKind
from acd.domain.errors import TelephonyOff
from acd.telephony.exchange import Exchange
from acd.telephony.sip.sound_files import SoundFiles
from acd.telephony.switchboard import Switchboard

DESK = Device(id="desk", agent="anna", kind=DeviceKind.SIP, address="sip:anna@pbx.example")


async def test_a_code_that_cannot_be_said_is_not_kept(tmp_path: Path) -> None:
    nothing = cast("Any", None)
    exchange = Exchange(TelephonySettings(), tmp_path, nothing, nothing, nothing)
    exchange._sounds = SoundFiles(SipSettings(), tmp_path / "sounds")
    exchange.board = Switchboard(nothing)
    with pytest.raises(TelephonyOff):
        await exchange.say_code(DESK, "123456", "en")
    assert list((tmp_path / "sounds").iterdir()) == []

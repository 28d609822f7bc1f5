"""What the demonstration says of calls to whoever started it."""

from __future__ import annotations

from pathlib import Path

import pytest

from acd.demo import telephone
from acd.demo.seed import demo_config
from acd.telephony.sip import rtpengine


@pytest.mark.parametrize(
    ("carried", "played", "told"),
    [
        (False, False, "are off, and so are test calls: install rtpengine-daemon and sip-tester,"),
        (False, True, "are off, and so are test calls: install rtpengine-daemon, and start anew."),
        (True, False, "are on: a telephone here dials sip:600@127.0.0.1:{port}; for test calls"),
        (True, True, 'dials sip:600@127.0.0.1:{port}, and "Place a test call" plays one.'),
    ],
)
def test_one_line_says_whether_it_can_be_called_and_what_lacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, carried: bool, played: bool, told: str
) -> None:
    here = tmp_path / "program"
    monkeypatch.setattr(rtpengine, "find_rtpengine", lambda: here if carried else None)
    monkeypatch.setattr(telephone, "find_sipp", lambda: str(here) if played else None)
    config = demo_config({}, data_dir=tmp_path)
    said = telephone.calls_told(config)
    assert told.format(port=config.telephony.sip.port) in said
    assert "\n" not in said


def test_who_turned_them_off_is_not_told_to_install(tmp_path: Path) -> None:
    off = {"ACD_TELEPHONY__SIP__ENABLED": "false"}
    config = demo_config(off, data_dir=tmp_path)
    assert telephone.calls_told(config) == "Calls over SIP are off, as configured."

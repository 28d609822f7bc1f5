"""Session timers: who refreshes, when, and what is said of it (RFC 4028)."""

from __future__ import annotations

import pytest

from acd.telephony.sip.message import Message
from acd.telephony.sip.session import Session, called, called_by


def message(**headers: str) -> Message:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Message("INVITE sip:x SIP/2.0", named, "")


@pytest.mark.parametrize(
    ("headers", "session", "said"),
    [
        (
            {"supported": "timer", "session_expires": "1800", "min_se": "2000"},
            Session(2000, is_ours=False, is_agreed=True),
            ("Require: timer", "Session-Expires: 2000;refresher=uac"),
        ),
        ({"session_expires": "30"}, Session(1800, is_ours=True, is_agreed=False), ()),
        ({}, Session(1800, is_ours=True, is_agreed=False), ()),
        (
            {"supported": "timer"},
            Session(1800, is_ours=False, is_agreed=True),
            ("Require: timer", "Session-Expires: 1800;refresher=uac"),
        ),
        (
            {"supported": "timer", "session_expires": "600;refresher=uas"},
            Session(600, is_ours=True, is_agreed=True),
            ("Session-Expires: 600;refresher=uas",),
        ),
        (
            {"require": "timer", "session_expires": "7200"},
            Session(1800, is_ours=False, is_agreed=True),
            ("Require: timer", "Session-Expires: 1800;refresher=uac"),
        ),
    ],
    ids=["least", "too-short-for-one-who-knows-none", "unknown", "supported", "ours", "long"],
)
def test_who_calls_us(headers: dict[str, str], session: Session, said: tuple[str, ...]) -> None:
    found = called_by(message(**headers), 1800)
    assert found == session
    assert found is not None
    assert found.answer == said


def test_whom_we_call() -> None:
    theirs = called(message(session_expires="600;refresher=uas"), 1800)
    assert theirs == Session(600, is_ours=False, is_agreed=True)
    assert called(message(), 1800) == Session(1800, is_ours=True, is_agreed=False)


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (Session(600, is_ours=True, is_agreed=True), "Session-Expires: 600;refresher=uac"),
        (Session(600, is_ours=False, is_agreed=True), "Session-Expires: 600;refresher=uas"),
        (Session(600, is_ours=True, is_agreed=False), None),
    ],
)
def test_each_invite_of_ours_says_who_refreshes(session: Session, said: str | None) -> None:
    assert session.request == ("Supported: timer", *([said] if said else []))


def test_without_a_timer_there_is_none() -> None:
    assert called_by(message(supported="timer"), 0) is None
    assert called(message(session_expires="600"), 0) is None


def test_one_refreshes_in_time_and_the_other_is_waited_for() -> None:
    assert Session(1800, is_ours=True, is_agreed=True).wakes_after_s == 900
    assert Session(1800, is_ours=False, is_agreed=True).wakes_after_s == 1768
    assert Session(90, is_ours=False, is_agreed=True).wakes_after_s == 60

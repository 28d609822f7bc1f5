"""What is answered before it becomes a call."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import pytest

from acd.telephony.sip import guesses
from acd.telephony.sip.guard import Closed, Guard
from acd.telephony.sip.guesses import Guesses
from acd.telephony.sip.message import Message
from acd.telephony.sip.sdp import SINK
from tests.unit.telephony.sip.test_digest import credentials

INSIDE = (IPv4Network("10.0.0.0/8"), IPv6Network("fd00::/8"))
STRANGER = "192.0.2.1"


def code(
    method: str = "INVITE",
    *,
    source: str = "10.0.0.5",
    closed: Closed | None = None,
    timers: bool = True,
    **headers: str,
) -> int:
    given = {
        "to": "<sip:support@acd>", "contact": "<sip:pbx@10.0.0.5>",
        "content-type": "application/sdp",
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    body = given.pop("body", SINK)
    message = Message(f"{method} sip:support@acd SIP/2.0", tuple(given.items()), body)
    verdict = Guard(INSIDE, timers=timers).verdict(message, source, closed)
    return verdict.code if verdict else 0


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (0, {}),
        (0, {"require": "timer"}),
        (0, {"body": ""}),
        (403, {"source": "192.0.2.1"}),
        (403, {"source": "[2001:db8::1]"}),
        (0, {"source": "[fd00::1]"}),
        (420, {"require": "timer", "timers": False}),
        (0, {"supported": "timer", "session_expires": "30", "timers": False}),
        (0, {"session_expires": "30"}),
        (481, {"to": "<sip:support@acd>;tag=1"}),
        (481, {"to": "<sip:support@acd>;TAG=1"}),
        (481, {"to": "<sip:support@acd> ; tag = 1"}),
        (481, {"to": '<sip:support@acd>;tag=1;x=">"'}),
        (481, {"to": '"Help <desk>" <sip:support@acd>;tag=1'}),
        (481, {"to": "sip:support@acd;tag=1"}),
        (481, {"to": "<sip:support@acd>;tag"}),
        (0, {"to": '"no;tag=1" <sip:support@acd;tag=1>;x=";tag=1"'}),
        (200, {"method": "OPTIONS"}),
        (503, {"method": "OPTIONS", "closed": Closed.DOWN}),
        (200, {"method": "OPTIONS", "closed": Closed.OVERRUN}),
        (405, {"method": "SUBSCRIBE", "closed": Closed.OVERRUN}),
        (481, {"to": "<sip:support@acd>;tag=1", "closed": Closed.OVERRUN}),
        (403, {"source": "192.0.2.1", "closed": Closed.OVERRUN}),
        (405, {"method": "SUBSCRIBE"}),
        (420, {"require": "timer, 100rel"}),
        (483, {"max_forwards": "0"}),
        (400, {"contact": ""}),
        (415, {"content_type": "text/plain"}),
        (488, {"body": "v=0\r\n"}),
        (422, {"supported": "timer", "session_expires": "89;refresher=uac"}),
        (400, {"session_expires": "soon"}),
        (503, {"closed": Closed.DOWN}),
        (503, {"closed": Closed.OVERRUN}),
    ],
)
def test_verdicts(expected: int, given: dict[str, str]) -> None:
    assert code(**given) == expected  # type: ignore[arg-type]


def test_refusals_are_counted() -> None:
    guard = Guard(())
    message = Message("INVITE sip:x SIP/2.0", (("to", "<sip:x>"),), "")
    for _ in range(2):
        guard.verdict(message, "10.0.0.5")
    assert guard.refused == {(403, "request"): 2}


def test_calls_are_counted_by_why_they_were_refused() -> None:
    guard = Guard(INSIDE)
    called = Message("INVITE sip:x SIP/2.0", (("to", "<sip:x>"), ("contact", "<sip:y>")), "")
    for closed in (None, Closed.DOWN, Closed.OVERRUN, Closed.OVERRUN):
        guard.verdict(called, "10.0.0.5", closed)
    guard.verdict(Message("INFO sip:x SIP/2.0", (), ""), "10.0.0.5", Closed.OVERRUN)
    assert guard.refused == {(503, "down"): 1, (503, "overrun"): 2, (405, "request"): 1}


def test_who_is_refused_anyway_is_not_asked_for_a_password() -> None:
    headers = (("to", "<sip:support@acd>"), ("contact", "<sip:pbx@192.0.2.1>"))
    message = Message("INVITE sip:support@acd SIP/2.0", headers, "")
    verdict = Guard((), {"pbx": "secret"}).verdict(message, STRANGER, Closed.OVERRUN)
    assert verdict is not None
    assert (verdict.code, verdict.headers) == (503, ("Retry-After: 5",))


def test_timers_are_promised_where_they_are_spoken() -> None:
    for timers in (True, False):
        message = Message("OPTIONS sip:acd SIP/2.0", (("to", "<sip:acd>"),), "")
        verdict = Guard(INSIDE, timers=timers).verdict(message, "10.0.0.5")
        assert verdict is not None
        assert ("Supported: timer" in verdict.headers) is timers


def tried(guard: Guard, password: str, source: str = STRANGER) -> int:
    """The status of a call with this password, that asked for a fresh nonce."""
    headers = (("to", "<sip:support@acd>"), ("contact", "<sip:pbx@192.0.2.1>"))
    asked = guard.verdict(Message("INVITE sip:support@acd SIP/2.0", headers, ""), source)
    if asked is None or asked.code != 401:
        return asked.code if asked else 0
    proof = ("authorization", credentials(asked.headers[0], password=password))
    message = Message("INVITE sip:support@acd SIP/2.0", (*headers, proof), "")
    verdict = guard.verdict(message, source)
    return verdict.code if verdict else 0


def test_who_is_let_in_by_a_password_vouches_for_nobody() -> None:
    said = (
        ("from", "<sip:pbx@acd>"), ("p-asserted-identity", "<sip:+33199005678@acd>"),
        ("diversion", "<sip:600@acd>"), ("x-customer", "42"),
    )  # fmt: skip
    message = Message("INVITE sip:support@acd SIP/2.0", said, "")
    guard = Guard(INSIDE, {"pbx": "secret"})
    assert guard.believed(message, "10.0.0.5").headers == said
    assert guard.believed(message, STRANGER).headers == said[:1]


def test_who_guesses_is_not_listened_to_for_a_while() -> None:
    guard = Guard((), {"pbx": "secret"})
    assert tried(guard, "secret") == 0
    assert [tried(guard, "guess") for _ in range(guesses._MOST)] == [401] * guesses._MOST
    assert tried(guard, "secret") == 403
    assert tried(guard, "secret", "192.0.2.2") == 0


def test_guesses_are_forgotten() -> None:
    clock = [0.0]
    many = Guesses(now=lambda: clock[0])
    for _ in range(guesses._MOST):
        many.add(STRANGER)
    assert many.are_too_many(STRANGER)
    clock[0] += guesses._WITHIN_S + 1
    assert not many.are_too_many(STRANGER)
    many.add(STRANGER)
    assert not many.are_too_many(STRANGER)


def test_no_more_guessers_are_remembered_than_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guesses, "_SOURCES", 3)
    many = Guesses()
    for source in range(5):
        many.add(str(source))
    assert len(many._since) == 3

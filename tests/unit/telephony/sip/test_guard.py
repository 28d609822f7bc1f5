"""What is answered before it becomes a call."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from acd.telephony.sip.guard import Guard
from acd.telephony.sip.message import Message
from acd.telephony.sip.sdp import SINK

INSIDE = (IPv4Network("10.0.0.0/8"),)


def code(
    method: str = "INVITE", *, source: str = "10.0.0.5", is_open: bool = True, **headers: str
) -> int:
    given = {
        "to": "<sip:support@acd>", "contact": "<sip:pbx@10.0.0.5>",
        "content-type": "application/sdp",
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    body = given.pop("body", SINK)
    message = Message(f"{method} sip:support@acd SIP/2.0", tuple(given.items()), body)
    verdict = Guard(INSIDE).verdict(message, source, is_open=is_open)
    return verdict.code if verdict else 0


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (0, {}),
        (0, {"require": "timer"}),
        (0, {"body": ""}),
        (403, {"source": "192.0.2.1"}),
        (403, {"source": "2001:db8::1"}),
        (481, {"to": "<sip:support@acd>;tag=1"}),
        (200, {"method": "OPTIONS"}),
        (503, {"method": "OPTIONS", "is_open": False}),
        (405, {"method": "SUBSCRIBE"}),
        (420, {"require": "timer, 100rel"}),
        (483, {"max_forwards": "0"}),
        (400, {"contact": ""}),
        (415, {"content_type": "text/plain"}),
        (488, {"body": "v=0\r\n"}),
        (422, {"session_expires": "89;refresher=uac"}),
        (422, {"session_expires": "soon"}),
        (503, {"is_open": False}),
    ],
)
def test_verdicts(expected: int, given: dict[str, str]) -> None:
    assert code(**given) == expected  # type: ignore[arg-type]


def test_refusals_are_counted() -> None:
    guard = Guard(())
    message = Message("INVITE sip:x SIP/2.0", (("to", "<sip:x>"),), "")
    for _ in range(2):
        guard.verdict(message, "10.0.0.5", is_open=True)
    assert guard.refused == {403: 2}

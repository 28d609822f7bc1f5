"""SIP messages of a telephone for tests, as text."""

from __future__ import annotations

import secrets

from acd.telephony.sip.message import Message
from tests.peers.phone_call import PhoneCall


def request(
    call: PhoneCall,
    method: str,
    body: str,
    headers: tuple[str, ...],
    *,
    number: int,
    branch: str,
    contact: str,
) -> str:
    """A request of ours in a dialog, or the one that begins it."""
    here = f"{call.phone.host}:{call.phone.port}"
    branch = branch or f"z9hG4bK{secrets.token_hex(6)}"
    lines = [
        f"{method} {call.remote_uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {here};branch={branch}",
        *(f"Route: {route}" for route in call.routes),
        "Max-Forwards: 70",
        f"From: {call.local}",
        f"To: {call.remote}",
        f"Call-ID: {call.call_id}",
        f"CSeq: {number} {method}",
        f"Contact: {contact}",
        *headers,
    ]
    return _ended(lines, body)


def answer(
    message: Message, code: int, body: str, headers: tuple[str, ...], *, to: str, contact: str
) -> str:
    """An answer of ours to a request."""
    lines = [
        f"SIP/2.0 {code} Whatever",
        *(f"Via: {via}" for via in message.all("via")),
        *(f"Record-Route: {route}" for route in message.all("record-route")),
        f"From: {message.header('from')}",
        f"To: {to}",
        f"Call-ID: {message.header('call-id')}",
        f"CSeq: {message.header('cseq')}",
        f"Contact: {contact}",
        *headers,
    ]
    return _ended(lines, body)


def _ended(lines: list[str], body: str) -> str:
    kind = ["Content-Type: application/sdp"] if body else []
    return "\r\n".join([*lines, *kind, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body

"""What is read of a message, and what is none."""

from __future__ import annotations

import pytest

from acd.telephony.sip.message import Malformed, name_of, read, user_of

INVITE = (
    b"INVITE sip:%2B33199001234@acd SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1\r\n"
    b'f: "Zo\xc3\xab \\"the\\" caller" <sip:+33199005678;phone-context=x@pbx>;tag=7\r\n'
    b"t: <sip:support@acd>\r\n"
    b"i: 1@pbx\r\n"
    b"CSeq: 1 INVITE\r\n"
    b"X-Customer: folded\r\n  twice\r\n"
    b"k: timer, 100rel;q=1\r\n"
    b"l: 4\r\n\r\nv=0\n"
)


def test_a_message_is_read() -> None:
    message = read(INVITE)
    assert (message.method, message.called, message.is_answer) == ("INVITE", "+33199001234", False)
    assert message.header("call-id") == "1@pbx"
    assert message.header("x-customer") == "folded twice"
    assert message.words("supported") == ["timer", "100rel"]
    assert message.body == "v=0\n"
    assert not message.in_dialog
    assert user_of(message.header("from")) == "+33199005678"
    assert name_of(message.header("from")) == 'Zoë "the" caller'


def test_an_answer_is_of_what_was_asked() -> None:
    answer = read(INVITE.replace(b"INVITE sip:%2B33199001234@acd SIP/2.0", b"SIP/2.0 180 Ringing"))
    assert (answer.is_answer, answer.method) == (True, "INVITE")


@pytest.mark.parametrize(
    ("address", "user", "name"),
    [
        ("<sip:anna@10.0.0.5:5060>;tag=1", "anna", ""),
        ("sip:anna@10.0.0.5", "anna", ""),
        ("Anna <sips:anna@pbx>", "anna", "Anna"),
        ("<tel:+33199001234;ext=1>", "+33199001234", ""),
        ("nonsense", "", ""),
        ('"\u202eannA\u2066\t" <sip:an%0Ana@pbx>', "anna", "annA"),
    ],
)
def test_addresses(address: str, user: str, name: str) -> None:
    assert (user_of(address), name_of(address)) == (user, name)


ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00"
"""What Python, and the stack with it, takes for the end of a line, and is none in SIP."""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"INVITE sip", b"INVITE  sip"),
        (b"t: <sip:support@acd>\r\n", b""),
        (b"CSeq: 1 INVITE", b"CSeq: 1 BYE"),
        (b"CSeq: 1 INVITE", b"CSeq: x INVITE"),
        (b"CSeq: 1 INVITE", b"CSeq: 4294967296 INVITE"),
        (b"l: 4", b"l: 5"),
        (b"l: 4", b"l: -1"),
        (b"i: 1@pbx", b"no header"),
        (b"Zo\xc3\xab", b"Zo\xeb"),
        (b"CSeq: 1 INVITE", "CSeq: ² INVITE".encode()),
        *((b"Zo\xc3\xab", f"Zo{end}P-Asserted-Identity: <sip:x@y>".encode()) for end in ENDS),
    ],
)
def test_what_is_no_message(old: bytes, new: bytes) -> None:
    assert old in INVITE
    with pytest.raises(Malformed):
        read(INVITE.replace(old, new))

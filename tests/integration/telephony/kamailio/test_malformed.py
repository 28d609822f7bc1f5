"""What is no SIP, or no call: refused and counted before the nodes."""

from __future__ import annotations

from tests.integration.telephony.kamailio.edge_calls import GOOD, SDP, URI, Nodes
from tests.peers.kamailio import Edge
from tests.peers.wire import Wire

MALFORMED = {
    "no-version": (" SIP/2.0\r\nVia", "\r\nVia"),
    "other-version": ("example SIP/2.0", "example SIP/7.0"),
    "no-call-id": ("Call-ID: m{n}\r\n", ""),
    "no-cseq": ("CSeq: 1 INVITE\r\n", ""),
    "no-from": ("From: <sip:x@example.com>;tag=1\r\n", ""),
    "no-to": ("To: <sip:support@acd.example>\r\n", ""),
    "no-via": ("Via: SIP/2.0/UDP {place};branch=z9hG4bK{n}\r\n", ""),
    "cseq-of-another": ("CSeq: 1 INVITE", "CSeq: 1 BYE"),
    "cseq-too-large": ("CSeq: 1 ", "CSeq: 36893488147419103232 "),
    "cseq-no-number": ("CSeq: 1 ", "CSeq: one "),
    "length-too-long": ("Content-Length: 0", "Content-Length: 9999"),
    "length-negative": ("Content-Length: 0", "Content-Length: -999"),
    "scheme": ("INVITE sip:", "INVITE nobodyknows:"),
    "uri-in-brackets": (f"INVITE {URI}", f"INVITE <{URI}>"),
    "uri-with-blanks": (f"INVITE {URI}", "INVITE sip:sup port@acd.example; lr"),
    "from-unclosed": ("<sip:x@example.com>;tag=1", '"Quote <sip:x@example.com>;tag=1'),
    "to-uri": ("<sip:support@acd.example>\r\nCall", "<sip:@:::>\r\nCall"),
    "contact-unclosed": ("Contact: <sip:x@{place}>", "Contact: <sip:x@{place}"),
    "proxy-require": ("Max-Forwards: 70", "Max-Forwards: 70\r\nProxy-Require: nothingSupportsThis"),
    "two-tags": ("<sip:x@example.com>;tag=1", "<sip:x@example.com>;tag=1;tag=2"),
    "no-colon": ("Contact: <sip:x@{place}>", "Contact <sip:x@{place}>"),
    "binary": ("Call-ID: m{n}", "Call-ID: m\x00\x01\x02{n}"),
    "binary-user": ("sip:x@example", "sip:x\x07@example"),
    "noise": (GOOD, "\x80\x00\x12\x34" * 40),
    "half": (GOOD, GOOD[:70]),
}


def test_malformed_messages_are_refused_and_counted_and_reach_no_node(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    for number, (old, new) in enumerate(MALFORMED.values()):
        assert old in GOOD
        text = GOOD.replace(old, new).format(place=trunk.place, n=number)
        trunk.put(text.encode("latin-1"), edge.public)
    # one that is right comes after them: whatever went before has been dealt with
    trunk.request("INVITE", URI, edge.public, call="good", body=SDP)
    assert nodes[0].hears("INVITE").one("Call-ID") == "good"
    nodes[1].hears_nothing("INVITE", 0.1)
    told = [edge.refused("malformed"), edge.refused("no_sip"), edge.counted("core_err_requests")]
    # what breaks off in a header is counted by the header
    assert (sum(told), edge.counted("core_bad_msg_hdr") > 0) == (len(MALFORMED) - 1, True), told


def test_too_large_or_strange_bodies(edge: Edge, trunk: Wire, nodes: Nodes) -> None:
    trunk.request("INVITE", URI, edge.public, call="c1", body=SDP + "a=x\r\n" * 2000)
    assert trunk.hears("SIP/2.0 513")
    trunk.put(
        GOOD.replace("Content-Length: 0", "Content-Type: text/html\r\nContent-Length: 4").format(
            place=trunk.place, n=1
        )
        + "<p/>",
        edge.public,
    )
    assert trunk.hears("SIP/2.0 415")
    trunk.request("REGISTER", URI, edge.public, call="c3")
    assert "INVITE" in trunk.hears("SIP/2.0 405").one("Allow")
    assert (edge.refused("too_large"), edge.refused("body")) == (1, 1)
    nodes[0].hears_nothing("INVITE", 0.1)

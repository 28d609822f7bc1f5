"""What stands before the nodes on the internet: who gets through, what is refused and counted."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.kamailio import FLOOD, Edge, running_edge
from tests.peers.wire import Heard, Stream, Wire, credentials, routes

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 7000 RTP/AVP 0\r\n"
)
URI = "sip:support@acd.example"

Nodes = tuple[Wire, Wire]


def rings(edge: Edge, caller: Wire, node: Wire, *, call: str = "c1") -> tuple[Heard, Heard]:
    """A call that a node answers: its INVITE as the node had it, the 200 as the caller had it."""
    caller.request("INVITE", URI, edge.public, call=call, body=SDP)
    invite = node.hears("INVITE")
    node.answer(invite, "200 OK", edge.private)
    ok = caller.hears("SIP/2.0 200")
    acknowledges(edge, caller, ok, call=call)
    node.hears("ACK")
    return invite, ok


def acknowledges(edge: Edge, caller: Wire, ok: Heard, *, call: str) -> None:
    tag = ok.one("To").partition("tag=")[2]
    route = routes(ok, reverse=True)
    caller.request("ACK", ok.contact, edge.public, call=call, tag=tag, headers=route)


def node_says(
    method: str, edge: Edge, node: Wire, invite: Heard, *, contact: str = "", number: int = 1
) -> None:
    """A later request of the node's in the call that this INVITE began, to its caller."""
    lines = (
        f"{method} {contact or invite.contact} SIP/2.0",
        f"Via: SIP/2.0/UDP {node.place};branch=z9hG4bK{method}{number}",
        "Max-Forwards: 70",
        f"From: {invite.one('To')};tag={node.tag}",
        f"To: {invite.one('From')}",
        f"Call-ID: {invite.one('Call-ID')}",
        f"CSeq: {number} {method}",
        f"Contact: <sip:acd@{node.place}>",
        *routes(invite, reverse=False),
        "Content-Length: 0",
    )
    node.put("\r\n".join((*lines, "", "")), edge.private)


def test_a_call_goes_to_a_node_and_back_and_neither_sees_behind(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    node = nodes[0]
    invite, ok = rings(edge, trunk, node)
    for seen, hidden in ((ok, node.place), (ok, edge.private[0]), (invite, trunk.place)):
        assert hidden not in seen.replace(seen.one("From"), "")
    tag = invite.one("From").partition("tag=")[2]
    node_says("BYE", edge, node, invite)
    bye = trunk.hears("BYE")
    assert tag in bye.one("To")
    trunk.answer(bye, "200 OK", edge.public)
    assert node.hears("SIP/2.0 200").one("CSeq") == "1 BYE"
    assert edge.counted("acd_edge_calls", way="in") == 1


def test_a_node_that_is_away_is_passed_over_and_its_calls_go_to_another(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    first, second = nodes
    _, ok = rings(edge, trunk, first)
    first.close()
    for call in ("c2", "c3", "c4"):
        trunk.request("INVITE", URI, edge.public, call=call, body=SDP)
        invite = second.hears("INVITE")
        assert invite.one("Call-ID") == call
        second.answer(invite, "486 Busy Here", edge.private)
        assert trunk.hears("SIP/2.0 486")
    tag = ok.one("To").partition("tag=")[2]
    route = routes(ok, reverse=True)
    trunk.request("BYE", ok.contact, edge.public, call="c1", tag=tag, number=2, headers=route)
    bye = second.hears("BYE")
    second.answer(bye, "200 OK", edge.private)
    assert trunk.hears("SIP/2.0 200").one("CSeq") == "2 BYE"


def test_a_node_that_is_full_is_passed_over_and_stays(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    first, second = nodes
    for call in ("c1", "c2"):
        trunk.request("INVITE", URI, edge.public, call=call, body=SDP)
        one, other = (first, second) if call == "c1" else (second, first)
        one.answer(one.hears("INVITE"), "503 Service Unavailable", edge.private)
        other.answer(other.hears("INVITE"), "486 Busy Here", edge.private)
        assert trunk.hears("SIP/2.0 486")
    # an answer that is no 503 is the caller's: the call is in a line once
    trunk.request("INVITE", URI, edge.public, call="c3", body=SDP)
    first.answer(first.hears("INVITE"), "500 Server Internal Error", edge.private)
    assert trunk.hears("SIP/2.0 500")
    second.hears_nothing("INVITE", 0.1)


def test_without_a_node_the_caller_is_told_to_come_back(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    for node in nodes:
        node.close()
    trunk.request("INVITE", URI, edge.public, call="c1", body=SDP)
    assert trunk.hears("SIP/2.0 503")


def test_nobody_reaches_anybody_else_through_it(
    edge: Edge, trunk: Wire, stranger: Wire, nodes: Nodes
) -> None:
    rings(edge, trunk, nodes[0])
    there = f"sip:+2525551234@{trunk.place}"
    route = (f"Route: <sip:{edge.public[0]}:{edge.public[1]};lr>",)
    stranger.request("INVITE", there, edge.public, call="c2", tag="x", headers=route, body=SDP)
    assert stranger.hears("SIP/2.0 403")
    assert edge.refused("no_call") == 1
    trunk.hears_nothing("INVITE", 0.2)


class TestStrangers:
    def test_learn_nothing(self, edge: Edge, stranger: Wire, nodes: Nodes) -> None:
        stranger.request("OPTIONS", URI, edge.public, call="c1")
        stranger.hears_nothing("SIP")
        assert edge.refused("stranger") == 1
        stranger.request("INVITE", URI, edge.public, call="c2", body=SDP)
        assert stranger.hears("SIP/2.0 401")
        nodes[0].hears_nothing("INVITE", 0.2)

    def test_get_through_with_a_password_that_is_good_once(
        self, edge: Edge, stranger: Wire, nodes: Nodes
    ) -> None:
        stranger.request("INVITE", URI, edge.public, call="c1", body=SDP)
        challenge = stranger.hears("SIP/2.0 401")
        proof = credentials(challenge, name="office", password="s3cret", method="INVITE", uri=URI)
        claims = (
            "P-Asserted-Identity: <sip:+33199001234@acd.example>",
            "X-Customer: vip",
            "Diversion: <sip:+33199001235@acd.example>",
        )
        stranger.request(
            "INVITE", URI, edge.public, call="c1", number=2, body=SDP, headers=(proof, *claims)
        )
        invite = nodes[0].hears("INVITE")
        for name in ("Authorization", "P-Asserted-Identity", "X-Customer", "Diversion"):
            assert not invite.all(name), name
        nodes[0].answer(invite, "486 Busy Here", edge.private)
        assert stranger.hears("SIP/2.0 486")
        stranger.request(
            "INVITE", URI, edge.public, call="again", number=3, body=SDP, headers=(proof,)
        )
        assert stranger.hears("SIP/2.0 401")

    @pytest.mark.parametrize("over", ["udp", "tcp"])
    def test_behind_a_router_are_reached_where_they_are(
        self, edge: Edge, stranger: Wire, nodes: Nodes, over: str
    ) -> None:
        if over == "tcp":
            stranger.close()
            stranger = Stream(stranger.host, edge.public)
        stranger.claims = "192.168.1.20:5062"
        node = nodes[0]
        stranger.request("INVITE", URI, edge.public, call="c1", body=SDP)
        challenge = stranger.hears("SIP/2.0 401")
        proof = credentials(challenge, name="office", password="s3cret", method="INVITE", uri=URI)
        stranger.request(
            "INVITE", URI, edge.public, call="c1", number=2, body=SDP, headers=(proof,)
        )
        invite = node.hears("INVITE")
        node.answer(invite, "200 OK", edge.private)
        acknowledges(edge, stranger, stranger.hears("SIP/2.0 200"), call="c1")
        node.hears("ACK")

        node_says("INVITE", edge, node, invite)
        again = stranger.hears("INVITE")
        assert again.first.split()[1].startswith(f"sip:peer@{stranger.claims}")
        stranger.answer(again, "200 OK", edge.public)
        ok = node.hears("SIP/2.0 200")
        node_says("ACK", edge, node, invite, contact=ok.contact)
        stranger.hears("ACK")
        node_says("BYE", edge, node, invite, contact=ok.contact, number=2)
        stranger.answer(stranger.hears("BYE"), "200 OK", edge.public)
        assert node.hears("SIP/2.0 200").one("CSeq") == "2 BYE"
        stranger.close()

    def test_who_guess_are_counted_and_no_longer_heard(self, edge: Edge, stranger: Wire) -> None:
        stranger.request("INVITE", URI, edge.public, call="c0", body=SDP)
        challenge = stranger.hears("SIP/2.0 401")
        wrong = credentials(challenge, name="office", password="x", method="INVITE", uri=URI)
        for number in range(20):
            stranger.request(
                "INVITE", URI, edge.public, call=f"c{number}", body=SDP, headers=(wrong,)
            )
            assert stranger.hears("SIP/2.0 401")
        stranger.request("INVITE", URI, edge.public, call="last", body=SDP)
        stranger.hears_nothing("SIP")
        assert edge.refused("password") == 20
        assert edge.refused("guessing") == 1

    def test_who_flood_are_not_heard_for_a_while_and_trunks_are(
        self, edge: Edge, stranger: Wire, trunk: Wire, nodes: Nodes
    ) -> None:
        for number in range(4 * FLOOD):
            stranger.request("INVITE", URI, edge.public, call=f"f{number}", body=SDP)
        deadline = time.monotonic() + 5
        while not edge.refused("banned"):
            assert time.monotonic() < deadline
        assert edge.refused("flood") >= 1
        rings(edge, trunk, nodes[0])


def test_calls_out_go_to_trunks_and_nowhere_else(
    edge: Edge, trunk: Wire, stranger: Wire, nodes: Nodes
) -> None:
    node = nodes[0]
    node.request("INVITE", f"sip:+33639981234@{trunk.place}", edge.private, call="o1", body=SDP)
    invite = trunk.hears("INVITE")
    trunk.answer(invite, "486 Busy Here", edge.public)
    assert node.hears("SIP/2.0 486")
    node.request("INVITE", f"sip:+33639981234@{stranger.place}", edge.private, call="o2", body=SDP)
    assert node.hears("SIP/2.0 403")
    assert edge.refused("no_trunk") == 1
    assert edge.counted("acd_edge_calls", way="out") == 1


GOOD = (
    f"INVITE {URI} SIP/2.0\r\nVia: SIP/2.0/UDP {{place}};branch=z9hG4bK{{n}}\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:x@example.com>;tag=1\r\nTo: <sip:support@acd.example>\r\n"
    "Call-ID: m{n}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@{place}>\r\nContent-Length: 0\r\n\r\n"
)
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


def test_a_cancel_that_overtakes_its_invite_is_heard_when_it_comes_again(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    branch = "z9hG4bKfirst"
    trunk.request("CANCEL", URI, edge.public, call="c1", branch=branch)
    trunk.hears_nothing("SIP", 0.2)
    trunk.request("INVITE", URI, edge.public, call="c1", branch=branch, body=SDP)
    invite = nodes[0].hears("INVITE")
    nodes[0].answer(invite, "180 Ringing", edge.private)
    trunk.hears("SIP/2.0 180")
    trunk.request("CANCEL", URI, edge.public, call="c1", branch=branch)
    assert trunk.hears("SIP/2.0 200").one("CSeq") == "1 CANCEL"
    nodes[0].answer(nodes[0].hears("CANCEL"), "200 OK", edge.private)
    nodes[0].answer(invite, "487 Request Terminated", edge.private)
    assert trunk.hears("SIP/2.0 487")


def test_a_cancel_after_the_200_leaves_the_call(edge: Edge, trunk: Wire, nodes: Nodes) -> None:
    branch = "z9hG4bKfirst"
    trunk.request("INVITE", URI, edge.public, call="c1", branch=branch, body=SDP)
    nodes[0].answer(nodes[0].hears("INVITE"), "200 OK", edge.private)
    ok = trunk.hears("SIP/2.0 200")
    trunk.request("CANCEL", URI, edge.public, call="c1", branch=branch)
    acknowledges(edge, trunk, ok, call="c1")
    nodes[0].hears("ACK")
    nodes[0].hears_nothing("CANCEL", 0.2)


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


def test_a_trunk_over_ipv6_reaches_a_node_over_ipv4(
    tmp_path: Path, peer: Callable[[str], Path], nodes: Nodes
) -> None:
    program, places = peer("kamailio"), [nodes[0].place]
    trunk = Wire("::1")
    with running_edge(
        program, tmp_path, places, node_s=0.4, public=trunk.host, trunk=trunk.host
    ) as edge:
        invite, _ = rings(edge, trunk, nodes[0])
        node_says("BYE", edge, nodes[0], invite)
        trunk.answer(trunk.hears("BYE"), "200 OK", edge.public)
        assert nodes[0].hears("SIP/2.0 200").one("CSeq") == "1 BYE"
    trunk.close()


def test_it_speaks_tls(edge: Edge) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(edge.tls, 5, source_address=("127.0.0.3", 0)) as plain,
        context.wrap_socket(plain) as line,
    ):
        place = "127.0.0.3:5061"
        text = GOOD.replace("INVITE", "OPTIONS").replace("UDP", "TLS").format(place=place, n=1)
        line.sendall(text.encode())
        assert line.recv(4096).startswith(b"SIP/2.0 200")
        assert line.version() in {"TLSv1.2", "TLSv1.3"}


def test_known_scanners_are_not_answered(edge: Edge, trunk: Wire) -> None:
    agent = ("User-Agent: friendly-scanner",)
    trunk.request("OPTIONS", URI, edge.public, call="c1", headers=agent)
    trunk.hears_nothing("SIP")
    assert edge.refused("scanner") == 1

"""What stands before the nodes on the internet: where calls go, and nobody sees behind it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from tests.integration.telephony.kamailio.edge_calls import (
    GOOD,
    SDP,
    URI,
    Nodes,
    acknowledges,
    node_says,
    rings,
)
from tests.peers.kamailio import Edge, running_edge
from tests.peers.wire import Wire, routes


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


def test_where_all_nodes_are_full_the_caller_is_told_to_come_back(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    trunk.request("INVITE", URI, edge.public, call="c1", body=SDP)
    for node in nodes:
        node.answer(node.hears("INVITE"), "503 Service Unavailable", edge.private)
    assert trunk.hears("SIP/2.0 503").one("Retry-After") == "5"


def test_without_a_node_the_caller_is_told_to_come_back(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    for node in nodes:
        node.close()
    trunk.request("INVITE", URI, edge.public, call="c1", body=SDP)
    assert trunk.hears("SIP/2.0 503")


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

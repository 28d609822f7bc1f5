"""Who is neither trunk nor node: without a password they reach nobody, and learn nothing."""

from __future__ import annotations

import time

import pytest

from acd.telephony.sip.message import read
from tests.integration.telephony.kamailio.edge_calls import (
    GOOD,
    SDP,
    URI,
    Nodes,
    acknowledges,
    node_says,
    rings,
)
from tests.peers.kamailio import FLOOD, Edge
from tests.peers.wire import Stream, Wire, credentials


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


@pytest.mark.parametrize("tag", ["tag=x", "TAG=x", "tag = x", 'tag=x;y=">"'])
def test_who_says_that_a_call_is_up_is_believed_nothing(
    edge: Edge, stranger: Wire, nodes: Nodes, tag: str
) -> None:
    claims = (
        f"Route: <sip:{edge.public[0]}:{edge.public[1]};lr>\r\n"
        "P-Asserted-Identity: <sip:+33199001234@acd.example>\r\nX-Customer: vip\r\n"
    )
    text = GOOD.format(place=stranger.place, n=1).replace("Contact:", f"{claims}Contact:")
    text = text.replace(URI, f"sip:support@{nodes[0].place}", 1)
    stranger.put(text.replace("acd.example>\r\nCall", f"acd.example>;{tag}\r\nCall"), edge.public)
    heard = nodes[0].hears("INVITE")
    assert not heard.all("P-Asserted-Identity")
    assert not heard.all("X-Customer")
    assert read(heard.encode()).in_dialog, "a node would take it for a new call"


def test_the_address_of_a_node_alone_makes_nobody_one(
    edge: Edge, trunk: Wire, nodes: Nodes
) -> None:
    nodes[0].request("INVITE", f"sip:+2525551234@{trunk.place}", edge.public, call="c1", body=SDP)
    assert nodes[0].hears("SIP/2.0 401")
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

"""Calls before and behind what stands before the nodes, message by message."""

from __future__ import annotations

from tests.peers.kamailio import Edge
from tests.peers.wire import Heard, Wire, routes

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 7000 RTP/AVP 0\r\n"
)
URI = "sip:support@acd.example"

GOOD = (
    f"INVITE {URI} SIP/2.0\r\nVia: SIP/2.0/UDP {{place}};branch=z9hG4bK{{n}}\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:x@example.com>;tag=1\r\nTo: <sip:support@acd.example>\r\n"
    "Call-ID: m{n}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@{place}>\r\nContent-Length: 0\r\n\r\n"
)
"""An INVITE as text: whose place it says it is from, and the how manieth it is."""

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

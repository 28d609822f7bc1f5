"""A dialog as it is written down, and made again of that. In the stack's thread."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sippy.MsgBody import MsgBody
from sippy.Network_server import Remote_address
from sippy.SipCallId import SipCallId
from sippy.SipFrom import SipFrom
from sippy.SipRecordRoute import SipRecordRoute
from sippy.SipRequest import SipRequest
from sippy.SipTo import SipTo
from sippy.SipTransactionManager import RINGING
from sippy.SipURL import SipURL
from sippy.Time.MonoTime import MonoTime

from acd.telephony.sip.ledger import ARRIVING, CALLING, LEAVING, UP
from acd.telephony.sip.sdp import later
from acd.telephony.sip.session import Session

if TYPE_CHECKING:
    from acd.telephony.sip.ledger import Record
    from acd.telephony.sip.stack.leg import Leg
    from acd.telephony.sip.stack.transactions import Transactions

_SECRETS: Final = re.compile(
    r"^(?:Proxy-)?Authorization:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)
_JUMP: Final = 100
"""How far numbers of ours jump: further than any that was lost. Gaps are allowed."""


def stage(leg: Leg) -> str:
    """How far a dialog has come; empty when nothing of it need be kept."""
    name = type(leg.state).__name__
    if name == "UaStateDead":
        return ""
    if leg.isConnected():
        if leg.bye_received:
            return LEAVING
        return UP if leg.acknowledged or leg.origin != "caller" else ARRIVING
    if name in {"UasStateTrying", "UasStateRinging"}:
        return ARRIVING
    if name in {"UacStateIdle", "UacStateTrying", "UacStateRinging", "UacStateCancelling"}:
        return CALLING
    return LEAVING if leg.connect_ts is not None and not leg.bye_received else ""


def record(leg: Leg) -> Record | None:
    """All that another process needs, as text as it is on the wire; None when it is over."""
    how_far = stage(leg)
    if not how_far:
        return None
    here = _here(leg)

    def wire(thing: Any) -> str | None:
        return None if thing is None else str(thing.localStr(here))

    (host, port), transport = leg.rAddr
    updating = type(leg.state).__name__
    # a change that is half done: what was agreed before it
    ours = leg.agreed[0] if updating == "UacStateUpdating" else leg.lSDP
    theirs = leg.agreed[1] if updating == "UasStateUpdating" else leg.rSDP
    session = leg.session
    return {
        "call": leg.call, "call_id": str(leg.cId),
        "stage": how_far, "called_us": leg.origin == "caller",
        "local": wire(leg.lUri), "remote": wire(leg.rUri), "target": wire(leg.rTarget),
        "routes": [wire(route) for route in leg.routes or ()],
        "address": [host, int(port), str(transport)], "user": leg.lContact.getUrl().username,
        "our_number": leg.lCSeq, "their_number": leg.rCSeq, "ours": wire(ours),
        "theirs": wire(theirs), "answered": leg.answered,
        "invite": "" if how_far == UP else leg.invited,
        "source": leg.source, "via": leg.outbound_proxy and list(leg.outbound_proxy),
        "session": session and [session.interval_s, session.is_ours, session.is_agreed],
    }  # fmt: skip


def without_secrets(invite: str) -> str:
    """An INVITE as it may be written down."""
    return _SECRETS.sub("", invite)


def revive(leg: Leg, kept: Record) -> None:
    """Make a dialog that is up go on."""
    _name(leg, kept)
    leg.rTarget = SipURL(kept["target"])
    leg.routes = [_parsed(SipRecordRoute, route) for route in kept["routes"]]
    leg.rAddr = leg.rAddr0 = _address(kept)
    leg.lCSeq = kept["our_number"] + _JUMP
    # their last request may come again: it is answered again
    leg.rCSeq = None if kept["their_number"] is None else kept["their_number"] - 1
    leg.lSDP = MsgBody(kept["ours"]) if kept["ours"] else None
    leg.said = later(kept["ours"] or "", _JUMP)
    leg.rSDP = MsgBody(kept["theirs"]) if kept["theirs"] else None
    leg.answered = leg.acknowledged = True
    leg.setup_ts = leg.connect_ts = MonoTime()
    leg.changeState((leg.UaStateConnected,))
    leg.transactions.regConsumer(leg, kept["call_id"])
    if kept["session"]:
        leg.session = Session(*kept["session"])
        leg.keep_alive()


def revive_calling(leg: Leg, kept: Record) -> None:
    """Our INVITE is out: hanging up then sends the right CANCEL, or BYE if it is answered yet."""
    manager = leg.transactions
    request = SipRequest(kept["invite"])
    _name(leg, kept)
    leg.rAddr = leg.rAddr0 = _address(kept)
    request.setTarget((tuple(kept["via"]), leg.rAddr[1]) if kept["via"] else leg.rAddr)
    leg.rTarget = request.getRURI().getCopy()
    leg.routes = []
    number = request.getHFBody("cseq").getCSeqNum()
    leg.lCSeq = number + 1
    leg.reqs[number] = request
    leg.lSDP = request.getBody()
    leg.setup_ts = MonoTime()
    leg.invited = kept["invite"]
    leg.changeState((leg.UacStateTrying,))
    manager.regConsumer(leg, kept["call_id"])
    manager.mute = True
    try:
        leg.tr = manager.newTransaction(request, resp_cb=leg.recvResponse, cb_ifver=2)
        leg.tr.req_extra_headers = None
    finally:
        manager.mute = False
    leg.tr.teA.cancel()
    leg.tr.teA = None
    leg.tr.state = RINGING  # it need not be repeated, and may be cancelled at once


def replay(manager: Transactions, kept: Record) -> None:
    """Hear their INVITE once more: what is answered then has the right branch and number."""
    source = Remote_address((kept["source"][0], kept["source"][1]), "udp")
    manager.mute = bool(kept["answered"])  # no 100 after a 200
    try:
        server = manager.l4r.getServer(source.address)
        manager.handleIncoming(kept["invite"].encode(), source, server, MonoTime())
    finally:
        manager.mute = False


def _name(leg: Leg, kept: Record) -> None:
    leg.origin = "caller" if kept["called_us"] else "callee"
    leg.cId = SipCallId(kept["call_id"])
    leg.lUri = _parsed(SipFrom, kept["local"])
    leg.rUri = _parsed(SipTo, kept["remote"])
    leg.lTag = leg.lUri.getTag()
    leg.lContact.getUrl().username = kept["user"]


def _parsed(kind: Any, text: str) -> Any:
    header = kind(text)
    header.parse()
    return header


def _address(kept: Record) -> Any:
    host, port, transport = kept["address"]
    return (host, port), transport  # tuples: lists make sippy's socket raise


def _here(leg: Leg) -> Any:
    return leg.transactions.l4r.getServer(leg.rAddr[0]).getSIPaddr()

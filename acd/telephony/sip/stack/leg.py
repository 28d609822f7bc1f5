"""sippy's user agent, mended, and what it tells in our own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventRing,
    CCEventTry,
    CCEventUpdate,
)
from sippy.MsgBody import MsgBody
from sippy.SipContact import SipContact
from sippy.SipHeader import SipHeader
from sippy.SipReason import SipReason
from sippy.Time.Timeout import Timeout
from sippy.UA import UA

from acd.telephony.sip.events import (
    Acknowledged,
    Asked,
    DialogEvent,
    Over,
    PickedUp,
    Pressed,
    Rang,
    Refused,
)
from acd.telephony.sip.guard import ALLOWED
from acd.telephony.sip.ledger import DIALOG
from acd.telephony.sip.sdp import again
from acd.telephony.sip.session import Session, called
from acd.telephony.sip.stack.keeping import record, stage

if TYPE_CHECKING:
    from collections.abc import Callable

_PENDING: Final = 491
_SOON_S: Final = 5.0
_INFO_KEY: Final = re.compile(r"^Signal\s*=\s*([0-9*#A-D])|^([0-9*#A-D])\s*$", re.MULTILINE)
_TAKEN: Final = "taken"


class Leg(UA):  # type: ignore[misc] # sippy has no types
    """One end of a call, in the stack's thread. `tell` hears what becomes of it."""

    lSDP: Any  # noqa: N815 - sippy's name
    rSDP: Any  # noqa: N815 - sippy's name
    rCSeq: Any  # noqa: N815 - sippy's name

    def __init__(self, settings: Any, tell: Callable[[DialogEvent], None], **given: Any) -> None:
        super().__init__(settings, self._heard, **given)
        self.lContact = SipContact()
        self.lContact.address.name = None  # sippy writes `Anonymous` there
        self.session: Session | None = None
        """How long it goes on without a word; set before the first 200."""
        self._session_timer: Any = None
        self._is_refreshing = False
        self.acknowledged = False
        """Whether our 200 to the first INVITE arrived."""
        self.bye_received = False
        self._tell = tell
        self.agreed: tuple[Any, Any] = (None, None)
        """Ours and theirs, before a change that is under way."""
        self.answered = False
        """Whether our 200 to the first INVITE is, or is about to be, on its way."""
        self.invited = ""
        """The first INVITE as text, theirs or ours, until it is answered."""
        self.source: list[Any] = []
        """Where theirs came from."""

    # what asyncio asks for

    def invite(
        self, caller: str, display: str, called: str, sdp: str, headers: tuple[str, ...]
    ) -> None:
        event = CCEventTry((None, caller, called, MsgBody(sdp), None, display or None))
        event.extra_headers = tuple(_headers(headers))
        self.recvEvent(event)

    def ring(self, code: int, sdp: str) -> None:
        reason = "Ringing" if code == 180 else "Session Progress"  # noqa: PLR2004 - SIP's own
        self.recvEvent(CCEventRing((code, reason, MsgBody(sdp) if sdp else None)))

    def accept(self, sdp: str) -> None:
        """Answer an INVITE with 200: the first, or the one that `Asked` told of."""
        self.recvEvent(CCEventConnect((200, "OK", MsgBody(sdp))))

    def refuse(self, code: int, reason: str, headers: tuple[str, ...]) -> None:
        event = CCEventFail((code, reason))
        event.extra_headers = tuple(_headers(headers))
        self.recvEvent(event)

    def update(self, sdp: str) -> None:
        """Ask the other end to change: ends in `PickedUp`, `Refused` or `Over`."""
        if type(self.state) is not self.UaStateConnected:
            self._tell(Refused(_PENDING, "Request Pending"))  # sippy would drop it in silence
            return
        self.agreed = (self.lSDP, self.rSDP)
        self.recvEvent(CCEventUpdate(MsgBody(sdp)))

    def hang_up(self, reason: str) -> None:
        """End it, whatever its state; again changes nothing."""
        if self.state is None or self.isDead() or self.disconnect_ts is not None:
            return
        event = CCEventDisconnect()
        if reason == _TAKEN:  # so that a desk phone counts no missed call (RFC 3326)
            event.reason_rfc3326 = SipReason(
                protocol="SIP", cause=200, reason="Call completed elsewhere"
            )
        self.recvEvent(event)

    # the session

    def keep_alive(self) -> None:
        """A word was exchanged: the interval begins anew."""
        if self._session_timer is not None:
            self._session_timer.cancel()
            self._session_timer = None
        if self.session is not None and self.isConnected():
            self._session_timer = Timeout(self._wake, self.session.wakes_after_s)

    def _wake(self) -> None:
        self._session_timer = None
        if self.session is None or not self.isConnected():
            return
        if not self.session.is_ours:
            self._tell(Over("session expired", 408))
            self.hang_up("")
        elif type(self.state) is self.UaStateConnected and self.lSDP is not None:
            self._is_refreshing = True
            self.agreed = (self.lSDP, self.rSDP)
            event = CCEventUpdate(MsgBody(again(_text(self.lSDP))))
            event.extra_headers = tuple(_headers(self.session.request))
            self.recvEvent(event)
        else:
            self._session_timer = Timeout(self._wake, _SOON_S)

    def changeState(self, newstate: Any) -> None:  # noqa: N802
        super().changeState(newstate)
        if self.isConnected():
            return
        self.keep()  # a CANCEL comes no other way
        if self._session_timer is not None:
            self._session_timer.cancel()
            self._session_timer = None

    # what sippy says

    def _heard(self, event: Any, _: Any) -> None:
        said = event.getData()
        match event:
            case CCEventRing() if said[0] > 100:  # noqa: PLR2004 - 100 says nothing
                self._tell(Rang(said[0]))
            case CCEventConnect() | CCEventFail() if self._is_refreshing:
                self._is_refreshing = False  # nobody asked for it; what was refused is as before
            case CCEventConnect():
                self._tell(PickedUp(_text(said[2])))
            case CCEventUpdate():
                self._tell(Asked(_text(said)))
            case CCEventFail():
                self._tell(Refused(int(said[0]), str(said[1])))
            case CCEventDisconnect():
                self._tell(Over(str(event.reason_rfc3326 or "")))

    def recvRequest(self, req: Any, sip_t: Any) -> Any:  # noqa: N802
        method = req.getMethod()
        number = req.getHFBody("cseq").getCSeqNum()
        if method not in {"INVITE", "BYE"} and (self.rCSeq is None or number > self.rCSeq):
            self.rCSeq = number  # sippy's own states leave these unanswered, or do too much
            return self._other(method, req), None, None
        if method == "BYE":
            self.bye_received = True
            self.keep()  # before our 200 lets the other end forget the call
        if method == "INVITE" and self.isConnected():
            self._follow(req)
            if type(self.state) is self.UaStateConnected:
                self.agreed = (self.lSDP, self.rSDP)
                if req.getBody() is None:
                    return self._offer_first(req)
        kept = self.rSDP
        answered = super().recvRequest(req, sip_t)
        if self.isConnected() and self.rSDP is None:
            self.rSDP = kept
        if method == "INVITE":
            self.keep_alive()
        self.keep()
        return answered

    def _other(self, method: str, req: Any) -> Any:
        """The answer to a request in a dialog that is neither INVITE nor BYE."""
        if method == "INFO":
            found = _INFO_KEY.search(_text(req.getBody()))
            if found:
                self._tell(Pressed(found[1] or found[2]))
            return req.genResponse(200, "OK")
        if method == "OPTIONS":
            answer = req.genResponse(200, "OK")
        elif method == "REFER":  # who waits or talks is ours to hand on, not the PBX's
            answer = req.genResponse(603, "Decline")
        else:
            answer = req.genResponse(405, "Method Not Allowed")
        answer.appendHeader(SipHeader(f"Allow: {ALLOWED}"))
        return answer

    def _offer_first(self, req: Any) -> Any:
        """A re-INVITE that leaves the offer to us: what we last said, and no hold as sippy does."""
        self.rCSeq = req.getHFBody("cseq").getCSeqNum()
        self.uasResp = req.genResponse(100, "Trying")
        self.transactions.sendResponse(self.uasResp)
        self.sendUasResponse(200, "OK", self.lSDP, (self.lContact,))

    @property
    def transactions(self) -> Any:
        return self.global_config["_sip_tm"]

    def sendUasResponse(  # noqa: N802
        self,
        scode: int,
        reason: str,
        body: Any = None,
        contacts: Any = None,
        extra_headers: Any = None,
        ack_wait: bool = False,
    ) -> None:
        response = self.uasResp.getCopy()
        response.setSCode(scode, reason)
        response.setBody(body)
        for contact in contacts or ():
            response.appendHeader(SipHeader(name="contact", body=contact))
        if scode == 200:  # noqa: PLR2004 - OK
            response.appendHeader(SipHeader(f"Allow: {ALLOWED}"))
            response.appendHeaders(_headers(self.session.answer if self.session else ()))
        response.appendHeaders(list(extra_headers or ()))
        if 200 <= scode < 300:  # noqa: PLR2004
            self.answered = True
            self.keep()  # before anybody can rely on it
        # sippy itself tells nobody of an ACK after a plain 200
        self.transactions.sendResponse(
            response, ack_cb=self._acked if 200 <= scode < 300 else None  # noqa: PLR2004
        )  # fmt: skip

    def _acked(self, request: Any) -> None:
        body = request.getBody()
        if body is not None:
            self.rSDP = body.getCopy()
        self.acknowledged = True
        self.keep_alive()
        self.keep()
        self._tell(Acknowledged(_text(body)))

    def recvResponse(self, resp: Any, tr: Any) -> None:  # noqa: N802
        connected, kept = self.isConnected(), self.rSDP
        code = resp.getSCode()[0]
        is_invite = resp.getHFBody("cseq").getCSeqMethod() == "INVITE"
        if connected and is_invite and 200 <= code < 300:  # noqa: PLR2004
            self._follow(resp)
        super().recvResponse(resp, tr)
        if is_invite and 200 <= code < 300:  # noqa: PLR2004
            if not connected:
                self.session = called(self.transactions.message, self.transactions.session_s)
            self.keep_alive()
        if self.isConnected():  # a refused re-INVITE leaves nothing agreed, and the next one fails
            if self.lSDP is None:
                self.lSDP = self.agreed[0]
            if self.rSDP is None:
                self.rSDP = kept
        self.keep()

    # keeping

    def keep(self) -> None:
        """Write down how it stands, or that it is over."""
        ledger = self.transactions.ledger
        if ledger is None or self.cId is None:
            return
        if stage(self):
            ledger.write(f"{DIALOG}{self.lTag}", record(self))
        else:
            ledger.drop(f"{DIALOG}{self.lTag}")

    def recvEvent(self, event: Any) -> None:  # noqa: N802
        super().recvEvent(event)
        self.keep()

    def newUacTransaction(self, req: Any, **given: Any) -> None:  # noqa: N802
        if not self.isConnected():
            # as it is on the wire, with its branch, and before it is there
            place = self.transactions.l4r.getServer(self.rAddr[0]).getSIPaddr()
            self.invited = req.localStr(place)
            self.keep()
        super().newUacTransaction(req, **given)

    def newTransaction(self, req: Any, *given: Any, **more: Any) -> Any:  # noqa: N802
        if req.getMethod() == "BYE":
            more.setdefault("resp_cb", self._bye_answered)
        return super().newTransaction(req, *given, **more)

    def _bye_answered(self, response: Any) -> None:
        ledger = self.transactions.ledger
        if ledger is not None and response.getSCode()[0] >= 200:  # noqa: PLR2004
            ledger.drop(f"{DIALOG}{self.lTag}")

    def _follow(self, message: Any) -> None:
        """The other end is reached where it says now (RFC 3261, 12.2): sippy never looks."""
        if message.countHFs("contact") and not message.getHFBody("contact").asterisk:
            self.rTarget = message.getHFBody("contact").getUrl().getCopy()
            if not self.routes:
                self.rAddr = self.rTarget.getTAddr()


def _headers(lines: tuple[str, ...]) -> list[Any]:
    return [SipHeader(line) for line in lines]


def _text(body: Any) -> str:
    return "" if body is None else str(body)

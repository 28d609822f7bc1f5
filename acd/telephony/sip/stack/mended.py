"""sippy's user agent, mended: what it forgets, drops or leaves unanswered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sippy.SipContact import SipContact
from sippy.SipHeader import SipHeader
from sippy.UA import UA

from acd.telephony.sip.events import Acknowledged, Pressed
from acd.telephony.sip.guard import ALLOWED
from acd.telephony.sip.session import called

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.events import DialogEvent
    from acd.telephony.sip.session import Session

_INFO_KEY: Final = re.compile(r"^Signal\s*=\s*([0-9*#A-D])|^([0-9*#A-D])\s*$", re.MULTILINE)


class Mended(UA):  # type: ignore[misc] # sippy has no types
    """Its own methods in their own names; what they call for is `Leg`'s."""

    lSDP: Any  # noqa: N815 - sippy's name
    rSDP: Any  # noqa: N815 - sippy's name
    rCSeq: Any  # noqa: N815 - sippy's name

    def __init__(
        self,
        settings: Any,
        heard: Callable[[Any, Any], None],
        tell: Callable[[DialogEvent], None],
        **given: Any,
    ) -> None:
        super().__init__(settings, heard, **given)
        self.lContact = SipContact()
        self.lContact.address.name = None  # sippy writes `Anonymous` there
        self.tell = tell
        self.session: Session | None = None
        """How long it goes on without a word; set before the first 200."""
        self.agreed: tuple[Any, Any] = (None, None)
        """Ours and theirs, before a change that is under way."""
        self.answered = False
        """Whether our 200 to the first INVITE is, or is about to be, on its way."""
        self.acknowledged = False
        """Whether it arrived."""
        self.bye_received = False

    @property
    def transactions(self) -> Any:
        return self.global_config["_sip_tm"]

    def keep(self) -> None:
        """Write down how it stands."""
        raise NotImplementedError

    def keep_alive(self) -> None:
        """A word was exchanged."""
        raise NotImplementedError

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
                if req.getBody() is None and number > (self.rCSeq or 0):
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
            found = _INFO_KEY.search(text(req.getBody()))
            if found:
                self.tell(Pressed(found[1] or found[2]))
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
            response.appendHeaders(as_headers(self.session.answer if self.session else ()))
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
        self.tell(Acknowledged(text(body)))

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

    def _follow(self, message: Any) -> None:
        """The other end is reached where it says now (RFC 3261, 12.2): sippy never looks."""
        if message.countHFs("contact") and not message.getHFBody("contact").asterisk:
            self.rTarget = message.getHFBody("contact").getUrl().getCopy()
            if not self.routes:
                self.rAddr = self.rTarget.getTAddr()


def as_headers(lines: tuple[str, ...]) -> list[Any]:
    """As sippy has them."""
    return [SipHeader(line) for line in lines]


def text(body: Any) -> str:
    """A body, or empty."""
    return "" if body is None else str(body)

"""sippy's user agent, mended: what it forgets, drops or leaves unanswered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sippy.SipContact import SipContact
from sippy.SipHeader import SipHeader
from sippy.UA import UA

from acd.telephony.sip.events import Acknowledged, Asked, Over, Pressed
from acd.telephony.sip.guard import ALLOWED
from acd.telephony.sip.sdp import audio, is_usable
from acd.telephony.sip.session import (
    SUPPORTED,
    TOO_SHORT,
    called,
    called_by,
    is_too_short,
    least,
)
from acd.telephony.sip.stack.eased import ease_leg

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.events import DialogEvent
    from acd.telephony.sip.session import Session

_CHALLENGES: Final = {401: "www-authenticate", 407: "proxy-authenticate"}
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
        self.awaits_ack = False
        """Whether any 200 of ours did not arrive yet."""
        self.bye_received = False
        self._proved_bye = False

    @property
    def transactions(self) -> Any:
        return self.global_config["_sip_tm"]

    def keep(self) -> None:
        """Write down how it stands."""
        raise NotImplementedError

    def keep_alive(self) -> None:
        """A word was exchanged."""
        raise NotImplementedError

    def hang_up(self, reason: str) -> None:
        """End it."""
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
        kept, was_up = self.rSDP, self.isConnected()
        if method == "INVITE" and was_up and number > (self.rCSeq or 0):
            refusal = self._refusal(req)
            if refusal is not None:
                self.rCSeq = number  # all else is as it was agreed
                return refusal, None, None
            if type(self.state) is self.UaStateConnected:
                self._follow(req)
                self.agreed = (self.lSDP, self.rSDP)
                self.session = called_by(self.transactions.message, self.transactions.session_s)
                if req.getBody() is None:
                    return self._offer_first(req)
        answered = super().recvRequest(req, sip_t)
        if self.isConnected() and self.rSDP is None:
            self.rSDP = kept
        if method == "INVITE":
            ease_leg(self)
            self.keep_alive()
            if isinstance(answered, tuple) and answered[1] is not None:
                took_back = self._took_back if was_up else answered[1]
                answered = (answered[0], took_back, self._not_acknowledged)
        self.keep()
        return answered

    def _not_acknowledged(self) -> None:
        """Our 200 was said for 32 seconds: whether it arrived is not known (RFC 3261, 13.3.1.4)."""
        if self.isConnected() and self.awaits_ack:
            self.tell(Over("not acknowledged", 408))
            self.disconnect()

    def _refusal(self, req: Any) -> Any:
        """The answer to a change that they may not ask for, or not now."""
        if type(self.state) is self.UasStateUpdating:  # RFC 3261, 14.2
            answer = req.genResponse(500, "Server Internal Error")
            answer.appendHeader(SipHeader("Retry-After: 2"))
        elif self.transactions.session_s and is_too_short(self.transactions.message):
            answer = req.genResponse(*TOO_SHORT)
            answer.appendHeader(SipHeader(least()))
        else:
            answer = None
        return answer

    def _took_back(self, _: Any, __: Any) -> None:
        """Their re-INVITE is cancelled: all is as it was agreed, where sippy would hang up."""
        if type(self.state) is not self.UasStateUpdating:
            return
        self.lSDP, self.rSDP = self.agreed
        self.changeState((self.UaStateConnected,))
        self.keep()
        # who is changing the audio changes it back; that answer goes nowhere
        self.tell(Asked(audio(text(self.rSDP))))

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
            self.answered = self.awaits_ack = True
            self.keep()  # before anybody can rely on it
        # sippy itself tells nobody of an ACK after a plain 200
        self.transactions.sendResponse(
            response, ack_cb=self._acked if 200 <= scode < 300 else None  # noqa: PLR2004
        )  # fmt: skip

    def _acked(self, request: Any) -> None:
        body = request.getBody()
        lacks_answer = self.rSDP is None and not is_usable(text(body))
        if body is not None:
            self.rSDP = body.getCopy()
        self.acknowledged, self.awaits_ack = True, False
        self.keep_alive()
        self.keep()
        if lacks_answer:  # we had to speak first, and they do not say where they hear
            self.tell(Over("unusable", 488))
            self.hang_up("unusable")
        else:
            self.tell(Acknowledged(audio(text(body))))

    def recvResponse(self, resp: Any, tr: Any) -> None:  # noqa: N802
        connected, kept = self.isConnected(), self.rSDP
        code = resp.getSCode()[0]
        is_invite = resp.getHFBody("cseq").getCSeqMethod() == "INVITE"
        if connected and is_invite and 200 <= code < 300:  # noqa: PLR2004
            self._follow(resp)
        super().recvResponse(resp, tr)
        if is_invite and 200 <= code < 300:  # noqa: PLR2004
            ease_leg(self)
            self.session = called(self.transactions.message, self.transactions.session_s)
            self.keep_alive()
        if self.isConnected():  # a refused re-INVITE leaves nothing agreed, and the next one fails
            if self.lSDP is None:
                self.lSDP = self.agreed[0]
            if self.rSDP is None:
                self.rSDP = kept
        self.keep()

    def genRequest(  # noqa: N802
        self,
        method: str,
        body: Any = None,
        cqop: Any = None,
        extra_headers: Any = None,
        max_forwards: Any = None,
    ) -> Any:
        if method == "INVITE" and self.transactions.session_s:
            lines = self.session.request if self.session else (SUPPORTED,)
            extra_headers = (*as_headers(lines), *(extra_headers or ()))
        return super().genRequest(method, body, cqop, extra_headers, max_forwards)

    def proved_bye(self, response: Any) -> bool:
        """Whether a BYE was answered by asking for the password, and goes out again with it."""
        name = _CHALLENGES.get(response.getSCode()[0])
        if name is None or self._proved_bye or self.username is None:
            return False
        for challenge in response.getHFBodys(name):
            supported, qop = challenge.supportedAlgorithm()
            if supported:
                self._proved_bye = True
                self.newTransaction(self.genRequest("BYE", cqop=(challenge, qop)))
                return True
        return False

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

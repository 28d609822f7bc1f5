"""One end of a call: what asyncio asks of it, what it tells, how it is kept."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventRedirect,
    CCEventRing,
    CCEventTry,
    CCEventUpdate,
)
from sippy.MsgBody import MsgBody
from sippy.SipReason import SipReason
from sippy.Time.Timeout import Timeout

from acd.telephony.sip.events import (
    Asked,
    DialogEvent,
    Over,
    PickedUp,
    Rang,
    Refused,
)
from acd.telephony.sip.ledger import DIALOG
from acd.telephony.sip.sdp import audio, beside, following
from acd.telephony.sip.stack.keeping import record, without_secrets
from acd.telephony.sip.stack.mended import Mended, as_headers, text

if TYPE_CHECKING:
    from collections.abc import Callable

_PENDING: Final = 491
_NOT_THERE: Final = frozenset({408, 481})
"""The answers to a request that end its dialog (RFC 3261, 12.2.1.2)."""
_SOON_S: Final = 5.0
_GLARE_S: Final = (2.1, 4.0)
"""How long to wait after a 491: as who began the call (RFC 3261, 14.1)."""
_ACK_S: Final = 32.0
"""After that nobody acknowledges any more."""
_REASONS: Final = {
    # so that a desk phone counts no missed call (RFC 3326)
    "taken": (200, "Call completed elsewhere"),
    "unusable": (488, "Not Acceptable Here"),
}


class Leg(Mended):
    """One end of a call, in the stack's thread. `tell` hears what becomes of it."""

    def __init__(self, settings: Any, tell: Callable[[DialogEvent], None], **given: Any) -> None:
        super().__init__(settings, self._heard, tell, **given)
        self.call = ""
        """The interaction it is of."""
        self.invited = ""
        """The first INVITE as text, theirs or ours, but for what proves a password."""
        self.source: list[Any] = []
        """Where theirs came from."""
        self.said = ""
        """Our last description: the next one of this dialog follows it."""
        self._session_timer: Any = None
        self._leave_timer: Any = None
        self._is_refreshing = False
        self._refused = 0
        """How a refresh was refused: when the dialog is over next, that is why."""
        self._leaves: str | None = None
        """Why it is hung up once they have our 200."""

    # what asyncio asks for

    def invite(
        self, caller: str, display: str, called: str, sdp: str, headers: tuple[str, ...]
    ) -> None:
        self.said = sdp
        event = CCEventTry((None, caller, called, MsgBody(sdp), None, display or None))
        event.extra_headers = tuple(as_headers(headers))
        self.recvEvent(event)

    def ring(self, code: int, sdp: str) -> None:
        reason = "Ringing" if code == 180 else "Session Progress"  # noqa: PLR2004 - SIP's own
        self.recvEvent(CCEventRing((code, reason, self._told(sdp, self.rSDP) if sdp else None)))

    def accept(self, sdp: str) -> None:
        """Answer an INVITE with 200: the first, or the one that `Asked` told of."""
        if self._is_asked:
            self.recvEvent(CCEventConnect((200, "OK", self._told(sdp, self.rSDP))))

    def refuse(self, code: int, reason: str, headers: tuple[str, ...]) -> None:
        if not self._is_asked:
            return  # it was taken back meanwhile, and sippy would hang up
        event = CCEventFail((code, reason))
        event.extra_headers = tuple(as_headers(headers))
        self.recvEvent(event)

    def update(self, sdp: str) -> None:
        """Ask the other end to change: ends in `PickedUp`, `Refused` or `Over`."""
        if type(self.state) is not self.UaStateConnected:
            self.tell(Refused(_PENDING, "Request Pending"))  # sippy would drop it in silence
            return
        self.agreed = (self.lSDP, self.rSDP)
        self.recvEvent(CCEventUpdate(self._told(sdp, self.said)))

    def hang_up(self, reason: str) -> None:
        """End it, whatever its state; again changes nothing."""
        if self.state is None or self.isDead() or self.disconnect_ts is not None:
            return
        if self._is_asked and not self.isConnected():
            # sippy's own 500 has proxies try elsewhere, and the caller queue twice
            self.refuse(480, "Temporarily Unavailable", ("Reason: Q.850;cause=20",))
        elif self.awaits_ack:  # a BYE comes after it (RFC 3261, 15)
            if self._leaves is None:
                self._leaves = reason
                self._leave_timer = Timeout(self._leave, _ACK_S)
        else:
            self._disconnect(reason)

    def close(self) -> None:
        """Nothing more is said or heard: whom we wait for an ACK of is hung up on now."""
        self._leave()
        self._stop_timers()

    def _leave(self) -> None:
        if self._leaves is not None and self.disconnect_ts is None:
            self._disconnect(self._leaves)

    def _disconnect(self, reason: str) -> None:
        event = CCEventDisconnect()
        if reason in _REASONS:
            code, words = _REASONS[reason]
            event.reason_rfc3326 = SipReason(protocol="SIP", cause=code, reason=words)
        self.recvEvent(event)

    @property
    def _is_asked(self) -> bool:
        """Whether an INVITE of theirs waits for its answer."""
        asked = (self.UasStateTrying, self.UasStateRinging, self.UasStateUpdating)
        return isinstance(self.state, asked)

    def _told(self, sdp: str, shape: Any) -> Any:
        """What this dialog is told of our audio, as what follows what it was told before.

        `shape` is what is answered, or what we said: it has as many lines.
        """
        self.said = following(beside(sdp, text(shape)), self.said)
        return MsgBody(self.said)

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
            self.tell(Over("session expired", 408))
            self.hang_up("")
        else:
            self.refresh()

    def refresh(self) -> None:
        """Say again what we said: the session goes on, and is reached where we are now.

        Of a refusal nobody is told; when the other end has no such dialog, or says nothing, it is
        over.
        """
        if not self.isConnected():
            return
        if type(self.state) is not self.UaStateConnected or self.lSDP is None:
            self._session_timer = Timeout(self.refresh, _SOON_S)
            return
        self._is_refreshing, self._refused = True, 0
        self.agreed = (self.lSDP, self.rSDP)
        # the same version of the same (RFC 4028, 7.4), of which sippy itself would say nothing
        self.newUacTransaction(self.genRequest("INVITE", self.lSDP))
        self.changeState((self.UacStateUpdating,))
        self.keep()

    def _refreshed(self, code: int) -> None:
        """Who refused is there, and is asked again in its time; or the dialog is over."""
        self._is_refreshing = False
        self._refused = code if code in _NOT_THERE else 0
        if not self.isConnected():
            return
        if code == _PENDING:
            soon_s = random.uniform(*_GLARE_S)  # noqa: S311 - so that two do not meet again
            self._session_timer = Timeout(self.refresh, soon_s)
        elif self.session is not None:
            self._session_timer = Timeout(self._wake, self.session.wakes_after_s)

    def changeState(self, newstate: Any) -> None:  # noqa: N802
        super().changeState(newstate)
        if self.isConnected():
            return
        self.keep()  # a CANCEL comes no other way
        self._stop_timers()

    def _stop_timers(self) -> None:
        for timer in (self._session_timer, self._leave_timer):
            if timer is not None:
                timer.cancel()
        self._session_timer = self._leave_timer = None

    # what sippy says

    def _heard(self, event: Any, _: Any) -> None:
        said = event.getData()
        match event:
            case CCEventRing() if said[0] > 100:  # noqa: PLR2004 - 100 says nothing
                self.tell(Rang(said[0]))
            case CCEventConnect() if self._is_refreshing:
                self._is_refreshing = False
            case CCEventFail() | CCEventRedirect() if self._is_refreshing:
                self._refreshed(int(said[0]))
            case CCEventConnect():
                self.tell(PickedUp(audio(text(said[2]))))
            case CCEventUpdate():
                self.tell(Asked(audio(text(said))))
            case CCEventFail() | CCEventRedirect():  # whom they would have us call is not followed
                self.tell(Refused(int(said[0]), str(said[1])))
            case CCEventDisconnect():
                self.tell(Over(str(event.reason_rfc3326 or ""), self._refused))

    # keeping

    def keep(self) -> None:
        """Have written down how it stands, or that it is over, before anything is said."""
        if self.cId is not None:
            self.transactions.ahead.write(f"{DIALOG}{self.lTag}", partial(record, self))

    def recvEvent(self, event: Any) -> None:  # noqa: N802
        super().recvEvent(event)
        self.keep()

    def newUacTransaction(self, req: Any, **given: Any) -> None:  # noqa: N802
        if not self.isConnected():
            # as it is on the wire, with its branch, and before it is there
            place = self.transactions.l4r.getServer(self.rAddr[0]).getSIPaddr()
            self.invited = without_secrets(req.localStr(place))
            self.keep()
        super().newUacTransaction(req, **given)

    def newTransaction(self, req: Any, *given: Any, **more: Any) -> Any:  # noqa: N802
        if req.getMethod() == "BYE":
            more.setdefault("resp_cb", self._bye_answered)
        return super().newTransaction(req, *given, **more)

    def _bye_answered(self, response: Any) -> None:
        if response.getSCode()[0] < 200 or self.proved_bye(response):  # noqa: PLR2004
            return
        self.transactions.ahead.write(f"{DIALOG}{self.lTag}", lambda: None)

    def _acked(self, request: Any) -> None:
        super()._acked(request)
        self._leave()

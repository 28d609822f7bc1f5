"""Where requests come in and calls go out, in the stack's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from sippy.SipConf import SipConf
from sippy.SipHeader import SipHeader

from acd.telephony.sip.events import Over
from acd.telephony.sip.ledger import ARRIVING, CALLING, LEAVING, UP
from acd.telephony.sip.session import called_by
from acd.telephony.sip.stack.eased import OURS
from acd.telephony.sip.stack.keeping import replay, revive, revive_calling, without_secrets
from acd.telephony.sip.stack.leg import Leg
from acd.telephony.sip.stack.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.gateway import Destination, Place
    from acd.telephony.sip.guard import Verdict
    from acd.telephony.sip.ledger import Ledger, Record
    from acd.telephony.sip.message import Message
    from acd.telephony.sip.write_ahead import WriteAhead

_log = structlog.get_logger(__name__)

SipConf.my_uaname = "acd"
SipConf.my_address, SipConf.my_port, SipConf.my_transport = OURS


class Front:
    """One address on which SIP is spoken."""

    def __init__(
        self,
        place: Place,
        judge: Callable[[Message, str], Verdict | None],
        arrived: Callable[[Message, str], Dialog],
        ledger: Ledger | None,
        ahead: WriteAhead,
    ) -> None:
        """Args: judge answers a request at once or lets it pass; arrived makes it a dialog."""
        self._replayed: Dialog | None = None
        self._ahead = ahead
        self._judge = judge
        self._arrived = arrived
        self._transactions = Transactions(
            place.host,
            place.port,
            advertise=place.advertise,
            session_s=place.session_s,
            ledger=ledger,
            ahead=ahead,
            asked=self._asked,
        )

    def close(self) -> None:
        """Listen no more."""
        for leg in [one.cobj for some in self._consumers.values() for one in some]:
            leg.close()
        self._transactions.shutdown()

    def is_talking(self) -> bool:
        """Whether messages are on their way that somebody waits for."""
        return bool(self._transactions.tclient or self._transactions.tserver)

    def invite(self, dialog: Dialog, to: Destination, sdp: str) -> None:
        """Call somebody."""
        leg = Leg(
            self._transactions.settings,
            dialog.tell,
            ltag=dialog.key,
            nh_address=(to.host, to.port),
            username=to.name or None,
            password=to.secret or None,
        )
        leg.outbound_proxy = to.via
        dialog.bind(leg)
        leg.invite(to.caller, to.display, to.user, sdp, to.headers)

    def counts(self) -> dict[str, int]:
        """What is held, by kind."""
        held = self._transactions
        return {
            "client_transactions": len(held.tclient),
            "server_transactions": len(held.tserver),
            "dialogs": sum(len(some) for some in self._consumers.values()),
            "malformed": held.malformed,
        }

    def mute(self) -> None:
        """Say nothing any more: another node has the dialogs."""
        self._transactions.mute = True
        self._ahead.unsay()

    def knows(self, kept: Record) -> bool:
        """Whether a call that was only arriving came here by itself meanwhile."""
        return kept["stage"] == ARRIVING and kept["call_id"] in self._transactions.req_consumers

    def take_up(self, key: str, kept: Record, dialog: Dialog, *, moved: bool) -> str:
        """Make a dialog of a former life go on, or end it, as its stage demands.

        Answers the stage it is in then. `moved`: another node had it; an ACK that is still to come
        goes there, and is not waited for.
        """
        stage = str(kept["stage"])
        if moved and stage == ARRIVING and kept["answered"]:
            stage = UP
        where = {"nh_address": tuple(kept["address"][:2])} if stage == CALLING else {}
        leg = Leg(self._transactions.settings, dialog.tell, ltag=key, **where)
        dialog.bind(leg)
        if stage == ARRIVING:
            self._replayed = dialog
            try:
                replay(self._transactions, kept)
            finally:
                self._replayed = None
            if kept["answered"]:
                dialog.leg.accept(kept["ours"])
        elif stage == CALLING:
            revive_calling(leg, kept)
            leg.hang_up("")
        else:
            revive(leg, kept)
            if stage == LEAVING:
                leg.hang_up("")
            self._transactions.hear_parked(key)
        return stage

    def _asked(self, request: Any, transaction: Any, message: Message) -> Any:
        dialog = self._replayed
        if dialog is None:
            source = str(request.getSource()[0])
            verdict = self._judge(message, source)
            if verdict is not None:
                answer = request.genResponse(verdict.code, verdict.reason)
                answer.appendHeaders([SipHeader(line) for line in verdict.headers])
                return answer, None, None
            if self._is_twice(request):
                return request.genResponse(482, "Loop Detected"), None, None
            dialog = self._arrived(message, source)
        leg = Leg(self._transactions.settings, dialog.tell, ltag=dialog.key)
        leg.session = called_by(message, self._transactions.session_s)
        leg.invited = without_secrets(self._transactions.raw.decode())
        leg.source = list(request.getSource())
        dialog.bind(leg)
        self._transactions.call = leg.call
        try:
            return leg.recvRequest(request, transaction)
        except Exception:  # noqa: BLE001 - whatever it says: it is answered, and nothing kept
            _log.debug("sip.unreadable", exc_info=True)
            call_id = str(request.getHFBody("call-id"))
            if any(one.cobj is leg for one in self._consumers.get(call_id, ())):
                self._transactions.unregConsumer(leg, call_id)
            dialog.tell(Over("unreadable", 400))
            return request.genResponse(400, "Bad Request"), None, None

    def _is_twice(self, request: Any) -> bool:
        """Whether it came another way already, by a proxy that forks (RFC 3261, 8.2.2.2)."""
        tag, number = request.getHFBody("from").getTag(), request.getHFBody("cseq").getCSeqNum()
        legs = [one.cobj for one in self._consumers.get(str(request.getHFBody("call-id")), ())]
        return any(
            leg.rUri.getTag() == tag and leg.rCSeq == number and leg.disconnect_ts is None
            for leg in legs
        )

    @property
    def _consumers(self) -> Any:
        """What has the legs, by the Call-ID of their dialogs."""
        return self._transactions.req_consumers

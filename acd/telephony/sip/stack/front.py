"""Where requests come in and calls go out, in the stack's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sippy.SipConf import SipConf
from sippy.SipHeader import SipHeader

from acd.telephony.sip.session import SUPPORTED, called_by
from acd.telephony.sip.stack.leg import Leg
from acd.telephony.sip.stack.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.gateway import Destination, Place
    from acd.telephony.sip.guard import Verdict
    from acd.telephony.sip.message import Message

SipConf.my_uaname = "acd"


class Front:
    """One address on which SIP is spoken."""

    def __init__(
        self,
        place: Place,
        judge: Callable[[Message, str], Verdict | None],
        arrived: Callable[[Message], Dialog],
    ) -> None:
        """Args: judge answers a request at once or lets it pass; arrived makes it a dialog."""
        self._judge = judge
        self._arrived = arrived
        self._transactions = Transactions(
            place.host,
            place.port,
            advertise=place.advertise,
            session_s=place.session_s,
            asked=self._asked,
        )

    def close(self) -> None:
        """Listen no more."""
        self._transactions.shutdown()

    def is_talking(self) -> bool:
        """Whether messages are on their way that somebody waits for."""
        return bool(self._transactions.tclient or self._transactions.tserver)

    def invite(self, dialog: Dialog, to: Destination, sdp: str) -> None:
        """Call somebody."""
        leg = Leg(
            self._transactions.settings,
            dialog.tell,
            nh_address=(to.host, to.port),
            username=to.name or None,
            password=to.secret or None,
        )
        dialog.bind(leg)
        leg.invite(to.caller, to.display, to.user, sdp, (SUPPORTED, *to.headers))

    def counts(self) -> dict[str, int]:
        """What is held, by kind."""
        held = self._transactions
        return {
            "client_transactions": len(held.tclient),
            "server_transactions": len(held.tserver),
            "dialogs": sum(len(some) for some in held.req_consumers.values()),
            "malformed": held.malformed,
        }

    def _asked(self, request: Any, transaction: Any, message: Message) -> Any:
        verdict = self._judge(message, str(request.getSource()[0]))
        if verdict is not None:
            answer = request.genResponse(verdict.code, verdict.reason)
            answer.appendHeaders([SipHeader(line) for line in verdict.headers])
            return answer, None, None
        dialog = self._arrived(message)
        leg = Leg(self._transactions.settings, dialog.tell)
        leg.session = called_by(message, self._transactions.session_s)
        dialog.bind(leg)
        return leg.recvRequest(request, transaction)

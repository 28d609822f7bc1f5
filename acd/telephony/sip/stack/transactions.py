"""sippy's transactions, mended: no message that is none gets in, and no answer is lost."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, Final

import structlog
from sippy.SipRequest import SipRequest
from sippy.SipResponse import SipResponse
from sippy.SipTransactionManager import SipTransactionManager
from sippy.Time.MonoTime import MonoTime

from acd.telephony.sip import ladder
from acd.telephony.sip.ledger import DIALOG
from acd.telephony.sip.message import Malformed, Message, read
from acd.telephony.sip.stack.eased import ease_message
from acd.telephony.sip.stack.socket import Options, Socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.ledger import Ledger
    from acd.telephony.sip.write_ahead import WriteAhead

_log = structlog.get_logger(__name__)

_TAG: Final = re.compile(r">;tag=([^;\s]+)$")
_BRANCH: Final = re.compile(r";branch=([^;,\s]+)")
_PARKED: Final = 1000
"""The most requests that wait for their call to be taken over; the oldest make room."""


class _Silent:
    """Takes what sippy logs; the ladder is written by `Transactions`."""

    def write(self, *_: object, **__: object) -> None:
        """Of sippy."""


class Transactions(SipTransactionManager):  # type: ignore[misc]
    """Sends, repeats and matches messages on one address.

    `asked(request, transaction, message)` is called for each request outside of a dialog, and
    answers what sippy expects: a response, a callback for CANCEL, another for a missing ACK.
    """

    model_udp_server = (Socket, Options)
    provisional_retr = 55
    """How often we say that it still rings, in seconds: proxies give up after three minutes, and
    a minute is what RFC 3261 (13.3.1.1) asks for."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        advertise: str,
        session_s: int,
        ledger: Ledger | None,
        ahead: WriteAhead,
        asked: Callable[[Any, Any, Message], Any],
    ) -> None:
        """Args: session_s: the session timer preferred, 0: none. ledger: has others' dialogs."""
        if advertise:
            Socket.advertise[port] = bracketed(advertise)
        self.malformed = 0
        self.mute = False
        """Send nothing: what is said to the stack was answered in a former life."""
        self._parked: dict[str, tuple[bytes, Any, Any]] = {}
        self._asked = asked
        self.session_s = session_s
        self._ledger = ledger
        self.ahead = ahead
        self.message: Message | None = None
        """What is being handled."""
        self.raw = b""
        """The same, as it came."""
        self.call = ""
        """The interaction that begins with it; empty until there is one."""
        self._from: Any = None
        """Where it came from, until it is in the log."""
        where = {"_sip_address": bracketed(host), "_sip_port": port, "_sip_logger": _Silent()}
        where |= {"_sip_tm": self, "_ahead": ahead}
        with warnings.catch_warnings():  # it tries whether there is IPv6, and drops the socket
            warnings.simplefilter("ignore", ResourceWarning)
            super().__init__(where, self._new)

    @property
    def settings(self) -> Any:
        """What sippy's other parts are to be given."""
        return self.global_config

    def _new(self, request: Any, transaction: Any) -> Any:
        assert self.message is not None  # noqa: S101 - it is being handled
        return self._asked(request, transaction, self.message)

    def handleIncoming(self, data_in: bytes, ra: Any, server: Any, rtime: Any) -> None:  # noqa: N802
        """Of sippy: a datagram came."""
        if len(data_in.strip()) == 0:
            return  # somebody keeps a hole in a router open
        try:
            message = read(data_in)
        except Malformed as error:
            self.malformed += 1
            _log.debug("sip.malformed", source=ra.address[0], why=str(error))
            return
        self.message, self.raw, self.call, self._from = message, data_in, "", ra.address
        try:
            if message.is_answer and self._is_orphan(message, data_in, server):
                return
            if not message.is_answer and self._is_elsewhere(message):
                self._park(message, (data_in, ra, server))
                return
            super().handleIncoming(data_in, ra, server, rtime)
        except Exception:  # noqa: BLE001 - whatever a stranger sent, the next message is heard
            self.malformed += 1
            _log.debug("sip.unreadable", source=ra.address[0], exc_info=True)
        finally:
            self._write_heard()
            self.message = None

    def incomingRequest(self, msg: Any, checksum: Any, tids: Any, server: Any) -> None:  # noqa: N802
        """Of sippy: what came is a request."""
        ease_message(msg)
        name = msg.getTId(wBRN=True)
        is_new = name not in self.tserver
        try:
            super().incomingRequest(msg, checksum, tids, server)
        except Exception:
            if is_new:
                self._forget(name)
            raise
        if msg.getMethod() == "ACK" or (msg.getMethod() == "CANCEL" and is_new):
            # what it belongs to may come after it: the same once more is not passed over then
            self.l1rcache.pop(checksum, None)
        held = self.tserver.get(name)
        if msg.getMethod() != "INVITE" or held is None or held.teE is None:
            return
        if not msg.countHFs("expires"):  # sippy ends it after five minutes: they may wait longer
            held.teE.cancel()
            held.teE = None

    def _forget(self, name: Any) -> None:
        """Nobody will answer it: sippy would keep it for minutes."""
        held = self.tserver.pop(name, None)
        if held is not None:
            _stop_timers(held)
            held.cleanup()

    def transmitData(  # noqa: N802
        self, userv: Any, data: str, address: Any, cachesum: Any = None, lossemul: int = 0
    ) -> None:
        """Of sippy: send."""
        if self.mute:
            return
        if ladder.is_written():
            self._write_heard()
            said = ladder.parsed(data)
            if said is not None:
                ladder.rung(ladder.OUT, said, address, self._call_of(said))
        super().transmitData(userv, data, address, cachesum, lossemul)

    def _write_heard(self) -> None:
        """What is being handled, before what is said to it: only now it is known whose it is."""
        source, self._from = self._from, None
        if source is not None and self.message is not None and ladder.is_written():
            ladder.rung(ladder.IN, self.message, source, self._call_of(self.message))

    def _call_of(self, message: Message) -> str:
        """The interaction it is of; empty when that is none."""
        name = message.header("call-id")
        for consumer in self.req_consumers.get(name, ()):
            return str(consumer.cobj.call)
        heard = self.message
        return self.call if heard is not None and heard.header("call-id") == name else ""

    def cancelTransaction(self, t: Any, extra_headers: Any = None) -> None:  # noqa: N802
        """Of sippy: CANCEL, now or at the first sign of life; the latter would lose its headers."""
        if extra_headers is not None:
            t.cancel.appendHeaders(extra_headers)
        super().cancelTransaction(t)

    def shutdown(self) -> None:
        """Send and hear no more. sippy's own would let timers run into nothing."""
        self.ahead.flush()
        self.mute = True
        for held in (*self.tclient.values(), *self.tserver.values()):
            _stop_timers(held)
        self.cp_timer.cancel()
        self.l4r.shutdown()

    def _is_elsewhere(self, message: Message) -> bool:
        """Whether it is of a call of another node, that has not answered it.

        It is not ours to refuse: a 481 would end the call on that side.
        """
        if not message.in_dialog or self._ledger is None:
            return False
        known = message.header("call-id") in self.req_consumers
        return not known and self._ledger.is_elsewhere(f"{DIALOG}{message.to_tag}")

    def _park(self, message: Message, datagram: tuple[bytes, Any, Any]) -> None:
        """Keep it, in case that we take the call over in a moment."""
        if message.method == "ACK":
            return
        self._parked.pop(message.to_tag, None)
        self._parked[message.to_tag] = datagram
        if len(self._parked) > _PARKED:
            del self._parked[next(iter(self._parked))]

    def hear_parked(self, tag: str) -> None:
        """We have the dialog now: what was said in it meanwhile is heard."""
        datagram = self._parked.pop(tag, None)
        if datagram is not None:
            self.handleIncoming(*datagram, MonoTime())

    def _is_orphan(self, message: Message, data: bytes, server: Any) -> bool:
        """Whether it is a 2xx for an INVITE of a former life: it is acknowledged.

        Otherwise who sent it would hang up after 32 seconds. Late repetitions are such, too.
        """
        if message.method != "INVITE" or not message.first.startswith("SIP/2.0 2"):
            return False
        if _named(message) in self.tclient:
            return False
        answer = SipResponse(data.decode())
        if answer.getTId(True, True) in self.tclient:
            return False
        mine, theirs = answer.getHFBody("from").getTag(), answer.getHFBody("to").getTag()
        for consumer in self.req_consumers.get(str(answer.getHFBody("call-id")), ()):
            leg = consumer.cobj
            if (leg.lUri.getTag(), leg.rUri.getTag()) != (mine, theirs) or not leg.isConnected():
                continue
            ack = SipRequest(
                method="ACK", ruri=leg.rTarget, to=leg.rUri, fr0m=leg.lUri,
                cseq=answer.getHFBody("cseq").getCSeqNum(), callid=leg.cId, routes=leg.routes,
                target=leg.rAddr,
            )  # fmt: skip
            self.transmitMsg(server, ack, leg.rAddr[0], None)
            return True
        return False


def _named(answer: Message) -> tuple[Any, ...]:
    """The transaction it is of as sippy names it, where it is written as usual."""
    tag = _TAG.search(answer.header("from"))
    branch = _BRANCH.search(answer.header("via"))
    number = int(answer.header("cseq").partition(" ")[0])
    named = (tag and tag[1], number, answer.method, branch and branch[1])
    return (answer.header("call-id"), *named)


def bracketed(host: str) -> str:
    """As it stands in messages: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def _stop_timers(transaction: Any) -> None:
    for name in ("teA", "teB", "teC", "teD", "teE", "teF", "teG"):
        timer = getattr(transaction, name, None)
        if timer is not None:
            timer.cancel()

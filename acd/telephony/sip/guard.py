"""Which requests outside of a dialog are answered at once, and how. No I/O.

What passes is an INVITE of somebody who may call, that this server can take.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

from acd.telephony.sip import sdp
from acd.telephony.sip.digest import Digest, Proof
from acd.telephony.sip.guesses import Guesses
from acd.telephony.sip.session import SUPPORTED, TOO_SHORT, is_too_short, least

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from acd.telephony.sip.message import Message

_VOUCHED: Final = frozenset({"p-asserted-identity", "diversion"})
ALLOWED: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO"


class Closed(StrEnum):
    """Why no new call is taken."""

    DOWN = "down"
    """The media engine is away, or we are ending."""
    FULL = "full"
    """There are as many as may be."""
    OVERRUN = "overrun"
    """What is there is served late already."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer to a request; it went no further."""

    code: int
    reason: str
    headers: tuple[str, ...] = ()


UNAVAILABLE: Final = Verdict(503, "Service Unavailable", ("Retry-After: 5",))
"""Another node may take the call, or this one later."""


class Guard:
    """Who may call: from where, or with which password."""

    def __init__(
        self,
        networks: Collection[IPv4Network | IPv6Network],
        users: Mapping[str, str] | None = None,
        *,
        timers: bool = True,
    ) -> None:
        """Args: networks whose calls are taken as they are; users may call from anywhere else.

        timers: whether session timers are spoken here.
        """
        self._networks = networks
        self._digest = Digest(users) if users else None
        self._guesses = Guesses()
        self._timers = timers
        self.refused: dict[tuple[int, str], int] = {}
        """How often each status was the answer, and why: as `Closed` says, or for the `request`."""

    def verdict(
        self, message: Message, source: str, closed: Closed | None = None
    ) -> Verdict | None:
        """The answer, or None for an INVITE that is taken. `closed`: why none is."""
        verdict = self._verdict(message, source, closed)
        if verdict is not None and verdict.code >= 400:  # noqa: PLR2004 - a refusal
            self.count(verdict.code, closed if closed and verdict is UNAVAILABLE else "request")
        return verdict

    def count(self, status: int, reason: str) -> None:
        """It was the answer once more."""
        self.refused[status, reason] = self.refused.get((status, reason), 0) + 1

    def believed(self, message: Message, source: str) -> Message:
        """The same without what only an exchange that we know may say (RFC 3325, 9).

        Who proves to be a user says by that nothing about other people.
        """
        if self._knows(source):
            return message
        kept = tuple(
            (name, value)
            for name, value in message.headers
            if name not in _VOUCHED and not name.startswith("x-")
        )
        return replace(message, headers=kept)

    def _knows(self, source: str) -> bool:
        return any(_address(source) in network for network in self._networks)

    def _verdict(self, message: Message, source: str, closed: Closed | None) -> Verdict | None:
        known = self._knows(source)
        if not known and self._digest is None:
            return Verdict(403, "Forbidden")
        if message.in_dialog:
            return Verdict(481, "Call/Transaction Does Not Exist")
        if message.method == "OPTIONS":
            headers = (f"Allow: {ALLOWED}", "Accept: application/sdp")
            more = (SUPPORTED,) if self._timers else ()
            # who probes looks again in a minute; to be overrun is over in a second or two
            away = closed is Closed.DOWN
            return UNAVAILABLE if away else Verdict(200, "OK", (*headers, *more))
        if message.method != "INVITE":
            return Verdict(405, "Method Not Allowed", (f"Allow: {ALLOWED}",))
        if closed is not None:  # before all that costs more than this answer
            return UNAVAILABLE
        if not known and (asked := self._asked(message, source)) is not None:
            return asked
        return self._fits(message)

    def _asked(self, message: Message, source: str) -> Verdict | None:
        """Ask for the password, unless it came and is right."""
        assert self._digest is not None  # noqa: S101 - there are users
        if self._guesses.are_too_many(source):
            return Verdict(403, "Forbidden")
        given = message.header("authorization")
        proof = self._digest.proof(given, message.method, message.called, source)
        if proof is Proof.GOOD:
            return None
        if proof is Proof.WRONG:
            self._guesses.add(source)
        headers = self._digest.challenges(source, stale=proof is Proof.STALE)
        return Verdict(401, "Unauthorized", headers)

    def _fits(self, message: Message) -> Verdict | None:
        """What is wrong with an INVITE, if anything is."""
        understood = {"timer"} if self._timers else set()
        unknown = [word for word in message.words("require") if word not in understood]
        if unknown:
            return Verdict(420, "Bad Extension", (f"Unsupported: {', '.join(unknown)}",))
        if message.header("max-forwards") == "0":
            return Verdict(483, "Too Many Hops")
        if not message.header("contact"):
            return Verdict(400, "Missing Contact")
        return (self._timed(message) if self._timers else None) or _described(message)

    def _timed(self, message: Message) -> Verdict | None:
        """Whether its session timer is one that we keep."""
        interval = message.header("session-expires").partition(";")[0].strip()
        if interval and not interval.isdecimal():
            return Verdict(400, "Bad Session-Expires")
        if is_too_short(message):
            return Verdict(*TOO_SHORT, (least(),))
        return None


def _address(source: str) -> IPv4Address | IPv6Address:
    """Where it came from; the stack writes IPv6 in brackets."""
    return ip_address(source.strip("[]"))


def _described(message: Message) -> Verdict | None:
    if not message.body.strip():
        return None  # who calls leaves it to us to speak first
    kind = message.header("content-type").partition(";")[0].strip().lower()
    if kind != "application/sdp":
        return Verdict(415, "Unsupported Media Type", ("Accept: application/sdp",))
    return None if sdp.is_usable(message.body) else Verdict(488, "Not Acceptable Here")

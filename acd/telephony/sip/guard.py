"""Which requests outside of a dialog are answered at once, and how. No I/O.

What passes is an INVITE of somebody who may call, that this server can take.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

from acd.telephony.sip import sdp
from acd.telephony.sip.digest import Digest, Proof
from acd.telephony.sip.session import LEAST_S

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from acd.telephony.sip.message import Message

ALLOWED: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO"
_UNDERSTOOD: Final = frozenset({"timer"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer to a request; it went no further."""

    code: int
    reason: str
    headers: tuple[str, ...] = ()


class Guard:
    """Who may call: from where, or with which password."""

    def __init__(
        self,
        networks: Collection[IPv4Network | IPv6Network],
        users: Mapping[str, str] | None = None,
    ) -> None:
        """Args: networks whose calls are taken as they are; users may call from anywhere else."""
        self._networks = networks
        self._digest = Digest(users) if users else None
        self.refused: dict[int, int] = {}
        """How often each status was the answer."""

    def verdict(self, message: Message, source: str, *, is_open: bool) -> Verdict | None:
        """The answer, or None for an INVITE that is taken. `is_open`: whether calls are."""
        verdict = self._verdict(message, source, is_open=is_open)
        if verdict is not None and verdict.code >= 400:  # noqa: PLR2004 - a refusal
            self.refused[verdict.code] = self.refused.get(verdict.code, 0) + 1
        return verdict

    def _verdict(self, message: Message, source: str, *, is_open: bool) -> Verdict | None:
        known = any(ip_address(source) in network for network in self._networks)
        if not known and self._digest is None:
            return Verdict(403, "Forbidden")
        if message.in_dialog:
            return Verdict(481, "Call/Transaction Does Not Exist")
        if message.method == "OPTIONS":
            headers = (f"Allow: {ALLOWED}", "Accept: application/sdp", "Supported: timer")
            return Verdict(200, "OK", headers) if is_open else _unavailable()
        if message.method != "INVITE":
            return Verdict(405, "Method Not Allowed", (f"Allow: {ALLOWED}",))
        if not known and (asked := self._asked(message)) is not None:
            return asked
        return _fits(message) or (None if is_open else _unavailable())

    def _asked(self, message: Message) -> Verdict | None:
        """Ask for the password, unless it came and is right."""
        assert self._digest is not None  # noqa: S101 - there are users
        given = message.header("authorization")
        proof = self._digest.proof(given, message.method) if given else Proof.WRONG
        if proof is Proof.GOOD:
            return None
        headers = self._digest.challenges(stale=proof is Proof.STALE)
        return Verdict(401, "Unauthorized", headers)


def _fits(message: Message) -> Verdict | None:
    """What is wrong with an INVITE, if anything is."""
    unknown = [word for word in message.words("require") if word not in _UNDERSTOOD]
    if unknown:
        return Verdict(420, "Bad Extension", (f"Unsupported: {', '.join(unknown)}",))
    if message.header("max-forwards") == "0":
        return Verdict(483, "Too Many Hops")
    if not message.header("contact"):
        return Verdict(400, "Missing Contact")
    interval = message.header("session-expires").partition(";")[0].strip()
    if interval and (not interval.isdigit() or int(interval) < LEAST_S):
        return Verdict(422, "Session Interval Too Small", (f"Min-SE: {LEAST_S}",))
    return _described(message)


def _described(message: Message) -> Verdict | None:
    if not message.body.strip():
        return None  # who calls leaves it to us to speak first
    kind = message.header("content-type").partition(";")[0].strip().lower()
    if kind != "application/sdp":
        return Verdict(415, "Unsupported Media Type", ("Accept: application/sdp",))
    return None if sdp.is_usable(message.body) else Verdict(488, "Not Acceptable Here")


def _unavailable() -> Verdict:
    return Verdict(503, "Service Unavailable", ("Retry-After: 5",))

"""Which requests outside of a dialog are answered at once, and how. Pure.

What passes is an INVITE of somebody who may call, that this server can take.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

from acd.telephony.sip import sdp

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from acd.telephony.sip.message import Message

ALLOWED: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO"
_SUPPORTED: Final = frozenset({"timer"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer to a request; it went no further."""

    code: int
    reason: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Who may call: from where, or with which password. No networks means from everywhere."""

    networks: Collection[IPv4Network | IPv6Network] = ()
    users: Mapping[str, str] = field(default_factory=dict, repr=False)

    def verdict(self, message: Message, source: str, *, open_: bool) -> Verdict | None:
        """The answer, or None for an INVITE that is taken. `open_`: whether calls are."""
        if self.networks and not any(ip_address(source) in one for one in self.networks):
            return Verdict(403, "Forbidden")
        if message.in_dialog:
            return Verdict(481, "Call/Transaction Does Not Exist")
        if message.method == "OPTIONS":
            headers = (f"Allow: {ALLOWED}", "Accept: application/sdp", "Supported: timer")
            return Verdict(200, "OK", headers) if open_ else Verdict(503, "Service Unavailable")
        if message.method != "INVITE":
            return Verdict(405, "Method Not Allowed", (f"Allow: {ALLOWED}",))
        return _invite(message, open_=open_)


def _invite(message: Message, *, open_: bool) -> Verdict | None:
    unknown = [word for word in message.words("require") if word not in _SUPPORTED]
    if unknown:
        return Verdict(420, "Bad Extension", (f"Unsupported: {', '.join(unknown)}",))
    if message.header("max-forwards") == "0":
        return Verdict(483, "Too Many Hops")
    if not message.header("contact"):
        return Verdict(400, "Missing Contact")
    kind = message.header("content-type").partition(";")[0].strip().lower()
    if message.body.strip():
        if kind != "application/sdp":
            return Verdict(415, "Unsupported Media Type", ("Accept: application/sdp",))
        if not sdp.is_usable(message.body):
            return Verdict(488, "Not Acceptable Here")
    if not open_:
        return Verdict(503, "Service Unavailable", ("Retry-After: 5",))
    return None

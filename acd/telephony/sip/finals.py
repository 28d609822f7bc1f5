"""How a call that was not answered is turned away: the SIP status, its words and headers. Pure."""

from __future__ import annotations

from typing import Final

_UNAVAILABLE: Final = 480
_SERVICE_UNAVAILABLE: Final = 503
_OURS: Final = frozenset({"stopped", "failed", "internal", "lost"})
"""Causes that are this node's: another one, or this one in a moment, may serve the caller."""
_PHRASES: Final = {
    404: "Not Found",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
}
_Q850: Final = {404: 1, 480: 20, 486: 17, 500: 41, 503: 42}
"""What exchanges that speak ISDN make of it (ITU-T Q.850; RFC 3326)."""


def said(code: int) -> tuple[str, tuple[str, ...]]:
    """The phrase of a status, and the headers that go with it."""
    headers = [f"Reason: Q.850;cause={_Q850[code]}"] if code in _Q850 else []
    if code == _SERVICE_UNAVAILABLE:
        headers.append("Retry-After: 5")
    return _PHRASES.get(code, "Refused"), tuple(headers)


def code_of(cause: str) -> int:
    """The status for a caller whom nobody answered and who is let go for this cause."""
    return _SERVICE_UNAVAILABLE if cause in _OURS else _UNAVAILABLE

"""Session timers (RFC 4028): a call whose other end vanished does not last for ever. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from acd.telephony.sip.message import Message

LEAST_S: Final = 90
"""A shorter interval is refused, as the RFC's own minimum."""
SUPPORTED: Final = "Supported: timer"
TOO_SHORT: Final = (422, "Session Interval Too Small")
_GRACE_S: Final = 32


@dataclass(frozen=True, slots=True)
class Session:
    """How long a call goes on without a word, and who says it."""

    interval_s: int
    is_ours: bool
    """Whether we are the ones who refresh it."""
    is_agreed: bool
    """Whether the other end knows of it; if not, we ask all the same whether it is there."""

    @property
    def wakes_after_s(self) -> float:
        """When we are to refresh it, or to give it up."""
        if self.is_ours:
            return self.interval_s / 2
        return self.interval_s - min(_GRACE_S, self.interval_s / 3)

    @property
    def answer(self) -> tuple[str, ...]:
        """What our 200 to an INVITE says of it."""
        if not self.is_agreed:
            return ()
        if self.is_ours:
            return (f"Session-Expires: {self.interval_s};refresher=uas",)
        return ("Require: timer", f"Session-Expires: {self.interval_s};refresher=uac")

    @property
    def request(self) -> tuple[str, ...]:
        """What each INVITE of ours says of it: without that the other end would end it (7.4)."""
        if not self.is_agreed:
            return (SUPPORTED,)
        refresher = "uac" if self.is_ours else "uas"
        return (SUPPORTED, f"Session-Expires: {self.interval_s};refresher={refresher}")


def called_by(invite: Message, preferred_s: int) -> Session | None:
    """What holds by an INVITE of theirs, first or later; None without `preferred_s` (0: never)."""
    if not preferred_s:
        return None
    asked, refresher = _read(invite)
    if asked < LEAST_S:  # of somebody who could not be told so: it counts for nothing
        asked = 0
    least, _ = _number(invite.header("min-se"))
    interval = max(LEAST_S, least, min(asked or preferred_s, preferred_s))
    if understands(invite):
        return Session(interval, is_ours=refresher == "uas", is_agreed=True)
    return Session(interval, is_ours=True, is_agreed=bool(asked))


def called(answer: Message, preferred_s: int) -> Session | None:
    """What holds by their 200 to an INVITE of ours, first or later."""
    if not preferred_s:
        return None
    asked, refresher = _read(answer)
    ours = refresher != "uas"
    return Session(asked or preferred_s, is_ours=ours, is_agreed=bool(asked))


def is_too_short(invite: Message) -> bool:
    """Whether it asks for less than `LEAST_S`, and says so to be told (RFC 4028, 8.1).

    Who knows no timers cannot be told, and is not refused for what a proxy on the way asked.
    """
    asked, _ = _read(invite)
    return 0 < asked < LEAST_S and understands(invite)


def least() -> str:
    """What the 422 to such an INVITE says: they may ask again with that (RFC 4028, 8.1)."""
    return f"Min-SE: {LEAST_S}"


def understands(message: Message) -> bool:
    """Whether who sent it knows of session timers."""
    return "timer" in [*message.words("supported"), *message.words("require")]


def _read(message: Message) -> tuple[int, str]:
    number, rest = _number(message.header("session-expires"))
    parts = {part.strip().lower() for part in rest.split(";")}
    refresher = next((part[10:] for part in parts if part.startswith("refresher=")), "")
    return number, refresher


def _number(header: str) -> tuple[int, str]:
    """The seconds that it says, 0 for none, and its parameters."""
    number, _, rest = header.partition(";")
    return (int(number) if number.strip().isdecimal() else 0), rest

"""What a SIP dialog tells asyncio."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rang:
    """The other end rings (180), or is on its way (183)."""

    code: int


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Our INVITE, the first or a later one, was answered with 200."""

    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The other end has our 200; `sdp` is what it says only now, if we had to say first."""

    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """The other end wants other audio (a re-INVITE): it waits for `accept` or `refuse`."""

    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key, told by INFO instead of in the audio."""

    digit: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Our INVITE was refused. The dialog is over if it was the first one."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Over:
    """The dialog has ended: by BYE, CANCEL, or nobody answering any more."""

    cause: str
    code: int = 0


DialogEvent = Rang | PickedUp | Acknowledged | Asked | Pressed | Refused | Over

"""What is written down of a call: the form that a process leaves to the next, or to another node.

It may be another release that reads it, an older one too: what is added has to be allowed to be
missing, and what is not needed any more is written for one release more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict, final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acd.domain.ids import AgentId, OfferId


class KeptPairing(TypedDict):
    """Sides are `A` and `B`."""

    name: str
    wires: Mapping[str, str]
    """By side, as `media.Wire` names them."""
    said: Mapping[str, str]
    """By side: its last SDP, or nothing."""
    a_sdp: str


class KeptCaller(TypedDict):
    """As `Caller` has it."""

    dialog: str
    """Its key, or empty."""
    sdp: str
    number: str
    called: str
    how: str | None
    """A `port.AnswerHow`; None before they were told to wait."""
    answered: bool
    waits: bool
    """Whether their ACK is still to say their SDP."""
    music: bool
    at: KeptPairing | None


@final
class KeptPage(TypedDict):
    """A page's leg."""

    pairing: KeptPairing
    offer: str
    """The SDP that it was told."""
    tab: str
    ready: bool
    open: bool


@final
class KeptPhone(TypedDict):
    """A telephone's leg."""

    pairing: KeptPairing
    dialog: str
    """Its key."""
    ready: bool
    open: bool


class KeptDevice(TypedDict):
    """One that won or is bridged; what only rings is rung again."""

    offer: OfferId
    agent: NotRequired[AgentId | None]
    """Whose it is."""
    wanted: bool
    leg: KeptPage | KeptPhone
    """A page's where the kind is that of a browser."""
    device: str
    kind: str
    """A `port.TargetKind`."""
    address: str


class KeptCall(TypedDict):
    """The whole call."""

    epoch: int
    held: bool
    caller: KeptCaller
    devices: Sequence[KeptDevice]
    bridged: tuple[OfferId, str] | None
    """Offer and device of the one that talks."""
    away: KeptPhone | None
    """The number that the call was given to."""

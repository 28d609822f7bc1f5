"""The rtpengine that carries the audio: one that a node runs itself, or one that runs elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from acd.config.telephony import CHILD
from acd.telephony.sip.child import ChildRtpengine
from acd.telephony.sip.far import FarRtpengine
from acd.telephony.sip.rtpengine import far_address

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acd.config.telephony import RtpengineSettings, SipSettings
    from acd.telephony.sip.ping import Address


class MediaEngine(Protocol):
    """What an adapter needs of it. `ng` and `dtmf` are known after `start` and stay the same."""

    @property
    def ng(self) -> Address:
        """Where it takes commands."""

    @property
    def dtmf(self) -> Address:
        """Where it writes the digits it hears: listen there."""

    @property
    def adopted(self) -> bool:
        """Whether it was there before, so that there may be calls in it."""

    async def start(self) -> None:
        """Returns when it answers."""

    async def stop(self) -> None:
        """Ends what this process began."""

    async def leave(self) -> None:
        """Goes, and leaves it to the next start with the calls that are in it."""


def media_engine(
    rtpengine: RtpengineSettings,
    sip: SipSettings,
    data_dir: Path,
    *,
    on_lost: Callable[[], None],
    on_back: Callable[[], None],
) -> MediaEngine:
    """The one that is configured.

    Args:
        rtpengine: `[telephony.rtpengine]`.
        sip: `[telephony.sip]`.
        data_dir: where a child keeps its log and the note by which it is found again.
        on_lost: it is gone, and every pairing with it; must not raise.
        on_back: it answers again, empty if it was a child; must not raise.
    """
    if rtpengine.ng == CHILD:
        return ChildRtpengine(rtpengine, data_dir, on_lost=on_lost, on_back=on_back)
    return FarRtpengine(
        ng=far_address(rtpengine),
        dtmf=(sip.host, rtpengine.dtmf_port),
        on_lost=on_lost,
        on_back=on_back,
    )

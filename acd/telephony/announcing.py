"""What a waiting caller is told now and then: the place, the wait, and that they need not stay."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from acd.telephony.sip.prompts import Prompt, place_in_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import InteractionId, QueueId
    from acd.routing.router import Router
    from acd.telephony.sip.sound_files import SoundFiles

log = structlog.get_logger(__name__)


class Announcements:
    """Files for one node's callers. `every_s` is how often, 0 for never."""

    def __init__(
        self,
        sounds: SoundFiles,
        router: Router,
        *,
        every_s: float,
        calls_back: Callable[[QueueId], bool],
    ) -> None:
        """`calls_back`: whether who waits there may ask to be called back, by pressing 1."""
        self._sounds = sounds
        self._router = router
        self.every_s = every_s
        self.calls_back = calls_back

    async def place(self, call: InteractionId, *, offers_callback: bool) -> str:
        """Where they stand, as a file; nothing when they do not wait, or as `said` says.

        Raises:
            StoreUnavailable: Redis is away.
        """
        found = await self._router.position(call)
        if found is None:
            return ""
        said = place_in_line(found.position, found.estimate_p50_s)
        return await self.said(*said, *((Prompt.ONE_FOR_CALLBACK,) if offers_callback else ()))

    async def said(self, *names: str) -> str:
        """One file that says these; nothing where it cannot be written, and the call goes on."""
        try:
            return str(await asyncio.to_thread(self._sounds.said, *names))
        except OSError as error:
            log.error("announcement not made", error=str(error))
            return ""

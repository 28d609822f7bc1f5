"""An rtpengine that runs elsewhere: it is only asked whether it is there."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final

import structlog

from acd.telephony.sip.ping import Address, answers
from acd.telephony.sip.rtpengine import PROGRAM, RtpengineFailed

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)

START_S: Final = 10.0
ASKED_EVERY_S: Final = 1.0
MISSED: Final = 3
"""So many questions in a row without an answer, and it counts as lost."""


class FarRtpengine:
    """One that runs elsewhere: asked every second."""

    adopted = True

    def __init__(
        self,
        *,
        ng: Address,
        dtmf: Address,
        on_lost: Callable[[], None],
        on_back: Callable[[], None],
    ) -> None:
        self.ng, self.dtmf = ng, dtmf
        self._on_lost, self._on_back = on_lost, on_back
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when it answers.

        Raises:
            RtpengineFailed: it does not answer.
        """
        deadline = time.monotonic() + START_S
        while not await answers(self.ng, within_s=ASKED_EVERY_S):
            if time.monotonic() > deadline:
                raise RtpengineFailed(f"no rtpengine answers at {self.ng[0]}:{self.ng[1]}")
        self._watch = asyncio.create_task(self._ask_forever(), name=PROGRAM)

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None

    async def leave(self) -> None:
        await self.stop()

    async def _ask_forever(self) -> None:
        missed = 0
        while True:
            await asyncio.sleep(ASKED_EVERY_S)
            if await answers(self.ng, within_s=ASKED_EVERY_S):
                if missed >= MISSED:
                    log.info("rtpengine answers again")
                    self._on_back()
                missed = 0
            else:
                missed += 1
                if missed == MISSED:
                    log.error("rtpengine does not answer", asked=missed)
                    self._on_lost()

"""What a caller is told while they wait and when they are turned away, and what they may press."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from acd.chat.rung import look_again
from acd.telephony import port

if TYPE_CHECKING:
    from acd.records.intake_rows import IntakeRow
    from acd.telephony.doing import Doing
    from acd.telephony.means import Means
    from acd.telephony.sip.prompts import Prompt

GOODBYE_S: Final = 20.0
LEAVE: Final = "1"
"""What they press to be called back."""
_KEPT: Final = frozenset({"kept", "kept_before"})


class Waiting:
    """The ear of one caller in the line."""

    def __init__(self, means: Means, doing: Doing, row: IntakeRow, *, reachable: bool) -> None:
        """`reachable`: there is a number to call them back at."""
        self._means = means
        self._doing = doing
        self._row = row
        self._reachable = reachable
        self._tell_at_s = 0.0

    def plan_telling(self) -> float | None:
        """Plan when their place is told next, unless it is; in how many seconds, None for never."""
        sayings = self._means.announcements
        if sayings is None or not sayings.every_s:
            return None
        now_s = asyncio.get_running_loop().time()
        if self._tell_at_s < now_s:
            self._tell_at_s = now_s + sayings.every_s
        return self._tell_at_s - now_s

    async def tell_place(self, epoch: int) -> None:
        """Let them hear where they stand, and that they need not stay."""
        sayings, call = self._means.announcements, self._row.interaction
        if sayings is None:
            return
        leave = self._may_leave
        file = await self._doing.insist(
            lambda: sayings.place(call, offers_callback=leave), once=True
        )
        if file:
            await self._doing.execute(port.Announce(call=call, epoch=epoch, file=file))

    async def say(self, prompt: Prompt, epoch: int) -> str:
        """Let them hear this; the file, or nothing where they hear nothing of ours."""
        sayings = self._means.announcements
        if sayings is None:
            return ""
        file = await sayings.said(prompt)
        if file:
            call = self._row.interaction
            await self._doing.execute(port.Announce(call=call, epoch=epoch, file=file))
        return file

    async def say_goodbye(self, prompt: Prompt, epoch: int, heard: asyncio.Queue[Any]) -> None:
        """Returns when the caller has heard it; what else is heard then is of no use any more."""
        file = await self.say(prompt, epoch)
        if not file:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                while True:
                    match await heard.get():
                        case port.CallerEnded():
                            return
                        case port.Announced() as announced if announced.file == file:
                            return

    async def press(self, digit: str) -> bool:
        """A key: whether they asked to be called back, and the place is kept.

        The event of it may be heard only after they hung up, which would lose the place.
        """
        if digit != LEAVE or not self._may_leave:
            return False
        router, call = self._means.router, self._row.interaction
        answer = await self._doing.insist(lambda: router.request_callback(call))
        await look_again(router, self._means.delivery, call)
        return answer is not None and answer.reason in _KEPT

    async def can_be_called(self) -> bool:
        """Whether there is a number to call them back at: theirs, or one that was left for them."""
        if self._reachable:
            return True
        router, call = self._means.router, self._row.interaction
        seen = await self._doing.insist(lambda: router.interaction(call))
        return bool(seen and seen.callback and seen.callback.number_ref)

    @property
    def _may_leave(self) -> bool:
        sayings = self._means.announcements
        return sayings is not None and self._reachable and sayings.calls_back(self._row.queue)

"""One SIP dialog, as asyncio sees it."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

from acd.domain.errors import AcdError
from acd.telephony.sip.events import (
    Acknowledged,
    Asked,
    DialogEvent,
    Over,
    PickedUp,
    Refused,
)
from acd.telephony.sip.thread import sip_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import InteractionId
    from acd.telephony.sip.stack.leg import Leg

_PENDING: Final = 491
_NOT_NOW: Final = frozenset({"491", "500"})
_AGAIN_S: Final = (0.3, 1.0, 2.0, 3.0)
"""How long to wait after each 491: longer than the other end does (RFC 3261, 14.1)."""
_ACK_S: Final = 32.0
_UPDATE_S: Final = 40.0
"""Longer than any transaction lasts that nobody answers (32 s; RFC 3261, 17.1.1.2): an answer is
never missed, and who is silent for so long is not there."""


class DialogOver(AcdError):
    """The other end hung up meanwhile."""

    code = "dialog_over"


class UpdateRefused(AcdError):
    """Other audio was not agreed on; who is silent altogether is gone: `DialogOver`.

    The detail is the status that refused it, `pending` after the last 491 or 500, or `no ACK`.
    """

    code = "update_refused"


class Dialog:
    """Used on the event loop; the stack's part of it lives in the stack's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, call: InteractionId, key: str = "") -> None:
        """Args: loop is where it is used; it may be made elsewhere. key is one that was kept."""
        self._loop = loop
        self.call = call
        """The interaction it is of."""
        self.key = key or secrets.token_hex(16)
        """Names it: our tag in its messages, and its record in the ledger."""
        self._unheard: list[DialogEvent] = []
        self._listener: Callable[[DialogEvent], None] | None = None
        self._leg: Leg | None = None
        self._updating: asyncio.Future[str] | None = None
        self._turn = asyncio.Lock()
        self._acknowledged = asyncio.Event()
        self._asked: str | None = None
        """The description of a change of theirs that nobody answers yet."""
        self._is_up = False
        """Whether the first INVITE was answered: no other one's refusal ends it."""
        self.is_over = False

    # the stack's thread

    def bind(self, leg: Leg) -> None:
        """Of the stack: this is its part."""
        self._leg = leg
        leg.call = self.call

    @property
    def leg(self) -> Leg:
        """The stack's part."""
        assert self._leg is not None  # noqa: S101 - it was bound where it was made
        return self._leg

    def tell(self, event: DialogEvent) -> None:
        """Of the stack: something happened."""
        sip_thread.tell(self._loop, self._hear, event)

    # the event loop

    def listen(self, listener: Callable[[DialogEvent], None]) -> None:
        """The listener hears all that is not the answer to an `update`."""
        self._listener = listener
        for event in self._unheard:
            listener(event)
        self._unheard.clear()

    def go_on(self, *, up: bool) -> None:
        """It was taken up: it stands, or it was being ended."""
        self._acknowledged.set()
        self._is_up = up
        if not up:
            self._end()

    def ring(self) -> None:
        """180: the caller's own network plays its ringing tone."""
        self._post("ring", 180, "")

    def progress(self, sdp: str) -> None:
        """183: the caller hears our music where their network lets it through."""
        self._post("ring", 183, sdp)

    def accept(self, sdp: str) -> None:
        """200, to the first INVITE or to what was `Asked`."""
        self._post("accept", sdp)

    def take_asked(self) -> str | None:
        """The description they asked for last; None where it was answered meanwhile.

        Who takes it answers it, by `accept` or `refuse`.
        """
        asked, self._asked = self._asked, None
        return asked

    def refuse(self, code: int, reason: str, headers: tuple[str, ...] = ()) -> None:
        """Another answer than 200. The dialog is over if it is to the first INVITE."""
        if self.is_over:
            return
        self._post("refuse", code, reason, headers)

    def hang_up(self, reason: str = "") -> None:
        """BYE, CANCEL or 480, as it fits. Nothing is heard of it any more."""
        if self.is_over:
            return
        self._post("hang_up", reason)
        self._end()

    def refresh(self) -> None:
        """Have the other end reach us where we are now, which may not be where we were."""
        self._post("refresh")

    def leave(self) -> None:
        """Another node has it: nothing of it is said or heard here any more."""
        self._end()

    async def update(self, sdp: str) -> str:
        """Have the other end send to and hear from elsewhere. Answers what it says to that.

        One at a time, and only when it has our 200; it may refuse for a moment, and is asked again.
        A change of theirs gives way: who would answer it may be waiting for this one (RFC 3261,
        14.2: they ask again in some seconds).

        Raises:
            DialogOver: it hung up.
            UpdateRefused: it will not, had no time for it, or never acknowledged our 200.
        """
        async with self._turn:
            for wait_s in (*_AGAIN_S, 0.0):
                await self._ready()
                answer = await self._ask(sdp)
                if answer is not None:
                    return answer
                await asyncio.sleep(wait_s)
        raise UpdateRefused("pending")

    async def _ready(self) -> None:
        """Until the other end has our answer, and nothing of theirs waits for one."""
        try:
            async with asyncio.timeout(_ACK_S):
                await self._acknowledged.wait()
        except TimeoutError:
            raise UpdateRefused("no ACK") from None
        if self.is_over:
            raise DialogOver
        if self.take_asked() is not None:
            self.refuse(_PENDING, "Request Pending")

    async def _ask(self, sdp: str) -> str | None:
        """None when it is to be asked again."""
        self._updating = self._loop.create_future()
        self._post("update", sdp)
        try:
            async with asyncio.timeout(_UPDATE_S):
                return await self._updating
        except TimeoutError:
            self._post("hang_up", "")
            self._hear(Over("unanswered", 408))
            raise DialogOver from None
        except UpdateRefused as refused:
            if refused.detail in _NOT_NOW:
                return None
            raise
        finally:
            self._updating = None

    def _hear(self, event: DialogEvent) -> None:
        if self.is_over:
            return
        match event:
            case PickedUp() | Refused() if self._is_up:
                self._settle(event)
                return
            case PickedUp() | Acknowledged():
                self._is_up = True
                self._acknowledged.set()
            case Asked(sdp):
                self._asked = sdp
            case Refused() | Over():
                self._end()
        if self._listener is None:
            self._unheard.append(event)
        else:
            self._listener(event)

    def _settle(self, event: PickedUp | Refused) -> None:
        """What a change came to; who asked for it may not wait any more."""
        if self._updating is None or self._updating.done():
            return
        if isinstance(event, PickedUp):
            self._updating.set_result(event.sdp)
        else:
            self._updating.set_exception(UpdateRefused(str(event.code)))

    def _end(self) -> None:
        self.is_over = True
        self._acknowledged.set()
        if self._updating is not None and not self._updating.done():
            self._updating.set_exception(DialogOver())

    def _post(self, what: str, *given: object) -> None:
        def run() -> None:
            getattr(self.leg, what)(*given)

        sip_thread.post(run)

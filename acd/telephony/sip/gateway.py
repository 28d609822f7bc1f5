"""Takes calls by SIP and makes them: the stack's face towards asyncio."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from acd.telephony.sip.dialog import Dialog
from acd.telephony.sip.thread import sip_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.events import DialogEvent
    from acd.telephony.sip.guard import Guard, Verdict
    from acd.telephony.sip.message import Message
    from acd.telephony.sip.stack.front import Front

_LOOK_S: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where SIP is spoken, and how."""

    host: str
    port: int
    advertise: str = ""
    """The address others are told, if it is another."""
    session_s: int = 0
    """The session timer that is preferred; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Whom to call, through which next hop, and who is said to call."""

    user: str = field(repr=False)
    host: str
    port: int
    caller: str = field(default="", repr=False)
    display: str = field(default="", repr=False)
    name: str = ""
    """With `secret`: what the next hop asks for (digest)."""
    secret: str = field(default="", repr=False)
    headers: tuple[str, ...] = ()


class Gateway:
    """One address on which SIP is spoken."""

    def __init__(
        self, place: Place, *, guard: Guard, arrived: Callable[[Dialog, Message], None]
    ) -> None:
        """Args: arrived is told of each INVITE, and says who listens to its dialog."""
        self._place = place
        self._guard = guard
        self._arrived = arrived
        self._open = True
        self._loop = asyncio.get_running_loop()
        self._front: Front | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        sip_thread.start()
        self._front = await sip_thread.do(self._listen)

    async def stop(self, goodbye_s: float = 0.0) -> None:
        """Listen no more, once all was answered that was said, or after `goodbye_s`."""
        if self._front is None:
            return
        until = self._loop.time() + goodbye_s
        # the stack tells nobody when it is done
        while self._loop.time() < until and await sip_thread.do(self._front.is_talking):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        await sip_thread.do(self._front.close)
        self._front = None

    def refuse_calls(self, *, refuse: bool) -> None:
        """Whether new calls are refused with 503: the media engine is away, or we are ending."""
        self._open = not refuse

    def invite(self, to: Destination, sdp: str, listener: Callable[[DialogEvent], None]) -> Dialog:
        """Call somebody. What comes of it is told to the listener."""
        dialog = Dialog(self._loop)
        dialog.listen(listener)
        assert self._front is not None  # noqa: S101 - it was started
        sip_thread.post(self._front.invite, dialog, to, sdp)
        return dialog

    async def counts(self) -> dict[str, int]:
        """What the stack holds, by kind: to see that nothing is left behind."""
        assert self._front is not None  # noqa: S101 - it was started
        return await sip_thread.do(self._front.counts)

    # the stack's thread

    def _listen(self) -> Front:
        from acd.telephony.sip.stack.front import Front  # noqa: PLC0415 - it belongs there

        return Front(self._place, self._judge, self._take)

    def _judge(self, message: Message, source: str) -> Verdict | None:
        return self._guard.verdict(message, source, is_open=self._open)

    def _take(self, message: Message) -> Dialog:
        dialog = Dialog(self._loop)
        self._loop.call_soon_threadsafe(self._arrived, dialog, message)
        return dialog

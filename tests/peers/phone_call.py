"""One dialog of a telephone for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acd.telephony.sip.message import Message
from tests.peers.tones import Voice

if TYPE_CHECKING:
    from tests.peers.phone import Phone


@dataclass(eq=False)
class PhoneCall:
    """Made by the phone."""

    phone: Phone
    peer: tuple[str, int]
    call_id: str
    voice: Voice
    remote_uri: str
    """Whom requests are sent to."""
    routes: tuple[str, ...] = ()
    """Their way there, where proxies want to see them."""
    local: str = ""
    remote: str = ""
    """From and To of what we send."""
    number: int = 0
    invite: Message | None = None
    """The first INVITE, ours or theirs."""
    answers: list[int] = field(default_factory=list)
    """Each status that came for our INVITE."""
    reinvites: int = 0
    is_up: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    final: Message | None = None
    """What our INVITE ended in."""
    bye: Message | None = None
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    branch: str = ""
    reply: Callable[[Message], tuple[int, str]] | None = None
    """What a re-INVITE is answered with; without it: 200 and our own SDP. 100 is all that is said,
    and 0 is nothing.
    """
    adds: Callable[[Message], tuple[str, ...]] | None = None
    """Headers of that answer."""
    asked: list[Message] = field(default_factory=list)
    """The re-INVITEs that came."""

    async def got(self, code: int, within_s: float = 8.0) -> None:
        """Until that status came for our INVITE."""
        async with asyncio.timeout(within_s):
            while code not in self.answers or (code >= 200 and self.final is None):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def answered(self) -> Message:
        """The 200 to our INVITE."""
        await self.got(200)
        assert self.final is not None
        return self.final

    @property
    def refusal(self) -> Message:
        """What our INVITE was refused with."""
        assert self.final is not None
        return self.final

    async def reinvited(self, times: int, within_s: float = 8.0) -> None:
        """Until they asked for other audio so often."""
        async with asyncio.timeout(within_s):
            while self.reinvites < times:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def end(self) -> None:
        """It is over: nothing more is said, since its ports may be another call's now."""
        self.voice.stop()
        self.ended.set()

    async def bye_now(self) -> int:
        """Hang up; answers the status that came."""
        self.is_up = False
        code = (await self.phone.request(self, "BYE")).first.split(" ")[1]
        self.end()
        return int(code)

    async def is_over(self, within_s: float = 8.0) -> None:
        async with asyncio.timeout(within_s):
            await self.ended.wait()

    async def reinvite(self, sdp: str) -> Message:
        """Ask for other audio; the final answer, acknowledged."""
        answer = await self.phone.request(self, "INVITE", sdp)
        self.phone.send(self, "ACK", number=self.number)
        return answer

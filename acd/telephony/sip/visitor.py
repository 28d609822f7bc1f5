"""A caller on a website: their page speaks WebRTC, and is one caller more to everything else.

The page stays with one pairing for the whole call. That pairing's plain side is what the line,
devices and transfers are told of the caller's audio, and is sent from one to the other; the page
hears nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.errors import AcdError
from acd.telephony.port import AnswerHow
from acd.telephony.sip.caller import Caller
from acd.telephony.sip.media import A, B, Pairing, Wire
from acd.telephony.sip.sdp import active, is_web, sourceless

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acd.telephony.sip.ng import Engine

SERVER: Final = "server-line"
"""How the server names itself to a visitor's page."""


class Visitor(Caller):
    """Begun by the page's offer of audio. Nothing outlives the process: the page asks anew."""

    def __init__(self, engine: Engine, name: str, tell: Callable[[dict[str, Any]], None]) -> None:
        """Args: tell takes what the page is to hear, as `call.signal` has it."""
        super().__init__(engine, name, dialog=None, sdp="")
        self._tell = tell
        self.page: Pairing | None = None
        """The pairing whose side A their page is."""

    async def said_by_page(self, signal: Mapping[str, Any], music: str, *, held: bool) -> None:
        """The page offers audio, at first or after a reload: it hears what the caller hears."""
        described = signal.get("description") or {}
        said = str(described.get("sdp", ""))
        if described.get("type") != "offer" or not is_web(said):
            return
        answer = await self._answer(sourceless(active(said)), music)
        described = {"type": "answer", "sdp": sourceless(answer)}
        self._say("description", to=signal.get("tab"), description=described)
        if held:
            self._say("held", to=signal.get("tab"))

    def _say(self, kind: str, *, to: str | None = None, description: Any = None) -> None:
        told = {"tab": SERVER, "to": to, "description": description, "candidate": None}
        self._tell({**told, "kind": kind})

    async def _answer(self, offer: str, music: str) -> str:
        if self.page is not None:
            return await self.page.again(A, offer)
        page = Pairing(self._engine, f"{self._name}-v", a=Wire.WEB, b=Wire.PLAIN)
        begins = self.at is None  # or they talk, and rtpengine had forgotten their page
        line = self.at or Pairing(self._engine, f"{self._name}-q", b=Wire.PLAIN)
        try:
            sdp = await page.offer(offer)
            answer = await page.answer(await (line.sink(sdp) if begins else line.again(A, sdp)))
        except AcdError:  # the page offers again
            await page.delete()
            if begins:
                await line.delete()
            raise
        self.page, self.at, self.sdp = page, line, sdp
        if begins:
            self.how = AnswerHow.MUSIC
            await self.music(music)
        return answer

    @property
    def pairings(self) -> set[str]:
        """What rtpengine must have for them."""
        return super().pairings | ({self.page.name} if self.page is not None else set())

    async def again(self, music: str) -> None:
        """Nobody can be told: the page notices that it hears nothing, and offers anew."""
        self.page = self.at = None
        self.sdp = ""  # that port is somebody else's by now

    async def hear(self, pairing: Pairing) -> None:
        """Move them to a pairing that is answered."""
        if self.page is not None:
            await self.page.again(B, pairing.a_sdp)
        await super().hear(pairing)
        # whoever had them may have left them on hold, and a telephone tells no page
        self._say("resumed")

    async def end(self) -> None:
        """Nothing of them is left."""
        await super().end()
        if self.page is not None:
            await self.page.delete()

"""An agent's page without a browser: rtpengine speaks WebRTC for a voice that it is sent."""

from __future__ import annotations

import secrets

from acd.telephony.sip.media import Pairing, Wire
from acd.telephony.sip.ng import Engine
from acd.telephony.sip.sdp import active, sourceless
from tests.peers.tones import Voice


class WebPage:
    """One connection of a page. Close it."""

    def __init__(self, engine: Engine, voice: Voice) -> None:
        self._engine = engine
        self.voice = voice
        """Mute it, and the page's network is cut."""
        self._pairing = self._fresh(Wire.WEB, Wire.PLAIN)

    def _fresh(self, a: Wire, b: Wire) -> Pairing:
        return Pairing(self._engine, f"page-{secrets.token_hex(4)}", a=a, b=b)

    @classmethod
    async def open(cls, ng: tuple[str, int], hertz: int) -> WebPage:
        return cls(await Engine.open(ng), await Voice.open(hertz))

    async def answer(self, offer: str) -> str:
        """What the page answers to the server's offer."""
        self.voice.talk_to(await self._pairing.offer(sourceless(active(offer))))
        return sourceless(await self._pairing.answer(self.voice.sdp()))

    async def offer(self) -> str:
        """What a visitor's page offers to the server."""
        self._pairing = self._fresh(Wire.PLAIN, Wire.WEB)
        return sourceless(await self._pairing.offer(self.voice.sdp()))

    async def accept(self, answer: str) -> None:
        """What the server answers to that."""
        self.voice.talk_to(await self._pairing.answer(active(answer)))

    async def end(self) -> None:
        """It gives up its connection."""
        await self._pairing.delete()

    async def close(self) -> None:
        await self.end()
        self._engine.close()
        await self.voice.close()

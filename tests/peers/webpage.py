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
        self._pairing = Pairing(engine, f"page-{secrets.token_hex(4)}", a=Wire.WEB, b=Wire.PLAIN)

    @classmethod
    async def open(cls, ng: tuple[str, int], hertz: int) -> WebPage:
        return cls(await Engine.open(ng), await Voice.open(hertz))

    async def answer(self, offer: str) -> str:
        """What the page answers to the server's offer."""
        self.voice.talk_to(await self._pairing.offer(sourceless(active(offer))))
        return sourceless(await self._pairing.answer(self.voice.sdp()))

    async def close(self) -> None:
        await self._pairing.delete()
        self._engine.close()
        await self.voice.close()

"""An agent's page without a browser: rtpengine speaks WebRTC for a voice that it is sent."""

from __future__ import annotations

import secrets

from acd.telephony.sip.media import Pairing, Wire
from acd.telephony.sip.ng import Engine
from acd.telephony.sip.sdp import active, sourceless
from tests.peers.tones import Voice

_SDP = """v=0\r
o=- 4611 2 IN IP4 127.0.0.1\r
s=-\r
t=0 0\r
a=group:BUNDLE {mid}\r
m=audio 9 UDP/TLS/RTP/SAVPF 0 101\r
c=IN IP4 0.0.0.0\r
a=rtcp:9 IN IP4 0.0.0.0\r
a=ice-ufrag:abcd\r
a=ice-pwd:abcdefghijklmnopqrstuvwx\r
a=fingerprint:sha-256 {fingerprint}\r
a=setup:{setup}\r
a=mid:{mid}\r
a=sendrecv\r
a=rtcp-mux\r
a=rtpmap:0 PCMU/8000\r
a=rtpmap:101 telephone-event/8000\r
"""
_FINGERPRINT = ":".join(["AB"] * 32)


def silent_offer() -> str:
    """What a visitor's page offers that nobody is behind: it sends no audio and takes none."""
    return _SDP.format(mid="0", setup="actpass", fingerprint=_FINGERPRINT)


def silent_answer(offered: str) -> str:
    """What a page that nobody is behind answers to the server's offer."""
    mid = next(line[6:] for line in offered.splitlines() if line.startswith("a=mid:"))
    return _SDP.format(mid=mid, setup="active", fingerprint=_FINGERPRINT)


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

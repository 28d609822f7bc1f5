"""Sound without a sound card: tones and keys as RTP, and what was heard decoded again."""

from __future__ import annotations

import asyncio
import functools
import math
import struct
import time
from collections import deque
from collections.abc import Iterable
from typing import Final, cast

RATE: Final = 8000
_FRAME: Final = 160
_HEARD: Final = 1200
"""As many samples tell a tone apart from one 20 Hz beside it."""
_NOTE: Final = 400
"""As many of a file that is played: 50 ms, so that pauses between its notes are heard."""
_LISTEN_S: Final = 0.18
SSRC: Final = 0x5EED
"""The source of every voice; rtpengine's music has another."""
_KEY_PACKETS: Final = 9
_KEY_DONE: Final = 6
_KEY_TYPE: Final = 101
_KEYS: Final = "0123456789*#"


def _law(value: int) -> int:
    """A sample in G.711 µ-law."""
    sign = 0x80 if value < 0 else 0
    value = min(abs(value) + 0x84, 0x7FFF)
    exponent = max(0, value.bit_length() - 8)
    return ~(sign | exponent << 4 | (value >> (exponent + 3)) & 15) & 0xFF


def _linear(byte: int) -> int:
    byte = ~byte & 0xFF
    exponent, mantissa = (byte >> 4) & 7, byte & 15
    value = ((mantissa << 3) + 0x84 << exponent) - 0x84
    return -value if byte & 0x80 else value


_LINEAR: Final = [_linear(byte) for byte in range(256)]


def a_law_to_linear(byte: int) -> int:
    """G.711 A-law: music comes in what the caller offered first."""
    byte ^= 0x55
    exponent, value = (byte >> 4) & 7, ((byte & 15) << 4) + 8
    if exponent:
        value = (value + 0x100) << (exponent - 1)
    return value if byte & 0x80 else -value


_A_LINEAR: Final = [a_law_to_linear(byte) for byte in range(256)]


def loudest(samples: list[int]) -> int:
    """The tone in Hz, to 20; 0 for silence."""
    if not samples or max(map(abs, samples)) < 200:
        return 0

    def power(hertz: int) -> float:  # Goertzel
        k, a, b = 2 * math.cos(2 * math.pi * hertz / RATE), 0.0, 0.0
        for value in samples:
            a, b = value + k * a - b, a
        return a * a + b * b - k * a * b

    return max(range(100, 2000, 20), key=power)


@functools.cache
def _frames(hertz: int) -> list[bytes]:
    """A second in packets: whole waves of any tone in Hz."""
    return [
        bytes(
            _law(int(8000 * math.sin(2 * math.pi * hertz * (n * _FRAME + i) / RATE)))
            for i in range(_FRAME)
        )
        for n in range(50)
    ]


def _samples_of(sound: Iterable[tuple[int, bytes]]) -> list[int]:
    tables = {0: _LINEAR, 8: _A_LINEAR}
    return [tables[kind][byte] for kind, packet in sound for byte in packet]


class Voice(asyncio.DatagramProtocol):
    """One end of a conversation: says a tone of `hertz`, and remembers what it hears."""

    def __init__(self, hertz: int) -> None:
        self.hertz = hertz
        self.packets = 0
        self.since: dict[int, float] = {}
        """When each source was first heard, by the monotonic clock."""
        self.is_mute = False
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._key_at = b""
        self._heard: deque[tuple[int, bytes]] = deque(maxlen=50)
        self._kept: list[tuple[int, bytes]] | None = None
        self._to: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._task: asyncio.Task[None] | None = None
        self._sequence = 1000  # a key at the time 0 is none to rtpengine
        self._key: tuple[int, int, int] | None = None

    @classmethod
    async def open(cls, hertz: int, host: str = "127.0.0.1") -> Voice:
        loop = asyncio.get_running_loop()
        _, voice = await loop.create_datagram_endpoint(lambda: cls(hertz), local_addr=(host, 0))
        voice._task = asyncio.create_task(voice._speak(), name="voice")
        return voice

    def stop(self) -> None:
        """Say nothing more: another call may be given the ports of one that is over."""
        self._to = None

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def sdp(self, more: str = "a=sendrecv\r\n") -> str:
        """What is said of it: µ-law and keys."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        here = f"IN IP{6 if ':' in host else 4} {host}"
        return (
            f"v=0\r\no=- 1 1 {here}\r\ns=-\r\nc={here}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
            f"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n{more}"
        )

    def talk_to(self, sdp: str) -> None:
        """Send to where the other end listens."""
        lines = sdp.splitlines()
        port = next(line for line in lines if line.startswith("m=audio ")).split()[1]
        host = next(line for line in lines if line.startswith("c=IN IP")).split()[2]
        self._to = (host, int(port))

    def press(self, digit: str) -> None:
        """A key, as RFC 4733 sends it."""
        self._key = (_KEYS.index(digit), 0, self._sequence * _FRAME)

    def hush(self) -> None:
        """Forget what was heard."""
        self._heard.clear()
        self.packets = 0

    def keep_all(self) -> None:
        """From now on `notes` knows what is heard."""
        self._kept = []

    def notes(self) -> list[int]:
        """What was heard since, note by note in Hz; the same one again after a silence is told."""
        samples = _samples_of(self._kept or ())
        heard = [loudest(samples[at : at + _NOTE]) for at in range(0, len(samples), _NOTE)]
        return [note for before, note in zip([0, *heard], heard, strict=False) if note != before]

    async def hears(self, hertz: int, within_s: float = 8.0) -> None:
        """Until what is heard is that tone; 0 is silence, or nothing at all."""
        async with asyncio.timeout(within_s):
            while True:
                self.hush()
                await asyncio.sleep(_LISTEN_S)
                samples = self._samples()
                if loudest(samples) == hertz and (hertz == 0 or len(samples) > _HEARD * 0.8):
                    return

    async def hears_keys(self, keys: str, within_s: float = 8.0) -> None:
        """Until these are pressed at the other end, and no others before or between them."""
        async with asyncio.timeout(within_s):
            assert keys == "".join([await self._keys.get() for _ in keys])

    def _samples(self) -> list[int]:
        return _samples_of(self._heard)[-_HEARD:]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        kind = data[1] & 127
        if kind == _KEY_TYPE and data[4:8] != self._key_at:  # all packets of a key have its time
            self._key_at = data[4:8]
            self._keys.put_nowait(_KEYS[data[12]])
        self.since.setdefault(int.from_bytes(data[8:12]), time.monotonic())
        if kind in (0, 8):
            self._heard.append((kind, data[12:]))
            if self._kept is not None:
                self._kept.append((kind, data[12:]))
            self.packets += 1

    async def _speak(self) -> None:
        loop, at = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        frames = _frames(self.hertz)
        while True:
            if self._to is not None and self._transport is not None and not self.is_mute:
                self._transport.sendto(self._packet(frames), self._to)
                self._sequence += 1
            at += 0.02
            await asyncio.sleep(max(0, at - loop.time()))

    def _packet(self, frames: list[bytes]) -> bytes:
        number = self._sequence & 0xFFFF
        if self._key is None:
            head = struct.pack("!BBHII", 0x80, 0, number, self._sequence * _FRAME, SSRC)
            return head + frames[self._sequence % 50]
        digit, sent, began = self._key
        flags = (0x80 if sent >= _KEY_DONE else 0) | 10
        self._key = (digit, sent + 1, began) if sent + 1 < _KEY_PACKETS else None
        kind = _KEY_TYPE | (0x80 if sent == 0 else 0)
        head = struct.pack("!BBHII", 0x80, kind, number, began, SSRC)
        return head + struct.pack("!BBH", digit, flags, _FRAME * min(sent + 1, _KEY_DONE))


def write_tone(path: str, hertz: int, seconds: float = 2.0) -> None:
    """A file that rtpengine can play."""
    import wave  # noqa: PLC0415

    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        count = int(RATE * seconds)
        samples = (int(8000 * math.sin(2 * math.pi * hertz * i / RATE)) for i in range(count))
        file.writeframes(struct.pack(f"<{count}h", *samples))

"""Sounds in G.711 A-law, as telephones send them.

rtpengine looks into 16-bit samples for what else they may be, at each play: measured, 9 ms of CPU
before the first packet goes out, against 1 ms for these.
"""

from __future__ import annotations

import array
import struct
import sys
from typing import Final

_A_LAW: Final = 6
"""Its number in a WAV file (RFC 2361)."""


def _encoded(value: int) -> int:
    """Of the upper 12 bits of a sample (ITU-T G.711, table 1a)."""
    sign, magnitude = (0x80, value) if value >= 0 else (0, ~value)
    segment = max(0, magnitude.bit_length() - 4)
    return (sign | segment << 4 | magnitude >> max(0, segment - 1) & 15) ^ 0x55


_ENCODED: Final = bytes(map(_encoded, (*range(2048), *range(-2048, 0))))
"""By the upper 12 bits; negative ones count from the end, as Python does."""


def a_law(samples: bytes) -> bytes:
    """Samples of 16 bits, little-endian and signed, as bytes of A-law; half of one is left out."""
    values = array.array("h", samples[: len(samples) & ~1])
    if sys.byteorder == "big":
        values.byteswap()
    return bytes(_ENCODED[value >> 4] for value in values)


def wav(samples: bytes, rate: int) -> bytes:
    """A WAV file in A-law, mono; `rate` is samples a second."""
    data = a_law(samples)
    kind = struct.pack("<HHIIHHH", _A_LAW, 1, rate, rate, 1, 8, 0)
    parts = (b"fmt ", kind), (b"fact", struct.pack("<I", len(data))), (b"data", data)
    body = b"".join(
        name + struct.pack("<I", len(part)) + part + bytes(len(part) % 2) for name, part in parts
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body

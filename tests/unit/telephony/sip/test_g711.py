"""Samples become A-law as ITU-T G.711 has it."""

from __future__ import annotations

import struct

import pytest

from acd.telephony.sip.g711 import a_law, wav
from tests.peers.tones import a_law_to_linear


@pytest.mark.parametrize(
    ("sample", "byte"),
    [(0, 0xD5), (-1, 0x55), (32767, 0xAA), (-32768, 0x2A), (1024, 0xE5), (-1024, 0x7A)],
)
def test_samples(sample: int, byte: int) -> None:
    assert a_law(struct.pack("<h", sample)) == bytes([byte])


def test_half_a_sample_is_left_out() -> None:
    assert a_law(bytes(3)) == a_law(bytes(2))


def test_what_is_decoded_again_is_near() -> None:
    samples = range(-32768, 32768, 37)
    heard = map(a_law_to_linear, a_law(struct.pack(f"<{len(samples)}h", *samples)))
    for said, got in zip(samples, heard, strict=True):
        assert abs(said - got) <= max(16, abs(said) / 16)


def test_a_file_says_what_it_is() -> None:
    file = wav(bytes(6), 8000)
    assert file[:4] + file[8:16] == b"RIFFWAVEfmt "
    assert int.from_bytes(file[4:8], "little") == len(file) - 8
    assert struct.unpack("<HHIIHH", file[20:36]) == (6, 1, 8000, 8000, 1, 8)
    assert file.endswith(b"data" + struct.pack("<I", 3) + bytes([0xD5] * 3) + bytes(1))

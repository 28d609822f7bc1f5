"""Makes acd/telephony/sip/sounds/: every text spoken by espeak-ng, and music of our own.

.venv/bin/python -m tools.sounds
"""

from __future__ import annotations

import array
import io
import math
import random
import shutil
import subprocess
import sys
import tomllib
import wave
from typing import TYPE_CHECKING

from acd.telephony.sip.prompts import NUMBERS
from acd.telephony.sip.sound_files import FORMAT, OURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

RATE = FORMAT[2]
VOICES = {"en": ("en-gb", "150"), "fr": ("fr", "145")}
PEAK = 0.6
SILENCE = 0.01
EDGE_S = 0.03
# the line carries up to 3.4 kHz
CUTOFF_HZ = 3400
TAPS = 24
FINER = 4
# in beats: a bar for each chord, its notes as half tones above A2
BEAT_S = 0.625
CHORDS = (
    (0, 7, 12, 16, 19, 24),  # A
    (-3, 4, 12, 16, 21, 24),  # F sharp minor
    (-7, 5, 9, 14, 17, 21),  # D
    (-5, 2, 7, 11, 14, 19),  # E
)
PATTERN = (0, 2, 3, 4, 5, 4, 3, 2)


def main() -> None:
    """Writes every file anew."""
    espeak = shutil.which("espeak-ng") or sys.exit("espeak-ng is not installed")
    texts = tomllib.loads((OURS / "texts.toml").read_text(encoding="utf-8"))
    for locale, said in texts.items():
        (OURS / locale).mkdir(exist_ok=True)
        for name, text in {**said, **{str(number): str(number) for number in NUMBERS}}.items():
            _write(OURS / locale / f"{name}.wav", _spoken(espeak, locale, text))
    _write(OURS / "music.wav", _music())


def _spoken(espeak: str, locale: str, text: str) -> list[float]:
    voice, speed = VOICES[locale]
    said = subprocess.run(
        [espeak, "-v", voice, "-s", speed, "--stdout", text], check=True, capture_output=True
    ).stdout
    # its header gives no length, since it goes to a pipe
    with wave.open(io.BytesIO(said)) as file:
        rate, samples = file.getframerate(), array.array("h", file.readframes(len(said)))
    return _trimmed(_resampled([sample / 32768 for sample in samples], rate))


def _resampled(samples: Sequence[float], rate: int) -> list[float]:
    """At 8 kHz, with what the line does not carry taken away (a windowed sinc)."""
    step, cut = rate / RATE, 2 * CUTOFF_HZ / rate
    span = math.ceil(TAPS * step / 2)

    def weight(distance: float) -> float:
        if abs(distance) >= span:
            return 0.0
        window = 0.5 + 0.5 * math.cos(math.pi * distance / span)
        x = math.pi * distance * cut
        return window * cut * (math.sin(x) / x if x else 1.0)

    made = []
    for index in range(int(len(samples) / step)):
        centre = index * step
        first = max(0, math.ceil(centre - span))
        near = samples[first : int(centre + span) + 1]
        made.append(sum(one * weight(first + at - centre) for at, one in enumerate(near)))
    return made


def _trimmed(samples: list[float]) -> list[float]:
    """Without the silence at both ends."""
    loud = [index for index, sample in enumerate(samples) if abs(sample) > SILENCE]
    edge = int(EDGE_S * RATE)
    return samples[max(0, loud[0] - edge) : loud[-1] + edge]


def _music() -> list[float]:
    """Eight quiet bars of plucked strings that lead into themselves."""
    bars = [*CHORDS, *CHORDS]
    bar_s = len(PATTERN) * BEAT_S / 2
    whole = [0.0] * int(len(bars) * bar_s * RATE)
    dice = random.Random(1)  # noqa: S311 - noise that is the same each time
    for number, chord in enumerate(bars):
        for at, string in enumerate(PATTERN):
            start = int((number * bar_s + at * BEAT_S / 2) * RATE)
            for offset, sample in enumerate(_plucked(110 * 2 ** (chord[string] / 12), dice)):
                whole[(start + offset) % len(whole)] += sample * (1.4 if at == 0 else 1.0)
    return whole


def _plucked(frequency: float, dice: random.Random) -> Iterator[float]:
    """A string, after Karplus and Strong: noise that goes round and loses its edges.

    Made at four times the rate, where the length of a string is near enough to its pitch.
    """
    ring = [dice.uniform(-1, 1) for _ in range(round(FINER * RATE / frequency))]
    for _ in range(FINER * 3):  # a soft finger
        ring = [(ring[index - 1] + sample) / 2 for index, sample in enumerate(ring)]
    place = 0
    for _ in range(2 * RATE):
        total = 0.0
        for _ in range(FINER):
            after = (place + 1) % len(ring)
            total += ring[place]
            ring[place] = 0.997 * (ring[place] + ring[after]) / 2
            place = after
        yield total / FINER


def _write(path: Path, samples: Sequence[float]) -> None:
    loudest = max(map(abs, samples))
    frames = array.array("h", (round(sample / loudest * PEAK * 32767) for sample in samples))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(FORMAT[0])
        file.setsampwidth(FORMAT[1])
        file.setframerate(FORMAT[2])
        file.writeframes(frames.tobytes())


if __name__ == "__main__":
    main()

"""Voices of the people in a story: each browser speaks a tone, and pages tell what they hear."""

from __future__ import annotations

import contextlib
import math
import struct
import time
import wave
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import Browser, BrowserType, Frame, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RATE: Final = 48_000
ANNA_HZ: Final = 440
CLAIRE_HZ: Final = 660
JEAN_HZ: Final = 1_500
PATIENCE_S: Final = 20.0
MUSIC_HZ: Final = (262, 330, 392, 523)

# What a browser does to voices would take a steady tone for noise; and whoever listens here must
# find the connections of the page.
LISTENING = """
(() => {
  const connections = [];
  const Real = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(...args) { super(...args); connections.push(this); }
  };
  const devices = navigator.mediaDevices;
  let microphone;
  if (devices) {
    const ask = devices.getUserMedia.bind(devices);
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    devices.getUserMedia = async ({ audio }) => {
      const voice = await ask({ audio: { ...audio, ...plain } });
      microphone = voice.getAudioTracks()[0].label;
      return voice;
    };
  }
  globalThis.usedMicrophone = () => microphone;
  let context;
  globalThis.heardHz = async () => {
    const live = connections.filter(({ connectionState }) => connectionState === "connected");
    const track = live.at(-1)?.getReceivers()[0]?.track;
    if (!track) return 0;
    context ??= new AudioContext();
    await context.resume();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    source.connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 350));
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    source.disconnect();
    const loudest = bins.reduce((best, value, at) => (value > bins[best] ? at : best), 0);
    return bins[loudest] < -65 ? 0 : Math.round(loudest * context.sampleRate / analyser.fftSize);
  };
  const isOpen = ({ connectionState }) => connectionState !== "closed";
  globalThis.openConnections = () => connections.filter(isOpen).length;
  globalThis.cutCall = () => connections.at(-1)?.close();
})();
"""


def tone(path: Path, hz: int) -> Path:
    """Two seconds of one note, as the microphone of a browser; it repeats without a seam."""
    samples = (
        round(9_000 * math.sin(2 * math.pi * hz * sample / RATE)) for sample in range(2 * RATE)
    )
    with contextlib.closing(wave.open(str(path), "wb")) as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


@contextlib.contextmanager
def speaking(chromium: BrowserType, program: Path, voice: Path) -> Iterator[Browser]:
    """A browser whose microphone hears this file, and whose calls stay on this machine."""
    browser = chromium.launch(
        executable_path=program,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--autoplay-policy=no-user-gesture-required",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={voice}",
            "--allow-loopback-in-peer-connection",
        ],
    )
    try:
        yield browser
    finally:
        browser.close()


def hears(page: Page | Frame, *hz: int) -> None:
    """Waits until the page hears one of these notes."""
    heard = _until(page, "heardHz()", lambda note: any(abs(note - each) <= 12 for each in hz))
    assert not heard, f"expected {hz} Hz, heard {heard}"


def hears_nothing(page: Page) -> None:
    """Waits until the page hears silence."""
    heard = _until(page, "heardHz()", lambda note: note == 0)
    assert not heard, f"expected silence, heard {heard}"


def speaks_through(page: Page, microphone: str) -> None:
    """Waits until the page was given this microphone last."""
    used = _until(page, "usedMicrophone()", lambda name: microphone in name)
    assert not used, f"expected {microphone}, used {used[-1]}"


def _until(page: Page | Frame, question: str, wanted: Callable[[Any], bool]) -> list[Any]:
    """What was answered while the wanted answer was not; empty once it is."""
    deadline = time.monotonic() + PATIENCE_S
    seen: list[Any] = []
    while time.monotonic() < deadline:
        seen.append(page.evaluate(question))
        if wanted(seen[-1]):
            return []
        page.wait_for_timeout(20)
    return seen

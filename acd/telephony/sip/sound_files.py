"""Music and announcements as files that rtpengine can play; an operator's stand before ours."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from acd.telephony.sip import g711

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acd.config.telephony import SipSettings

log = structlog.get_logger(__name__)

OURS: Final = Path(__file__).with_name("sounds")
MUSIC: Final = OURS / "music.wav"
FORMAT: Final = (1, 2, 8000)
"""Channels, bytes a sample, samples a second: so that one file may follow another without a gap."""
_GAP_FRAMES: Final = 800
"""A tenth of a second between two of them."""


class SoundFiles:
    """The files of one node.

    All are kept in `folder`, which is emptied first, as rtpengine plays them with the least work;
    what is said is joined into one for each wording. An operator's file of another format is told
    once, and ours is used; their music may be of any that rtpengine plays.
    """

    def __init__(self, settings: SipSettings, folder: Path) -> None:
        self._locale = settings.locale
        self._folder = folder.absolute()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, mode=0o755)
        self.music = self._music(settings.music_file)
        """For those who wait or are on hold; to be repeated."""
        self._theirs = _usable(Path(settings.sounds_dir)) if settings.sounds_dir else {}

    def said(self, *names: str, locale: str = "") -> Path:
        """One file that says all of these, one after the other. Threads may ask at once.

        Args:
            names: as `prompts` makes them.
            locale: the language; by default the configured one.

        Raises:
            OSError: it cannot be written.
        """
        locale = locale or self._locale
        digest = hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]
        path = self._folder / f"{locale}-{digest}.wav"
        if not path.is_file():
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")  # others may be at the same words
            try:
                self._join(fresh, [f"{locale}/{name}.wav" for name in names])
                fresh.replace(path)
            finally:
                fresh.unlink(missing_ok=True)
        return path

    def _music(self, said: str) -> Path:
        theirs = Path(said).absolute() if said else MUSIC
        music = theirs if theirs.is_file() else MUSIC
        if not is_made_anew(music):
            return music
        path = self._folder / "music.wav"
        with wave.open(str(music), "rb") as file:
            path.write_bytes(g711.wav(file.readframes(file.getnframes()), file.getframerate()))
        return path

    def _join(self, path: Path, names: Sequence[str]) -> None:
        gap = bytes(_GAP_FRAMES * FORMAT[1])
        path.write_bytes(g711.wav(b"".join(self._frames(name) + gap for name in names), FORMAT[2]))

    def _frames(self, name: str) -> bytes:
        with wave.open(str(self._theirs.get(name, OURS / name)), "rb") as one:
            return one.readframes(one.getnframes())


def is_made_anew(music: Path) -> bool:
    """Whether the node writes this music again, for rtpengine; other formats it plays as it is."""
    try:
        with wave.open(str(music), "rb") as one:
            return (one.getnchannels(), one.getsampwidth()) == FORMAT[:2]
    except (OSError, EOFError, wave.Error):
        return False


def _usable(folder: Path) -> dict[str, Path]:
    """An operator's files by name, those that can be joined."""
    found = {}
    for path in sorted(folder.glob("*/*.wav")):
        name = f"{path.parent.name}/{path.name}"
        if not (OURS / name).is_file():
            log.warning("sound of no use", file=str(path), reason="nothing is called so")
        elif reason := _unusable(path):
            log.warning("sound of no use", file=str(path), reason=reason)
        else:
            found[name] = path.absolute()
    return found


def _unusable(path: Path) -> str:
    try:
        with wave.open(str(path), "rb") as one:
            is_format = (one.getnchannels(), one.getsampwidth(), one.getframerate())
    except (OSError, EOFError, wave.Error) as error:
        return str(error) or "it ends too early"
    return "" if is_format == FORMAT else "it is not 8 kHz, mono, 16 bits"

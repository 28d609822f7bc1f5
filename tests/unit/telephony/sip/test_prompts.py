"""What callers are told: the words, and that there is a sound file of each."""

from __future__ import annotations

import array
import threading
import tomllib
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from acd.config.telephony import SipSettings
from acd.telephony.sip import prompts
from acd.telephony.sip.g711 import a_law
from acd.telephony.sip.prompts import Prompt, place_in_line
from acd.telephony.sip.sound_files import FORMAT, OURS, SoundFiles

LOCALES = ("en", "fr")
GAP = bytes(1600)
EVERY = (*Prompt, *map(str, prompts.NUMBERS))


@pytest.mark.parametrize(
    ("place", "wait_s", "said"),
    [
        (0, None, "you-are-next"),
        (1, None, "you-are-next"),
        (1, 0.0, "you-are-next wait-short"),
        (2, 29.9, "you-are-number 2 wait-short"),
        (2, 30.0, "you-are-number 2 wait-one-minute"),
        (3, 60.0, "you-are-number 3 wait-one-minute"),
        (3, 60.1, "you-are-number 3 wait-about 2 minutes"),
        (20, 600.0, "you-are-number 20 wait-about 10 minutes"),
        (21, 601.0, "many-before-you wait-about 15 minutes"),
        (99, 3600.0, "many-before-you wait-about 60 minutes"),
        (99, 3601.0, "many-before-you wait-long"),
    ],
)
def test_the_place_in_line(place: int, wait_s: float | None, said: str) -> None:
    assert place_in_line(place, wait_s) == tuple(said.split())


def test_a_wait_is_never_told_shorter_than_it_is_and_has_its_files() -> None:
    for seconds in range(60, 4000):
        for name in place_in_line(1, float(seconds)):
            assert name in EVERY
            if name.isdecimal():
                assert int(name) * 60 >= seconds


def test_a_code_is_said_twice_digit_by_digit() -> None:
    said = prompts.code("0429")
    assert said == ("your-code-is", *"0429", "again", *"0429", "goodbye")


def test_every_prompt_is_written_in_each_language() -> None:
    texts = tomllib.loads((OURS / "texts.toml").read_text(encoding="utf-8"))
    assert set(texts) == set(LOCALES)
    for said in texts.values():
        assert set(said) == set(Prompt)


def test_every_file_is_there_and_can_be_heard() -> None:
    there = {str(path.relative_to(OURS)): path for path in OURS.rglob("*.wav")}
    wanted = {"music.wav", *(f"{one}/{name}.wav" for one in LOCALES for name in EVERY)}
    assert set(there) == wanted
    for name, path in there.items():
        with wave.open(str(path), "rb") as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == FORMAT, name
            samples = array.array("h", file.readframes(file.getnframes()))
        assert len(samples) / FORMAT[2] > 0.1, name
        assert 10_000 < max(map(abs, samples)) < 32_000, name


def frames(path: Path) -> bytes:
    with wave.open(str(path), "rb") as file:
        return file.readframes(file.getnframes())


def sound(path: Path) -> bytes:
    """What is in a file that the node wrote."""
    return path.read_bytes()[58:]


def theirs(path: Path, *, rate: int = 8000) -> bytes:
    """An operator's own file: a second of noise that is like nothing of ours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(range(200)) * 80)
    return bytes(range(200)) * 80


def test_what_is_said_follows_in_one_file(tmp_path: Path) -> None:
    sounds = SoundFiles(SipSettings(locale="fr"), tmp_path / "said")
    path = sounds.said("you-are-number", "7")
    first, second = frames(OURS / "fr/you-are-number.wav"), frames(OURS / "fr/7.wav")
    assert sound(path).rstrip(b"\0") == a_law(first + GAP + second + GAP)
    assert sounds.said("you-are-number", "7") == path
    assert sounds.said("you-are-number", "7", locale="en") != path
    assert sound(sounds.music) == a_law(frames(OURS / "music.wav"))


def test_two_may_ask_for_the_same_words_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = SoundFiles(SipSettings(), tmp_path / "said")
    both_are_at_it, read = threading.Barrier(2, timeout=5), SoundFiles._frames

    def together(self: SoundFiles, name: str) -> bytes:
        both_are_at_it.wait()
        return read(self, name)

    monkeypatch.setattr(SoundFiles, "_frames", together)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: sounds.said("closed", "goodbye"), range(2))
    assert first == second
    assert set((tmp_path / "said").iterdir()) == {first, sounds.music}
    assert sound(first).startswith(a_law(frames(OURS / "en/closed.wav")))


def test_an_operators_files_stand_before_ours(tmp_path: Path) -> None:
    own = theirs(tmp_path / "own/en/closed.wav")
    theirs(tmp_path / "own/en/all-busy.wav", rate=16_000)
    (tmp_path / "own/en/taken.wav").write_bytes(b"RIFF")
    music = tmp_path / "music.mp3"
    music.write_bytes(b"any that rtpengine plays")
    settings = SipSettings(sounds_dir=str(tmp_path / "own"), music_file=str(music))
    sounds = SoundFiles(settings, tmp_path / "said")
    assert sound(sounds.said("closed")).startswith(a_law(own))
    for name in ("all-busy", "taken"):
        assert sound(sounds.said(name)).startswith(a_law(frames(OURS / f"en/{name}.wav")))
    assert sounds.music == music


def test_what_was_joined_from_older_files_is_forgotten(tmp_path: Path) -> None:
    settings = SipSettings(sounds_dir=str(tmp_path / "own"))
    SoundFiles(settings, tmp_path / "said").said("closed")
    own = theirs(tmp_path / "own/en/closed.wav")
    said = SoundFiles(settings, tmp_path / "said").said("closed")
    assert sound(said).startswith(a_law(own))


def test_an_operators_music_keeps_its_rate(tmp_path: Path) -> None:
    own = theirs(tmp_path / "own.wav", rate=16_000)
    music = SoundFiles(SipSettings(music_file=str(tmp_path / "own.wav")), tmp_path / "said").music
    assert int.from_bytes(music.read_bytes()[24:28], "little") == 16_000
    assert sound(music) == a_law(own)

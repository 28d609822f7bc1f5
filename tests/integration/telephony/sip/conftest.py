"""A SIP adapter with a real rtpengine; the core's part is played by the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.telephony.sip.desk import Desk
from tests.peers.phone import Phone
from tests.peers.rtpengine import Rtpengine
from tests.peers.tones import write_tone

MUSIC_HZ, PROMPT_HZ, AGENT_HZ, CALLER_HZ = 300, 560, 700, 1000


@pytest.fixture(scope="session")
def engine(
    peer: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rtpengine]:
    """One rtpengine for all these tests; each leaves it empty."""
    engine = Rtpengine(peer("rtpengine"), tmp_path_factory.mktemp("rtpengine"))
    engine.start()
    yield engine
    engine.kill()


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("sounds")
    tones = {"music": MUSIC_HZ, "prompt": PROMPT_HZ}
    for name, hertz in tones.items():
        write_tone(str(folder / f"{name}.wav"), hertz)
    write_tone(str(folder / "place.wav"), 860, seconds=1.0)
    return {name: str(folder / f"{name}.wav") for name in (*tones, "place")}


@pytest.fixture
async def open_desk(engine: Rtpengine, sounds: dict[str, str]) -> AsyncIterator[Callable[..., Any]]:
    """`await open_desk(**options)` starts an adapter; nothing of it may be left at the end.

    The phones are there for longer, so that they answer its BYE.
    """
    desks: list[Desk] = []

    async def open_(**more: Any) -> Desk:
        options = Desk.options(engine, sounds)
        desk = Desk(replace(options, **more), engine)
        await desk.start()
        desks.append(desk)
        return desk

    yield open_
    for desk in desks:
        await desk.stop()


@pytest.fixture
async def desk(open_desk: Callable[..., Any]) -> Desk:
    return await open_desk()


@pytest.fixture
async def caller() -> AsyncIterator[Phone]:
    async with Phone.open(CALLER_HZ) as phone:
        yield phone


@pytest.fixture
async def agent_phone() -> AsyncIterator[Phone]:
    async with Phone.open(AGENT_HZ) as phone:
        yield phone

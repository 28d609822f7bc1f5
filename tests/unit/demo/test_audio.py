"""Audio ports of several demonstrations on one machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from acd.config import Config
from acd.demo import audio
from acd.demo.folder import keep
from acd.demo.seed import demo_config
from acd.telephony.sip import ports

Claim = Callable[[int, int], Awaitable[None]]


@pytest.fixture
async def claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Claim]:
    """Has ports until the test is over, on a machine where nobody else has any."""
    monkeypatch.setattr(ports, "CLAIMS", (tmp_path / "claims",))
    held: list[int] = []

    async def claimed(first: int, last: int) -> None:
        descriptor = await ports.claim_audio(first, last)
        assert descriptor is not None
        held.append(descriptor)

    yield claimed
    for descriptor in held:
        os.close(descriptor)


def audio_of(config: Config) -> tuple[int, int]:
    return config.telephony.rtpengine.first_port, config.telephony.rtpengine.last_port


async def test_each_has_the_first_that_are_free(claim: Claim, tmp_path: Path) -> None:
    config = demo_config({}, data_dir=tmp_path)
    assert audio_of(config) == (20_000, 20_399)
    await claim(20_000, 20_399)
    await claim(20_800, 20_800)
    assert audio_of(demo_config({}, data_dir=tmp_path)) == (20_400, 20_799)
    await claim(20_400, 20_799)
    assert audio_of(demo_config({}, data_dir=tmp_path)) == (21_200, 21_599)


async def test_where_all_are_taken_they_stay_and_the_node_tells(
    claim: Claim, tmp_path: Path
) -> None:
    await claim(20_000, audio.LAST)
    assert audio_of(demo_config({}, data_dir=tmp_path)) == (20_000, 20_399)


async def test_those_that_are_named_are_kept_to(claim: Claim, tmp_path: Path) -> None:
    await claim(20_000, 20_399)
    named = {"ACD_TELEPHONY__RTPENGINE__FIRST_PORT": "20100"}
    assert audio_of(demo_config(named, data_dir=tmp_path)) == (20_100, 20_399)


async def test_what_a_killed_one_left_has_its_ports_already(
    claim: Claim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await claim(20_000, 20_799)
    left = demo_config({}, data_dir=tmp_path)
    keep(tmp_path, **audio.audio_note(left))
    await claim(*audio_of(left))
    assert audio_of(demo_config({}, data_dir=tmp_path)) == (21_200, 21_599)
    monkeypatch.setattr(audio, "left_in", lambda _: 1)
    assert audio_of(demo_config({}, data_dir=tmp_path)) == (20_800, 21_199)

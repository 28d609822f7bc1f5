"""What a waiting caller is told, and the key that lets them go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.config.telephony import SipSettings
from acd.domain.ids import InteractionId
from acd.telephony import port
from acd.telephony.announcing import Announcements
from acd.telephony.sip.sound_files import SoundFiles
from tests.contract.telephony.rig import until
from tests.integration.telephony.conftest import Exchange, running_exchange


@pytest.fixture
async def exchange(redis_url: str, tenant: str, tmp_path: Path) -> AsyncIterator[Exchange]:
    sounds = SoundFiles(SipSettings(), tmp_path / "sounds")
    async with running_exchange(redis_url, tenant, tmp_path) as exchange:
        exchange.announce(
            Announcements(sounds, exchange.router, every_s=0.1, calls_back=lambda _queue: True)
        )
        yield exchange


def announced(exchange: Exchange, call: str) -> list[str]:
    return [
        told.file
        for told in exchange.phones.told
        if isinstance(told, port.Announce) and told.call == call
    ]


def exist(files: list[str]) -> bool:
    return all(Path(file).is_file() for file in files)


async def test_the_place_is_told_again_and_again(exchange: Exchange) -> None:
    first, second = [await exchange.phones.arrive() for _ in range(2)]
    await until(lambda: len(announced(exchange, first)) > 1 and bool(announced(exchange, second)))
    assert set(announced(exchange, first)).isdisjoint(announced(exchange, second))
    assert exist(announced(exchange, first))


async def test_who_talks_is_told_nothing(exchange: Exchange) -> None:
    call, _ = await exchange.talk()
    before = len(announced(exchange, call))
    other = await exchange.phones.arrive()
    await until(lambda: len(announced(exchange, other)) > 2)
    assert len(announced(exchange, call)) == before


async def test_a_key_lets_a_caller_go_and_keeps_the_place(exchange: Exchange) -> None:
    call = await exchange.phones.arrive()
    exchange.kept.add(call)
    await exchange.hears(call, "music")
    await exchange.phones.say(port.Digit(call=InteractionId(call), digit="5"))
    await exchange.phones.say(port.Digit(call=InteractionId(call), digit="1"))
    assert await exchange.over(call) == "callback"
    seen = await exchange.router.interaction(InteractionId(call))
    assert seen is not None
    assert (seen.state, seen.callback is not None) == ("waiting", True)
    await exchange.router.abandon(InteractionId(call))


async def test_who_has_no_number_cannot_be_called_back(exchange: Exchange) -> None:
    call = await exchange.phones.arrive(caller="anonymous")
    await exchange.phones.say(port.Digit(call=InteractionId(call), digit="1"))
    await until(lambda: bool(announced(exchange, call)))
    seen = await exchange.router.interaction(InteractionId(call))
    assert seen is not None
    assert seen.callback is None


async def test_who_is_turned_away_by_a_rule_hears_it(exchange: Exchange) -> None:
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    await exchange.router.finish(InteractionId(call), by="system")
    assert await exchange.over(call) == "rejected"
    assert announced(exchange, call)

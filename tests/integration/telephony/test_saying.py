"""A telephone is told something, and whoever asked for it what came of that."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from acd.domain.device_errors import TelephoneUnanswered
from acd.domain.errors import TelephonyOff
from tests.contract.telephony.rig import until
from tests.integration.telephony.exchange import Exchange, Exchanges

TELEPHONE = "+33199005678"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    code = tmp_path / "code.wav"
    code.touch()
    return code


async def dialled(exchange: Exchange) -> str:
    """The call, once it is made."""
    await until(lambda: bool(exchange.phones.calls_there))
    [call] = exchange.phones.calls_there
    exchange.kept.add(call)
    return call


async def test_a_code_is_said_to_a_telephone_and_kept_nowhere(
    exchanges: Exchanges, code: Path
) -> None:
    exchange = await exchanges()
    await exchange.board.say(TELEPHONE, str(code))
    call = await dialled(exchange)
    assert await exchange.over(call) == "said"
    told = [type(one).__name__ for one in exchange.phones.told]
    assert told == ["Dial", "Announce", "HangUp"]
    assert exchange.at(call).dialled == TELEPHONE
    await until(lambda: not code.exists())


async def test_who_asked_hears_that_nobody_picked_up(exchanges: Exchanges, code: Path) -> None:
    exchange = await exchanges()
    exchange.phones.customers_answer = False
    with pytest.raises(TelephoneUnanswered):
        await exchange.board.say(TELEPHONE, str(code))
    await dialled(exchange)
    await until(lambda: not code.exists())


async def test_who_asked_hears_that_the_node_stops_first(exchanges: Exchanges, code: Path) -> None:
    exchange = await exchanges()
    exchange.phones.customers_think = True
    asked = asyncio.create_task(exchange.board.say(TELEPHONE, str(code)))
    await dialled(exchange)
    exchange.leaving.set()
    with pytest.raises(TelephonyOff):
        await asked
    await until(lambda: not code.exists())

"""What a waiting caller is told, and the key that lets them go."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from acd.config.telephony import SipSettings
from acd.domain.ids import InteractionId
from acd.domain.queue import Diversion, Divert
from acd.routing.results import Changed
from acd.telephony import port
from acd.telephony.sip.prompts import Prompt
from acd.telephony.sip.sound_files import SoundFiles
from tests.contract.telephony.rig import until
from tests.integration.telephony.exchange import Exchange, Exchanges

Announcing = Callable[..., Awaitable[Exchange]]


@pytest.fixture
def announcing(exchanges: Exchanges, tmp_path: Path) -> Announcing:
    """`await announcing(**rules)` is an exchange whose callers are told things."""

    async def begin(**rules: Any) -> Exchange:
        exchange = await exchanges(**rules)
        exchange.announce(SoundFiles(SipSettings(), tmp_path / "sounds"))
        return exchange

    return begin


@pytest.fixture
async def exchange(announcing: Announcing) -> Exchange:
    return await announcing()


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


async def test_who_hangs_up_before_routing_has_answered_the_key_keeps_the_place(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await exchange.phones.arrive()
    exchange.kept.add(call)
    await exchange.hears(call, "music")
    ask, asked, gone = exchange.router.request_callback, asyncio.Event(), asyncio.Event()

    async def slowly(interaction: InteractionId) -> Changed:
        asked.set()
        await gone.wait()
        return await ask(interaction)

    monkeypatch.setattr(exchange.router, "request_callback", slowly)
    await exchange.phones.say(port.Digit(call=InteractionId(call), digit="1"))
    await asked.wait()
    await exchange.phones.hang_up(call)
    gone.set()
    await until(lambda: InteractionId(call) not in exchange.board)
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


async def test_what_cannot_be_written_is_not_heard_and_ends_no_call(
    announcing: Announcing, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await announcing(max_length=1, on_full=REJECT)
    asked: list[str] = []

    def full_disk(*names: str) -> Path:
        asked.extend(names)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exchange.sounds, "said", full_disk)
    call = await exchange.phones.arrive()
    await until(lambda: len(asked) > 2)
    turned_away = await exchange.phones.arrive()
    assert await exchange.over(turned_away) == "486 full"
    assert exchange.at(call).hears == "music"
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await exchange.hears(call, (offer, "browser"))
    assert announced(exchange, call) == []


REJECT, BACK = Divert(to=Diversion.REJECT), Divert(to=Diversion.CALLBACK)
TURNED_AWAY = {
    Prompt.ALL_BUSY: {"max_length": 1, "on_full": REJECT},
    Prompt.CLOSED: {"on_closed": REJECT},
    Prompt.NOBODY_HERE: {"on_nobody": REJECT},
}


@pytest.mark.parametrize("prompt", TURNED_AWAY)
async def test_who_is_turned_away_at_the_door_hears_why_before_it_costs(
    announcing: Announcing, prompt: Prompt
) -> None:
    exchange = await announcing(**TURNED_AWAY[prompt])
    if prompt is Prompt.ALL_BUSY:
        await exchange.hears(await exchange.phones.arrive(), "music")
    elif prompt is Prompt.CLOSED:
        await exchange.router.set_hours("support/call", ())
    call = await exchange.phones.arrive()
    await exchange.over(call)
    said = [one for one in exchange.phones.told if one.call == call]
    assert [type(one) for one in said] == [port.Reject]
    assert said[0].file == exchange.says(prompt)  # type: ignore[attr-defined]
    assert await exchange.outcome(call) == "rejected"


async def test_who_waited_too_long_hears_that(announcing: Announcing) -> None:
    exchange = await announcing(max_wait_s=0.2, on_max_wait=REJECT)
    call = await exchange.phones.arrive()
    assert await exchange.over(call) == "rejected"
    assert announced(exchange, call)[-1] == exchange.says(Prompt.WAITED_TOO_LONG)


async def test_who_is_in_line_when_it_closes_hears_that(announcing: Announcing) -> None:
    exchange = await announcing(at_close=REJECT)
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    await exchange.router.set_hours("support/call", ())
    assert await exchange.over(call) == "rejected"
    assert announced(exchange, call)[-1] == exchange.says(Prompt.CLOSED)


async def test_who_is_turned_away_by_a_person_hears_that_all_are_busy(exchange: Exchange) -> None:
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    await exchange.router.finish(InteractionId(call), by="system")
    assert await exchange.over(call) == "rejected"
    assert announced(exchange, call)[-1] == exchange.says(Prompt.ALL_BUSY)


async def test_nobody_is_promised_a_call_that_nobody_can_make(announcing: Announcing) -> None:
    exchange = await announcing(max_length=1, on_full=BACK, max_wait_s=0.2, on_max_wait=BACK)
    first = await exchange.phones.arrive(caller="anonymous")
    await until(lambda: exchange.at(first).hears != "nothing")
    second = await exchange.phones.arrive(caller="anonymous")  # one too many
    assert await exchange.over(second) == "486 full"
    assert await exchange.outcome(second) == "unreached"
    assert await exchange.over(first) == "unreached"
    assert announced(exchange, first)[-1] == exchange.says(Prompt.WAITED_TOO_LONG)
    assert await exchange.outcome(first) == "unreached"


async def test_who_left_another_number_is_called_there(exchange: Exchange) -> None:
    call = await exchange.phones.arrive(caller="anonymous")
    exchange.kept.add(call)
    await exchange.hears(call, "music")
    await exchange.router.request_callback(InteractionId(call), "callback")
    assert await exchange.over(call) == "callback"
    assert announced(exchange, call)[-1] == exchange.says(Prompt.CALLBACK_PROMISED)
    await exchange.router.abandon(InteractionId(call))

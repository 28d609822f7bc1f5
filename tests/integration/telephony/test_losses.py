"""Redis goes away, events are lost, the node stops: callers are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from acd.chat.delivery import Listener
from acd.domain.errors import StoreUnavailable
from acd.domain.ids import InteractionId, OfferId
from acd.domain.queue import LastAgent
from acd.routing.snapshots import InteractionSnapshot
from acd.telephony import port
from acd.telephony.early import Early
from tests.contract.telephony.rig import until
from tests.integration.telephony.exchange import Exchange, Exchanges, running_exchange
from tests.servers import Server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path / "redis")
    await asyncio.to_thread(server.start)
    yield server
    server.kill()


async def away(exchange: Exchange, server: Server) -> None:
    await asyncio.to_thread(server.write_all)  # nobody here tells it what it forgot
    await asyncio.to_thread(server.kill)
    await until(lambda: not exchange.router.link.available)


async def test_a_caller_comes_while_redis_is_away(
    server: Server, tenant: str, tmp_path: Path
) -> None:
    async with running_exchange(server.url, tenant, tmp_path) as exchange:
        await exchange.sign_in("anna")
        await away(exchange, server)
        gone, stays = [await exchange.phones.arrive() for _ in range(2)]
        for call in (gone, stays):
            await exchange.hears(call, "music")
        await exchange.phones.hang_up(gone)
        await asyncio.to_thread(server.start)
        assert await exchange.outcome(gone) == "abandoned"
        await exchange.intake.sweep(older_than_ms=0)
        await exchange.delivery.catch_up()  # as the relay does when Redis is back
        offer = (await exchange.offers(stays))["anna"]
        await exchange.router.accept(offer, "anna")
        await exchange.hears(stays, (offer, "browser"))


async def test_a_caller_whose_arrival_is_stored_is_in_though_the_database_goes(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else they would be refused, and their row ring agents with nobody on the line."""
    exchange = await exchanges(last_agent=LastAgent.PREFER)

    async def away(*_: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as gone:
        gone.setattr(exchange.intakes, "last_agent", away)
        call = await exchange.phones.arrive()
        await exchange.hears(call, "music")
    await exchange.sign_in("anna")
    await exchange.intake.sweep(older_than_ms=0)
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await exchange.hears(call, (offer, "browser"))


async def test_a_talk_goes_on_and_ends_while_redis_is_away(
    server: Server, tenant: str, tmp_path: Path
) -> None:
    async with running_exchange(server.url, tenant, tmp_path) as exchange:
        call, offer = await exchange.talk()
        await away(exchange, server)
        assert exchange.at(call).hears == (offer, "browser")
        await exchange.phones.hang_up(call)
        await asyncio.to_thread(server.start)
        assert await exchange.outcome(call) == "handled"


def ring_of(exchange: Exchange, call: str) -> bool:
    return any(isinstance(one, port.Ring) and one.call == call for one in exchange.phones.told)


async def test_who_hears_routing_from_the_first_moment_asks_it_nothing(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    await exchange.sign_in("anna")
    asked: list[str] = []
    interaction = exchange.router.interaction

    async def ask(call: InteractionId) -> InteractionSnapshot | None:
        asked.append(call)
        return await interaction(call)

    monkeypatch.setattr(exchange.router, "interaction", ask)
    call = await exchange.phones.arrive()
    await until(lambda: ring_of(exchange, call))
    assert asked == []


async def test_a_call_whose_events_are_not_heard_in_time_rings_all_the_same(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    await exchange.sign_in("anna")
    listen = exchange.delivery.listen

    async def too_late(address: str, listener: Listener) -> None:
        if isinstance(listener, Early):
            await asyncio.Event().wait()
        await listen(address, listener)

    monkeypatch.setattr(exchange.delivery, "listen", too_late)
    monkeypatch.setattr("acd.telephony.early._SOON_S", 0.01)
    call = await exchange.phones.arrive()
    await until(lambda: ring_of(exchange, call))


async def deaf(exchange: Exchange, call: str) -> None:
    """From now on the switchboard hears nothing of the call."""
    live = exchange.board._calls[InteractionId(call)]
    for address in live._addresses():  # type: ignore[union-attr]
        await exchange.delivery.forget(address, live)  # type: ignore[arg-type]


async def hear_again(exchange: Exchange, call: str) -> None:
    await exchange.board._calls[InteractionId(call)].listen()  # type: ignore[union-attr]


async def test_an_offer_that_was_not_heard_of_rings_after_all(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    await until(lambda: InteractionId(call) in exchange.board._calls)
    await deaf(exchange, call)
    await exchange.sign_in("anna")
    await exchange.state(call, "ringing")
    await hear_again(exchange, call)
    offer = (await exchange.offers(call))["anna"]
    await exchange.phones.pick_up(offer, "browser")
    await exchange.hears(call, (offer, "browser"))


async def test_an_accept_that_was_not_heard_of_connects_after_all(exchanges: Exchanges) -> None:
    exchange = await exchanges(strategy=("ring_all",))
    await exchange.sign_in("anna", "bruno")
    call = await exchange.phones.arrive()
    offers = await exchange.offers(call, "anna", "bruno")
    await deaf(exchange, call)
    await exchange.router.accept(offers["bruno"], "bruno")
    await hear_again(exchange, call)
    await exchange.hears(call, (offers["bruno"], "browser"))
    assert list(exchange.at(call).legs) == [(offers["bruno"], "browser")]
    await exchange.state(call, "active")


async def test_a_transfer_that_was_not_heard_of_happens_after_all(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    await deaf(exchange, call)
    await exchange.router.transfer_to_queue(InteractionId(call), "anna", "sales/call")
    await exchange.sign_in("chloe")
    await exchange.state(call, "ringing")
    await hear_again(exchange, call)
    await exchange.hears(call, "music")
    await exchange.offers(call, "chloe")


async def test_an_end_that_was_not_heard_of_ends_the_call(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    await deaf(exchange, call)
    await exchange.router.finish(InteractionId(call), by="agent", agent="anna")
    await hear_again(exchange, call)
    assert await exchange.over(call) == "handled"


async def test_whose_agent_is_not_heard_any_more_goes_back_to_the_line(
    exchanges: Exchanges,
) -> None:
    exchange = await exchanges()
    call, offer = await exchange.talk("anna")
    before = await exchange.router.interaction(InteractionId(call))
    await exchange.sign_in("bruno")
    await exchange.phones.fall_silent(offer, "browser")
    again = (await exchange.offers(call, "bruno"))["bruno"]
    await exchange.hears(call, "music")
    after = await exchange.router.interaction(InteractionId(call))
    assert before is not None
    assert after is not None
    assert before.enqueued_ms == after.enqueued_ms
    await exchange.router.accept(again, "bruno")
    await exchange.hears(call, (again, "browser"))
    await exchange.state(call, "active")
    await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"


async def test_an_agent_is_lost_once_where_redis_goes_before_it_answers(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    call, offer = await exchange.talk("anna")
    await exchange.sign_in("bruno")
    fail, done = exchange.router.fail, []

    async def unheard(*given: Any) -> Any:
        done.append(await fail(*given))
        if len(done) == 1:
            raise StoreUnavailable
        return done[-1]

    monkeypatch.setattr(exchange.router, "fail", unheard)
    await exchange.phones.fall_silent(offer, "browser")
    again = (await exchange.offers(call, "bruno"))["bruno"]
    await until(lambda: len(done) == 2)
    await exchange.router.accept(again, "bruno")
    await exchange.hears(call, (again, "browser"))
    await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"


async def test_a_beat_that_fails_ends_no_call(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive()
    await until(lambda: InteractionId(call) in exchange.board._calls)

    async def broken(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(exchange.router, "heartbeat", broken)
    await exchange.board.beat()
    await exchange.hears(call, "music")


async def test_whoever_is_not_heard_is_told_of_in_the_log(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, offer = await exchange.talk("anna")
    with capture_logs() as logged:
        for whose in (None, OfferId(offer)):
            await exchange.phones.say(port.MediaLost(call=InteractionId(call), offer=whose))
    told = [(one["call"], one["offer"]) for one in logged if one["event"] == "nothing is heard"]
    assert told == [(call, None), (call, offer)]


async def test_a_broken_subscription_is_noticed(exchanges: Exchanges, redis_url: str) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    await exchange.router.link.client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await exchange.sign_in("anna")
    await exchange.offers(call)


async def test_a_node_that_stops_ends_every_call(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    talking, _ = await exchange.talk("anna")
    waiting = await exchange.phones.arrive()
    await exchange.hears(waiting, "music")
    exchange.leaving.set()
    assert await exchange.outcome(talking) == "handled"
    assert await exchange.outcome(waiting) == "abandoned"
    late = await exchange.phones.arrive()
    assert await exchange.over(late) == "503 store_unavailable"
    assert not any(
        isinstance(told, port.Bridge) and told.call == late for told in exchange.phones.told
    )

"""A caller need not stay: agent first, then customer, tried again, and given up."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from acd.domain.errors import DiallingTooOften
from acd.domain.ids import ContactId, InteractionId
from acd.domain.phone import E164
from acd.routing import keys
from acd.routing.lines import Lines
from acd.telephony import port
from acd.telephony.live import LiveCall
from acd.telephony.state import CallPhase
from tests.contract.telephony.rig import eventually, until
from tests.integration.telephony.exchange import DESK, MOBILE, Exchange, Exchanges

NUMBER = "+33199001234"


async def kept(exchange: Exchange) -> str:
    """Somebody called, and hung up since they will be called back; this node has the line."""
    call = await exchange.phones.arrive(caller=NUMBER)
    await exchange.hears(call, "music")
    await exchange.router.request_callback(InteractionId(call))
    assert await exchange.over(call) == "callback"

    async def found() -> bool:
        await exchange.returning.look(exchange.board)
        return call in exchange.board

    await eventually(found)
    return call


async def test_the_agent_first_then_the_customer(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await kept(exchange)
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await until(lambda: exchange.at(call).dialled == NUMBER)
    await exchange.hears(call, (offer, "browser"))
    await exchange.state(call, "active")
    told = [type(one).__name__ for one in exchange.phones.told if one.call == call]
    assert told[-3:] == ["Ring", "Bridge", "Dial"]
    assert exchange.joined == [(call, offer, "anna")], "they joined when the customer answered"
    await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"


async def test_the_number_that_was_said_last_is_the_one_that_is_dialled(
    exchanges: Exchanges,
) -> None:
    exchange = await exchanges()
    exchange.dial_s = 45.0
    call = await kept(exchange)
    row = await exchange.intakes.get(InteractionId(call))
    assert row is not None
    await exchange.contacts.call_back_at(row.contact, E164("+33199005555"))
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await exchange.state(call, "active")
    dialled = [one for one in exchange.phones.told if isinstance(one, port.Dial)]
    assert [(one.number, one.timeout_ms) for one in dialled] == [("+33199005555", 45_000)]


async def test_who_could_not_be_called_just_now_loses_no_try(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges(callback_tries=1, callback_retry_s=0.2)
    call = await kept(exchange)

    async def too_often(_number: E164, *, agent: str | None) -> None:
        raise DiallingTooOften(retry_after_s=20)

    monkeypatch.setattr(exchange.board._means.dialling, "allow", too_often)
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await until(lambda: bool(exchange.at(call).over))
    monkeypatch.undo()
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await exchange.state(call, "active")
    assert exchange.at(call).dialled == NUMBER


async def test_an_agent_without_a_console_takes_it_at_a_phone(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await kept(exchange)
    await exchange.has("anna", MOBILE)
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await exchange.phones.pick_up(offer, "mobile")
    await exchange.phones.press(offer, "mobile", "1")
    await exchange.hears(call, (offer, "mobile"))


async def test_who_does_not_answer_is_called_again_and_given_up(exchanges: Exchanges) -> None:
    exchange = await exchanges(callback_tries=2, callback_retry_s=0.2)
    exchange.phones.customers_answer = False
    call = await kept(exchange)
    await exchange.sign_in("anna")
    for number in (1, 2):
        offer = (await exchange.offers(call))["anna"]
        assert offer.endswith(f".{number}")
        await exchange.router.accept(offer, "anna")
        await until(lambda: bool(exchange.at(call).over))
    assert await exchange.outcome(call) == "unreached"


async def test_an_agent_who_hangs_up_before_the_answer_gives_it_back(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await kept(exchange)
    await exchange.has("anna", DESK)
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    exchange.phones.customers_think = True
    await exchange.phones.pick_up(offer, "desk")
    await until(lambda: bool(exchange.at(call).dialled))
    await exchange.sign_in("bruno")
    await exchange.phones.put_down(offer, "desk")
    offer = (await exchange.offers(call, "bruno"))["bruno"]
    exchange.phones.customers_think = False
    await exchange.router.accept(offer, "bruno")
    await exchange.state(call, "active")


async def test_a_number_that_may_not_be_called_is_not(exchanges: Exchanges) -> None:
    exchange = await exchanges(callback_tries=1)
    call = await exchange.phones.arrive(caller="+4930123456")
    await exchange.hears(call, "music")
    await exchange.router.request_callback(InteractionId(call))
    await exchange.over(call)
    await eventually(lambda: taken(exchange, call))
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    assert await exchange.outcome(call) == "unreached"
    assert not any(isinstance(told, port.Dial) for told in exchange.phones.told)


async def taken(exchange: Exchange, call: str) -> bool:
    await exchange.returning.look(exchange.board)
    return call in exchange.board


async def test_one_node_has_the_line(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await kept(exchange)
    exchange.kept.add(call)
    other = exchange.make_board()
    await exchange.make_returning("nd_2").look(other)
    assert call not in other
    await lapse(exchange, call)
    await exchange.make_returning("nd_2").look(other)
    assert call in other
    await exchange.returning.keep(exchange.board)
    await until(lambda: call not in exchange.board)
    other.leave(InteractionId(call))
    await asyncio.gather(*other._tasks)
    await exchange.router.abandon(InteractionId(call))


async def lapse(exchange: Exchange, call: str) -> None:
    """As when no node could say for a while that it has the line."""
    await exchange.router.link.client.delete(keys.line(exchange.router.tenant, call))


@pytest.mark.parametrize("talks", [True, False])
async def test_whom_an_agent_has_stays_with_the_node_that_has_them(
    exchanges: Exchanges, talks: bool
) -> None:
    exchange = await exchanges()
    exchange.phones.customers_think = not talks
    call = await kept(exchange)
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await until(lambda: exchange.at(call).dialled == NUMBER)
    await exchange.state(call, "active" if talks else "connecting")
    await lapse(exchange, call)
    other = exchange.make_board()
    await exchange.make_returning("nd_2").look(other)
    assert call not in other
    await exchange.returning.keep(exchange.board)
    lines = Lines(exchange.router.link, exchange.router.tenant, "nd_2")
    assert await lines.hold([InteractionId(call)], 60_000) == []
    await lapse(exchange, call)
    assert await lines.hold([InteractionId(call)], 60_000) == [call]
    await exchange.returning.keep(exchange.board)
    if not talks:  # else both would call the customer
        await until(lambda: call not in exchange.board)
        assert exchange.at(call).over == "nobody"
        await exchange.state(call, "connecting")  # the other node goes on with it
        await exchange.router.finish(InteractionId(call), by="system")
        return
    await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"


async def test_who_answers_as_the_line_is_lost_is_talked_to(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    exchange.phones.customers_think = True
    call = await kept(exchange)
    await exchange.sign_in("anna")
    await exchange.router.accept((await exchange.offers(call))["anna"], "anna")
    await until(lambda: exchange.at(call).dialled == NUMBER)
    live = exchange.board._calls[InteractionId(call)]
    assert isinstance(live, LiveCall)
    live.hear(port.Dialled(call=InteractionId(call), ok=True))
    exchange.board.leave(InteractionId(call))
    await exchange.state(call, "active")
    await until(live._heard.empty)
    assert live.call.phase is CallPhase.TALKING
    await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"


async def test_whom_one_task_is_about_to_take_the_other_passes_over(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acd.telephony.returning.LOOK_S", 600.0)
    exchange = await exchanges()
    known, asked = asyncio.Event(), asyncio.Event()
    number_of = exchange.contacts.callback_number

    async def known_late(contact: ContactId) -> E164 | None:
        asked.set()
        await known.wait()
        return await number_of(contact)

    looking = asyncio.create_task(exchange.returning.run(exchange.board))
    call = await exchange.phones.arrive(caller=NUMBER)
    await exchange.hears(call, "music")
    monkeypatch.setattr(exchange.contacts, "callback_number", known_late)
    await exchange.router.request_callback(InteractionId(call))
    await asked.wait()  # for whom this node let go
    await accepted_unheard(exchange, call)
    look = asyncio.create_task(exchange.returning.look(exchange.board))
    await asyncio.wait([look], timeout=0.2)  # with a defect it waits for the number, too
    known.set()
    await look
    await exchange.state(call, "active")
    assert len([one for one in exchange.phones.told if isinstance(one, port.Dial)]) == 1
    lines = Lines(exchange.router.link, exchange.router.tenant, "nd_2")
    assert await lines.hold([InteractionId(call)], 60_000) == [], "it has the line still"
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def accepted_unheard(exchange: Exchange, call: str) -> None:
    """Anna accepts what no node rings her for; and it is written down."""
    await exchange.sign_in("anna")
    await exchange.state(call, "ringing")
    seen = await exchange.router.interaction(InteractionId(call))
    assert seen is not None
    await exchange.router.accept(seen.offers[0].offer, "anna")
    await eventually(lambda: seen_by_reports(exchange, call))


async def test_whose_turn_comes_at_once_is_called(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acd.telephony.returning.LOOK_S", 600.0)
    exchange = await exchanges()
    looking = asyncio.create_task(exchange.returning.run(exchange.board))
    call = await exchange.phones.arrive(caller=NUMBER)
    await exchange.hears(call, "music")
    await exchange.router.request_callback(InteractionId(call))
    await exchange.sign_in("anna")
    await exchange.router.accept((await exchange.offers(call))["anna"], "anna")
    await exchange.state(call, "active")
    assert exchange.at(call).dialled == NUMBER
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_whom_an_agent_has_and_no_node_is_called_after_another_look(
    exchanges: Exchanges,
) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive(caller=NUMBER)
    await exchange.hears(call, "music")
    await exchange.router.request_callback(InteractionId(call))
    assert await exchange.over(call) == "callback"
    await accepted_unheard(exchange, call)
    await exchange.returning.look(exchange.board)
    assert call not in exchange.board, "a node that was away for a moment would say so"
    await exchange.returning.look(exchange.board)
    await exchange.state(call, "active")
    assert exchange.at(call).dialled == NUMBER


async def test_who_is_rung_for_a_callback_that_another_node_has_is_rung_no_longer(
    exchanges: Exchanges,
) -> None:
    exchange = await exchanges()
    call = await kept(exchange)
    await exchange.has("anna", DESK)
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await lapse(exchange, call)
    lines = Lines(exchange.router.link, exchange.router.tenant, "nd_2")
    assert await lines.hold([InteractionId(call)], 60_000) == [call]
    await exchange.returning.keep(exchange.board)
    await until(lambda: call not in exchange.board)
    assert exchange.at(call).over == "nobody"
    await exchange.router.decline(offer, "anna")
    await exchange.router.finish(InteractionId(call), by="system")


async def test_each_of_many_is_called(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    callers = [await exchange.phones.arrive(caller=NUMBER) for _ in range(3)]
    for call in callers:
        await exchange.hears(call, "music")
        await exchange.router.request_callback(InteractionId(call))
        await exchange.over(call)
        exchange.kept.add(call)
    await until_seen(exchange, callers)
    one_each = partial(exchange.history.callbacks, 1)
    monkeypatch.setattr(exchange.history, "callbacks", one_each)
    await exchange.returning.look(exchange.board)
    assert [call in exchange.board for call in callers] == [True, True, True]
    for call in callers:
        await exchange.router.abandon(InteractionId(call))


async def test_one_that_cannot_be_looked_after_keeps_no_other_back(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    callers = [await exchange.phones.arrive(caller=NUMBER) for _ in range(2)]
    for call in callers:
        await exchange.hears(call, "music")
        await exchange.router.request_callback(InteractionId(call))
        await exchange.over(call)
        exchange.kept.add(call)
    first, *_ = await until_seen(exchange, callers)
    get = exchange.intakes.get

    async def broken(call: InteractionId) -> Any:
        if call == first:
            raise RuntimeError("a defect")
        return await get(call)

    monkeypatch.setattr(exchange.intakes, "get", broken)
    looking = asyncio.create_task(exchange.returning.run(exchange.board))
    (second,) = {*callers} - {first}
    await until(lambda: second in exchange.board)
    assert first not in exchange.board
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    for call in callers:
        await exchange.router.abandon(InteractionId(call))


async def until_seen(exchange: Exchange, calls: list[str]) -> list[str]:
    """All of them, in the order in which they are looked after."""

    async def all_seen() -> bool:
        return {*await waiting(exchange)} == {*calls}

    await eventually(all_seen)
    return await waiting(exchange)


async def waiting(exchange: Exchange) -> list[str]:
    return [str(call) async for page in exchange.history.callbacks() for call in page]


async def test_whom_nobody_can_call_ends_when_the_turn_comes(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive(caller="anonymous")
    await exchange.hears(call, "music")
    await exchange.router.request_callback(InteractionId(call), "callback")
    await exchange.over(call)
    await eventually(lambda: seen_by_reports(exchange, call))
    await exchange.returning.look(exchange.board)
    await exchange.state(call, "waiting")  # a number may still be left
    await exchange.sign_in("anna")
    await exchange.state(call, "ringing")
    page = await exchange.page("anna")
    await exchange.returning.look(exchange.board)
    await exchange.heard(page, "offer.withdrawn", interaction=call)
    assert await exchange.outcome(call) == "unreached"
    assert call not in exchange.board


async def seen_by_reports(exchange: Exchange, call: str) -> bool:
    return call in await waiting(exchange)

"""A call that talks goes elsewhere: to an agent, a line, a number, or who was consulted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from acd.chat.delivery import to_contact
from acd.domain.ids import InteractionId
from acd.telephony import port
from acd.telephony.port import LegFault
from tests.contract.telephony.rig import until
from tests.integration.telephony.exchange import BROWSER, DESK, Exchange, Exchanges


async def test_to_an_agent_who_accepts(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, first = await exchange.talk("anna")
    await exchange.sign_in("bruno")
    await exchange.router.transfer_to_agent(InteractionId(call), "anna", "bruno")
    second = (await exchange.offers(call, "bruno"))["bruno"]
    assert exchange.at(call).hears == (first, "browser"), "until it is accepted nothing changes"
    await exchange.router.accept(second, "bruno")
    await exchange.hears(call, (second, "browser"))
    await exchange.state(call, "active")
    assert list(exchange.at(call).legs) == [(second, "browser")]
    await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"


async def test_to_an_agent_who_picks_up_a_desk_phone(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    await exchange.has("bruno", BROWSER, DESK)
    await exchange.sign_in("bruno")
    await exchange.router.transfer_to_agent(InteractionId(call), "anna", "bruno")
    second = (await exchange.offers(call, "bruno"))["bruno"]
    await exchange.phones.pick_up(second, "desk")
    await exchange.hears(call, (second, "desk"))
    await until(lambda: bool(exchange.joined))
    assert exchange.joined == [(call, second, "bruno")], "a page says so itself, a telephone cannot"


async def test_to_an_agent_who_declines_it_stays(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, first = await exchange.talk("anna")
    await exchange.has("bruno", BROWSER, DESK)
    await exchange.sign_in("bruno")
    await exchange.router.transfer_to_agent(InteractionId(call), "anna", "bruno")
    second = (await exchange.offers(call, "bruno"))["bruno"]
    await exchange.phones.refuse(second, "desk", LegFault.DECLINED)
    await until(lambda: list(exchange.at(call).legs) == [(first, "browser")])
    await exchange.state(call, "active")
    assert exchange.at(call).hears == (first, "browser")


async def test_to_an_agent_whose_page_fails_it_waits_again(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    await exchange.sign_in("bruno")
    exchange.phones.broken_pages.add("bruno")
    await exchange.router.transfer_to_agent(InteractionId(call), "anna", "bruno")
    second = (await exchange.offers(call, "bruno"))["bruno"]
    await exchange.router.accept(second, "bruno")
    third = (await exchange.offers(call, "anna"))["anna"]
    assert exchange.at(call).hears == "music"
    await exchange.router.accept(third, "anna")
    await exchange.hears(call, (third, "browser"))


async def test_to_a_line_the_caller_hears_music(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    await exchange.router.transfer_to_queue(InteractionId(call), "anna", "sales/call")
    await exchange.hears(call, "music")
    assert not exchange.at(call).legs
    await exchange.sign_in("chloe")
    offer = (await exchange.offers(call, "chloe"))["chloe"]
    await exchange.router.accept(offer, "chloe")
    await exchange.hears(call, (offer, "browser"))


async def asked_for(exchange: Exchange, call: str, agent: str, number: str) -> None:
    seen = await exchange.router.interaction(InteractionId(call))
    assert seen is not None
    told: dict[str, Any] = {"type": "call.transfer", "interaction": call, "agent": agent}
    asked = {**told, "number": number, "command": "c1"}
    exchange.delivery.publish(to_contact(seen.contact), asked)


async def test_to_a_number(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    await asked_for(exchange, call, "bruno", "+33199007777")  # not his to give
    await asked_for(exchange, call, "anna", "+33199005555")
    await until(lambda: exchange.at(call).given_to == "+33199005555")
    assert await exchange.outcome(call) == "handled"
    assert not exchange.at(call).over, "they talk on"
    assert not any(isinstance(told, port.HangUp) for told in exchange.phones.told)


async def test_to_a_number_that_is_busy(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, first = await exchange.talk("anna")
    page = await exchange.page("anna")
    exchange.phones.number_takes = False
    await asked_for(exchange, call, "anna", "+33199005555")
    await exchange.heard(page, "call.asked", interaction=call, command="c1")
    told = await exchange.heard(page, "call.transferred", interaction=call)
    assert (told["ok"], told["code"]) == (False, 486)
    assert exchange.at(call).hears == (first, "browser")


async def test_a_call_that_no_number_took_yet_is_taken_back(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, first = await exchange.talk("anna")
    page = await exchange.page("anna")
    exchange.phones.numbers_think = True
    await asked_for(exchange, call, "anna", "+33199005555")
    await takes_back(exchange, call, "bruno")  # not his
    await takes_back(exchange, call, "anna")
    await exchange.heard(page, "call.asked", interaction=call, command="back")
    told = await exchange.heard(page, "call.transferred", interaction=call)
    assert (told["ok"], told["code"]) == (False, 487)
    assert exchange.at(call).hears == (first, "browser")
    assert sum(isinstance(one, port.TakeBack) for one in exchange.phones.told) == 1


async def takes_back(exchange: Exchange, call: str, agent: str) -> None:
    seen = await exchange.router.interaction(InteractionId(call))
    assert seen is not None
    told = {"type": "call.take_back", "interaction": call, "agent": agent, "command": "back"}
    exchange.delivery.publish(to_contact(seen.contact), told)


@pytest.mark.parametrize("joins", [True, False])
async def test_who_was_consulted_takes_it_or_not(exchanges: Exchanges, joins: bool) -> None:
    exchange = await exchanges()
    call, first = await exchange.talk("anna")
    await exchange.sign_in("bruno")
    x, anna, bruno = InteractionId(call), "anna", "bruno"
    await exchange.router.consult(x, anna, bruno)
    await asyncio.sleep(0.02)
    assert exchange.at(call).hears == (first, "browser"), "who holds them is their page"
    if not joins:
        await exchange.router.consult_cancel(x, anna)
        await exchange.phones.hang_up(call)
        return
    await exchange.router.consult_complete(x, anna)
    await until(lambda: [leg.ring.agent for leg in exchange.at(call).legs.values()] == ["bruno"])
    await until(lambda: exchange.at(call).bridged is not None)
    await exchange.router.finish(x, by="agent", agent="bruno")
    assert await exchange.over(call) == "handled"


async def test_a_supervisor_gives_a_waiting_call_to_an_agent(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    await exchange.sign_in("chloe")
    assert (await exchange.router.assign(InteractionId(call), "chloe", "omar")).changed
    await exchange.state(call, "active")
    assert [leg.ring.agent for leg in exchange.at(call).legs.values()] == ["chloe"]

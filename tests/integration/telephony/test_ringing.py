"""What rings where: pages, desk phones and own phones of agents, and who wins."""

from __future__ import annotations

import asyncio

import pytest

from acd.chat.delivery import to_agent, to_contact
from acd.domain.ids import AgentId, InteractionId, OfferId
from acd.telephony.port import LegFault, Target
from tests.contract.telephony.rig import until
from tests.integration.telephony.exchange import BROWSER, DESK, MOBILE, Exchanges, Page


async def test_all_ring_and_one_wins(exchanges: Exchanges) -> None:
    exchange = await exchanges(strategy=("ring_all",))
    await exchange.sign_in("anna", "bruno")
    call = await exchange.phones.arrive()
    offers = await exchange.offers(call, "anna", "bruno")
    answers = await asyncio.gather(
        *(exchange.router.accept(offer, agent) for agent, offer in offers.items())
    )
    assert sorted(answer.outcome for answer in answers) == ["accepted", "taken"]
    winner = answers[0].winner
    await exchange.hears(call, (offers[str(winner)], "browser"))
    assert list(exchange.at(call).legs) == [(offers[str(winner)], "browser")]


async def test_a_desk_phone_claims_when_it_is_picked_up(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    await exchange.has("anna", BROWSER, DESK)
    await exchange.sign_in("anna")
    call = await exchange.phones.arrive()
    offer = (await exchange.offers(call))["anna"]
    await exchange.phones.pick_up(offer, "desk")
    await exchange.hears(call, (offer, "desk"))
    assert list(exchange.at(call).legs) == [(offer, "desk")]
    await exchange.state(call, "active")


async def test_a_phone_claims_at_the_digit_and_has_the_time_for_it(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    await exchange.has("anna", MOBILE)
    await exchange.sign_in("anna")
    call = await exchange.phones.arrive()
    offer = (await exchange.offers(call))["anna"]
    await exchange.phones.pick_up(offer, "mobile")
    await exchange.phones.press(offer, "mobile", "7")
    seen = await exchange.router.interaction(InteractionId(call))
    assert seen is not None
    assert seen.state == "ringing"
    assert exchange.at(call).hears == "music"
    await exchange.phones.press(offer, "mobile", "1")
    await exchange.hears(call, (offer, "mobile"))


@pytest.mark.parametrize(("device", "phone"), [(BROWSER, False), (DESK, True)])
async def test_the_agents_consoles_learn_where_the_call_is(
    exchanges: Exchanges, device: Target, phone: bool
) -> None:
    exchange, page = await exchanges(), Page()
    await exchange.has("anna", BROWSER, DESK)
    await exchange.sign_in("anna")
    await exchange.delivery.listen(to_agent(AgentId("anna")), page)
    call = await exchange.phones.arrive()
    offer = (await exchange.offers(call))["anna"]
    if phone:
        await exchange.phones.pick_up(offer, device.device)
    else:
        await exchange.router.accept(OfferId(offer), AgentId("anna"))
    await exchange.hears(call, (offer, device.device))
    told = {"type": "call.where", "interaction": call, "phone": phone}

    def wheres() -> list[bool]:
        return [told.items() <= said.items() for said in page.said if said["type"] == told["type"]]

    seen = await exchange.router.interaction(InteractionId(call))
    assert seen is not None
    ask = {"type": "call.where.ask", "interaction": call}
    exchange.delivery.publish(to_contact(seen.contact), ask)
    async with asyncio.timeout(5):
        while not wheres():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert wheres() == [True]


async def test_a_device_that_declines_lets_the_next_agent_ring(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    await exchange.has("anna", BROWSER, DESK)
    await exchange.sign_in("anna")
    call = await exchange.phones.arrive()
    first = (await exchange.offers(call))["anna"]
    await exchange.sign_in("bruno")
    await exchange.phones.refuse(first, "desk", LegFault.DECLINED)
    second = (await exchange.offers(call, "bruno"))["bruno"]
    await until(lambda: {offer for offer, _ in exchange.at(call).legs} == {second})


async def test_a_page_that_cannot_connect_gives_the_call_back(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    exchange.phones.broken_pages.add("anna")
    await exchange.sign_in("anna")
    call = await exchange.phones.arrive()
    first = (await exchange.offers(call))["anna"]
    await exchange.sign_in("bruno")
    await exchange.router.accept(first, "anna")
    second = (await exchange.offers(call, "bruno"))["bruno"]
    assert exchange.at(call).hears == "music"
    await exchange.router.accept(second, "bruno")
    await exchange.hears(call, (second, "browser"))

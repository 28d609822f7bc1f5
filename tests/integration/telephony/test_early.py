"""What routing says of a call while it begins to be served."""

from __future__ import annotations

import pytest

from acd.chat.delivery import Listener, to_call
from acd.domain.ids import AgentId
from acd.telephony.devices import Plan, RingPlans
from acd.telephony.live import LiveCall
from tests.contract.telephony.rig import until
from tests.integration.realtime.ear import Ear
from tests.integration.telephony.exchange import Exchanges


async def test_what_is_said_while_a_call_begins_to_be_heard_is_heard_once(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    listen, plan_of = exchange.delivery.listen, RingPlans.of
    planned: list[AgentId] = []

    async def offered_meanwhile(address: str, listener: Listener) -> None:
        await listen(address, listener)
        if isinstance(listener, LiveCall) and address == to_call(listener.call.id):
            ear = Ear()
            await listen(address, ear)  # behind those that serve it
            await exchange.sign_in("anna")
            await until(lambda: any(one["type"] == "offer.made" for one in ear.heard_all))
            await exchange.delivery.forget(address, ear)

    async def counted(plans: RingPlans, agent: AgentId) -> Plan:
        planned.append(agent)
        return await plan_of(plans, agent)

    monkeypatch.setattr(exchange.delivery, "listen", offered_meanwhile)
    monkeypatch.setattr(RingPlans, "of", counted)
    call = await exchange.phones.arrive()
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await exchange.hears(call, (offer, "browser"))
    assert planned == ["anna"]
    await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"

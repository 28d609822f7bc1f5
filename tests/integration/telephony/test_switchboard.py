"""A caller, the line, the agents: what is heard, who is asked, and how it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from acd.chat.delivery import to_contact
from acd.domain.ids import InteractionId
from acd.domain.queue import Diversion, Divert
from acd.telephony import port
from tests.integration.telephony.exchange import Exchanges


async def test_a_caller_waits_with_music_is_answered_and_hangs_up(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive("+33 1 99 00 06 00", caller="0199001234")
    await exchange.hears(call, "music")
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    ring = exchange.phones.told[-1]
    assert isinstance(ring, port.Ring)
    assert 15_000 < ring.timeout_ms <= 20_000
    await exchange.router.accept(offer, "anna")
    await exchange.hears(call, (offer, "browser"))
    await exchange.state(call, "active")
    await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"


async def test_who_calls_is_known_the_second_time(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    await exchange.sign_in("anna")
    calls = []
    for name in ("", "Jean Martin"):
        call = await exchange.phones.arrive(caller="+33199001234", display=name)
        await exchange.offers(call)
        calls.append(await exchange.router.interaction(InteractionId(call)))
        await exchange.phones.hang_up(call)
        assert await exchange.outcome(call) == "abandoned"
    first, second = calls
    assert first is not None
    assert second is not None
    assert first.contact == second.contact
    assert first.conversation == second.conversation
    assert '"contact_name":"+33 1 99 00 12 34"' in second.card
    await exchange.contacts.update(first.contact, name="Jean Martin")
    third = await exchange.phones.arrive(caller="+33199001234")
    await exchange.offers(third)
    seen = await exchange.router.interaction(InteractionId(third))
    assert seen is not None
    assert '"contact_name":"Jean Martin","number":"+33 1 99 00 12 34"' in seen.card


async def test_callers_who_withhold_their_number_are_strangers(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    calls = [await exchange.phones.arrive(caller=caller) for caller in ("", "anonymous")]
    for call in calls:
        await exchange.hears(call, "music")
    seen = [await exchange.router.interaction(InteractionId(call)) for call in calls]
    assert len({one.contact for one in seen if one}) == 2


async def test_what_nobody_knows_is_refused(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive("601")
    assert await exchange.over(call) == "404 not_found"
    assert exchange.board.calls == 0


@pytest.mark.parametrize("when", ["waiting", "ringing", "connecting", "active", "held"])
async def test_the_caller_may_hang_up_at_any_moment(exchanges: Exchanges, when: str) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    if when != "waiting":
        await exchange.sign_in("anna")
        offer = (await exchange.offers(call))["anna"]
        if when == "connecting":
            exchange.phones.silent = True
        if when != "ringing":
            await exchange.router.accept(offer, "anna")
            await exchange.state(call, "connecting" if when == "connecting" else "active")
        if when == "held":
            await page_says(exchange, call, "anna", "held")
            await exchange.hears(call, "music")
    await exchange.phones.hang_up(call)
    handled = when in ("connecting", "active", "held")
    assert await exchange.outcome(call) == ("handled" if handled else "abandoned")
    assert exchange.board.calls == 0


async def page_says(
    exchange: Any, call: str, agent: str, kind: str, offer: str | None = None
) -> None:
    seen = await exchange.router.interaction(InteractionId(call))
    signal = {"interaction": call, "tab": f"t_{agent}", "to": None, "kind": kind}
    exchange.delivery.publish(
        to_contact(seen.contact),
        {"type": "call.signal", "interaction": call, "agent": agent, "offer": offer,
         "signal": signal},
    )  # fmt: skip


async def test_the_agent_ends_it_at_the_console(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk()
    await exchange.router.finish(InteractionId(call), by="agent", agent="anna")
    assert await exchange.over(call) == "handled"
    assert await exchange.outcome(call) == "handled"


async def test_the_agent_hangs_up_the_device(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, offer = await exchange.talk()
    await exchange.phones.put_down(offer, "browser")
    assert await exchange.over(call) == "agent"
    assert await exchange.outcome(call) == "handled"


@pytest.mark.parametrize(
    "said",
    [
        {"type": "call.take_back", "agent": "anna"},
        {"type": "call.signal", "agent": "anna", "signal": None},
        {"type": "offer.made", "id": "1-1"},
        {"type": 7, "id": "1-1"},
    ],
)
async def test_what_cannot_be_read_ends_no_call(exchanges: Exchanges, said: dict[str, Any]) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk()
    page = await exchange.page("anna")
    seen = await exchange.router.interaction(InteractionId(call))
    assert seen is not None
    for one in (said, {"type": "call.where.ask"}):
        exchange.delivery.publish(to_contact(seen.contact), {**one, "interaction": call})
    await exchange.heard(page, "call.where", interaction=call)
    assert not exchange.at(call).over


async def test_page_and_adapter_speak_through_the_switchboard(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    page = await exchange.page("anna")
    await exchange.sign_in("anna")
    call = await exchange.phones.arrive()
    offer = (await exchange.offers(call))["anna"]
    await page_says(exchange, call, "anna", "hello", offer)
    await exchange.heard(page, "call.signal", interaction=call)
    await exchange.router.accept(offer, "anna")
    await exchange.hears(call, (offer, "browser"))
    before = len(exchange.phones.told)
    await page_says(exchange, call, "bruno", "hello", offer)  # not his
    await page_says(exchange, call, "bruno", "held")
    await page_says(exchange, call, "anna", "resumed")  # not held
    await page_says(exchange, call, "anna", "held")
    await exchange.hears(call, "music")
    assert [type(one) for one in exchange.phones.told[before:]] == [port.Hold]
    await page_says(exchange, call, "anna", "resumed")
    await exchange.hears(call, (offer, "browser"))


async def test_headers_of_a_call_say_where_it_waits_and_how_urgent_it_is(
    exchanges: Exchanges,
) -> None:
    exchange = await exchanges()
    said = [{}, {"x-customer": "Gold "}, {"x-customer": "silver", "diversion": "+33199000601"}]
    seen = []
    for headers in said:
        call = await exchange.phones.arrive(headers=headers)
        await exchange.hears(call, "music")
        found = await exchange.router.interaction(InteractionId(call))
        assert found is not None
        assert json.loads(found.card).get("headers", {}) == headers
        seen.append((found.queue, found.level, found.position))
    assert seen == [("support/call", 5, 1), ("support/call", 1, 1), ("sales/call", 5, 1)]


REJECT = Divert(to=Diversion.REJECT)


@pytest.mark.parametrize("code", ["486 full", "480 closed", "480 nobody"])
async def test_who_is_not_let_into_the_line_is_told_so(exchanges: Exchanges, code: str) -> None:
    nobody = REJECT if code == "480 nobody" else None
    exchange = await exchanges(max_length=1, on_full=REJECT, on_closed=REJECT, on_nobody=nobody)
    if code == "486 full":
        first = await exchange.phones.arrive()
        await exchange.hears(first, "music")
    elif code == "480 closed":
        await exchange.router.set_hours("support/call", ())
    call = await exchange.phones.arrive()
    assert await exchange.over(call) == code
    assert await exchange.outcome(call) == "rejected"

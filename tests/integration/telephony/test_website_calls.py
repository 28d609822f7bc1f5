"""A website's caller, whose audio goes through here: their page says whether they are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from acd.domain.ids import AgentId, DepartmentId, InteractionId, SiteId
from acd.domain.interaction import Channel
from acd.flow.intake import ChatStart
from acd.telephony import port
from acd.telephony.live import LiveCall
from acd.telephony.state import CallPhase
from tests.contract.telephony.fake_call import FakeCall
from tests.contract.telephony.rig import until
from tests.integration.realtime.nodes import SITE
from tests.integration.telephony.exchange import DESK, Exchange, Exchanges
from tests.integration.telephony.test_take_up import begins_anew


async def visited(exchange: Exchange) -> InteractionId:
    """Jean calls, and his page has spoken to the server."""
    start = ChatStart(
        site=SiteId(SITE), client_id="c" * 32, department=DepartmentId("support"),
        name="Jean Martin", channel=Channel.CALL,
    )  # fmt: skip
    call = (await exchange.intake.start_chat(start)).interaction
    exchange.kept.add(call)
    said = {"type": "call.signal", "visitor": True, "signal": {"kind": "description"}}
    assert await exchange.board.hear_visitor(call, {**said, "interaction": call})
    await until(lambda: any(isinstance(one, port.VisitorSaid) for one in exchange.phones.told))
    return call


async def test_who_left_the_page_does_not_wait_for_ever(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await visited(exchange)
    assert (await exchange.router.contact_lost(call, grace_s=0.2)).changed
    await exchange.board.beat()  # which vouches for telephones' callers
    assert await exchange.outcome(call) == "abandoned"


async def test_nobody_is_rung_for_who_left_the_page(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    await exchange.sign_in("anna")
    call = await visited(exchange)
    await exchange.state(call, "ringing")
    seen = await exchange.router.interaction(call)
    assert seen is not None
    assert (await exchange.router.contact_lost(call, grace_s=0.5)).changed
    await exchange.router.decline(seen.offers[0].offer, AgentId("anna"))
    await exchange.sign_in("bruno")
    assert await exchange.outcome(call) == "abandoned"
    told = await exchange.history.events_after("0-0")
    assert [one.agent for one in told if one.type == "offer.made"] == ["anna"]


async def test_who_is_taken_on_a_telephone_as_the_page_goes_is_called(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    await exchange.has("anna", DESK)
    call = await visited(exchange)
    exchange.phones.calls_there[call] = FakeCall(call)
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    live, late, lineless = exchange.board._calls[call], list[Mapping[str, Any]](), list[str]()
    exchange.board.tell_lineless = lineless.append
    assert isinstance(live, LiveCall)
    heard = live.heard
    monkeypatch.setattr(live, "heard", lambda _, said: late.append(said))
    await exchange.router.request_callback(call, "nr_1")
    await until(lambda: bool(late))
    exchange.phones.silent = True
    await exchange.phones.pick_up(offer, "desk")
    await until(lambda: live.call.phase is CallPhase.CONNECTING)
    for said in late:
        heard("", said)
    await until(lambda: call not in exchange.board)
    assert (exchange.at(call).over, lineless) == ("callback", [call])
    seen = await exchange.router.interaction(call)
    assert seen is not None
    assert (seen.state, seen.callback and seen.callback.answered) == ("connecting", False)
    await exchange.router.finish(call, by="system")


async def test_who_asks_to_be_called_back_is_heard_here_no_longer(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await visited(exchange)
    await exchange.router.request_callback(call, "nr_1")
    await until(lambda: call not in exchange.board)
    ended = [one for one in exchange.phones.told if isinstance(one, port.HangUp)]
    assert [(one.call, one.cause) for one in ended] == [(call, "callback")]
    row = await exchange.intakes.get(call)
    assert row is not None
    exchange.board.call_back(row)
    exchange.phones.told.clear()
    said = {"type": "call.signal", "visitor": True, "signal": {"kind": "hello"}}
    assert not await exchange.board.hear_visitor(call, {**said, "interaction": call})
    await exchange.router.finish(call, by="system")
    await until(lambda: call not in exchange.board)  # what was said before was heard
    assert not any(isinstance(one, port.VisitorSaid) for one in exchange.phones.told)


@pytest.mark.parametrize("rung", [False, True], ids=["waits", "rings"])
async def test_who_waits_on_a_page_keeps_the_place_while_a_node_that_ended_is_away(
    exchanges: Exchanges, *, rung: bool
) -> None:
    exchange = await exchanges()
    call = await visited(exchange)
    exchange.phones.calls_there[call] = FakeCall(call)
    if rung:
        await exchange.sign_in("anna")
    await exchange.state(call, "ringing" if rung else "waiting")
    before = await exchange.router.interaction(call)
    exchange.leaving.set()
    await exchange.tasks.pop()
    assert exchange.at(call).over  # nothing of the sound is left behind
    assert not exchange.board._tasks
    after = await exchange.router.interaction(call)
    assert before is not None
    assert after is not None
    assert (after.state, after.offers) == (before.state, before.offers)
    begins_anew(exchange)
    await until(lambda: exchange.board.up)
    said = {"type": "call.signal", "visitor": True, "signal": {"kind": "description"}}
    assert await exchange.board.hear_visitor(call, {**said, "interaction": call})
    await exchange.router.abandon(call)
    assert await exchange.outcome(call) == "abandoned"


async def test_who_talks_through_a_node_that_ends_is_hung_up_on(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await visited(exchange)
    exchange.kept.clear()  # it ends with the switchboard
    exchange.phones.calls_there[call] = FakeCall(call)
    await exchange.sign_in("anna")
    await exchange.router.accept((await exchange.offers(call))["anna"], AgentId("anna"))
    await exchange.state(call, "active")
    exchange.leaving.set()
    await exchange.tasks[-1]
    assert await exchange.outcome(call) == "handled"

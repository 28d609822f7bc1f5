"""The process dies, the calls do not: the next one goes on with them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from acd.domain.errors import StoreUnavailable
from acd.domain.ids import AgentId, InteractionId
from acd.domain.offer import MEDIA_LOST
from acd.telephony import port
from tests.contract.telephony.rig import until
from tests.integration.telephony.exchange import DESK, Exchange, Exchanges
from tests.integration.telephony.test_switchboard import page_says


async def dies_and_begins_anew(exchange: Exchange) -> None:
    """The adapter keeps its dialogs; nothing of the switchboard is left but what it wrote."""
    board = exchange.tasks.pop()
    calls = list(exchange.board._calls.values())
    for task in (board, *exchange.board._tasks):
        task.cancel()

    async def nothing(*, hands_over: bool) -> int:
        return int(hands_over)

    stop, exchange.phones.stop = exchange.phones.stop, nothing  # type: ignore[method-assign]
    await asyncio.gather(board, *exchange.board._tasks, return_exceptions=True)
    exchange.phones.stop = stop  # type: ignore[method-assign]
    over = [live for live in calls if exchange.at(live.call.id).over]  # type: ignore[union-attr]
    for call in exchange.phones.calls_there.values():  # every device that only rang was hung up
        call.legs = {key: leg for key, leg in call.legs.items() if key == call.bridged}
    begins_anew(exchange)
    assert not over


def begins_anew(exchange: Exchange) -> None:
    exchange.board, exchange.leaving = exchange.make_board(), asyncio.Event()
    exchange.hands_over = False
    task = asyncio.create_task(exchange.run_board(), name="switchboard")
    exchange.tasks.append(task)


async def test_one_that_hands_over_leaves_its_calls_to_the_next(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    talking, _ = await exchange.talk("anna")
    waiting = await exchange.phones.arrive()
    exchange.hands_over = True
    exchange.leaving.set()
    await exchange.tasks.pop()
    assert exchange.board.left == 2  # who was just arriving is let in first
    assert not exchange.board._tasks
    begins_anew(exchange)
    await until(lambda: len(exchange.board._calls) == 2)
    await exchange.phones.hang_up(talking)
    assert await exchange.outcome(talking) == "handled"
    await exchange.state(waiting, "ringing")


async def test_who_waits_waits_on_and_is_served(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    await until(lambda: InteractionId(call) in exchange.board._calls)
    before = await exchange.router.interaction(InteractionId(call))
    await dies_and_begins_anew(exchange)
    await exchange.sign_in("anna")
    offer = (await exchange.offers(call))["anna"]
    await exchange.router.accept(offer, "anna")
    await exchange.hears(call, (offer, "browser"))
    after = await exchange.router.interaction(InteractionId(call))
    assert before is not None
    assert after is not None
    assert before.enqueued_ms == after.enqueued_ms


async def test_what_rang_rings_again(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    await exchange.has("anna", DESK)
    await exchange.sign_in("anna")
    call = await exchange.phones.arrive()
    offer = (await exchange.offers(call))["anna"]
    await dies_and_begins_anew(exchange)
    assert await exchange.offers(call) == {"anna": offer}
    await exchange.phones.pick_up(offer, "desk")
    await exchange.hears(call, (offer, "desk"))


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("ender", ["caller", "agent"])
async def test_who_talks_talks_on_and_can_hang_up(
    exchanges: Exchanges, held: bool, ender: str
) -> None:
    exchange = await exchanges()
    call, offer = await exchange.talk("anna")
    if held:
        await page_says(exchange, call, "anna", "held")
        await exchange.hears(call, "music")
    await dies_and_begins_anew(exchange)
    await until(lambda: InteractionId(call) in exchange.board._calls)
    if held:
        await page_says(exchange, call, "anna", "resumed")
        await exchange.hears(call, (offer, "browser"))
    if ender == "caller":
        await exchange.phones.hang_up(call)
    else:
        await exchange.phones.put_down(offer, "browser")
    assert await exchange.outcome(call) == "handled"


async def test_what_ended_meanwhile_is_hung_up(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    tasks = {task.get_name(): task for task in exchange.board._tasks}
    tasks[f"call-{call}"].cancel()
    await exchange.router.finish(InteractionId(call), by="agent", agent="anna")
    await dies_and_begins_anew(exchange)
    assert await exchange.over(call) == "handled"


@pytest.mark.parametrize("moved_on", ["given to another", "back in the line"])
async def test_who_lost_it_meanwhile_is_let_go(exchanges: Exchanges, moved_on: str) -> None:
    exchange = await exchanges()
    call, offer = await exchange.talk("anna")
    tasks = {task.get_name(): task for task in exchange.board._tasks}
    tasks[f"call-{call}"].cancel()
    if moved_on == "given to another":
        await exchange.sign_in("bruno")
        await exchange.router.assign(InteractionId(call), AgentId("bruno"), by="sam")
    else:
        await exchange.router.fail(offer, AgentId("anna"), MEDIA_LOST)
    await dies_and_begins_anew(exchange)
    await until(lambda: (offer, "browser") not in exchange.at(call).legs)
    if moved_on == "given to another":
        await until(lambda: bool(exchange.at(call).bridged))
        await exchange.state(call, "active")
        seen = await exchange.router.interaction(InteractionId(call))
        assert seen is not None
        assert seen.agent == "bruno"
    else:
        assert exchange.at(call).hears == "music"


@pytest.mark.parametrize("given_away", [False, True])
async def test_a_database_that_is_away_just_then_is_waited_for(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch, given_away: bool
) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    there = exchange.at(call)
    if given_away:  # before routing is told
        tasks = {task.get_name(): task for task in exchange.board._tasks}
        tasks[f"call-{call}"].cancel()
        there.given_to, there.bridged, there.legs = "+33199005555", None, {}
    arrival, asked = exchange.callers.arrival, []

    async def away(one: InteractionId) -> Any:
        asked.append(one)
        if len(asked) < 3:
            raise StoreUnavailable
        return await arrival(one)

    monkeypatch.setattr(exchange.callers, "arrival", away)
    await dies_and_begins_anew(exchange)
    if not given_away:
        await until(lambda: InteractionId(call) in exchange.board._calls)
        await exchange.phones.hang_up(call)
    assert await exchange.outcome(call) == "handled"
    assert there.over == ("" if given_away else "caller")


async def test_who_is_taken_up_is_vouched_for_meanwhile(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    call = InteractionId(await exchange.phones.arrive())
    await exchange.hears(call, "music")
    await until(lambda: call in exchange.board._calls)
    arrival, heartbeat = exchange.callers.arrival, exchange.router.heartbeat
    database, vouched = asyncio.Event(), list[str]()

    async def away(one: InteractionId) -> Any:
        if not database.is_set():
            raise StoreUnavailable
        return await arrival(one)

    async def heard(held: Any, waiting: list[InteractionId]) -> Any:
        vouched.extend(waiting)
        return await heartbeat(held, waiting)

    monkeypatch.setattr(exchange.callers, "arrival", away)
    await dies_and_begins_anew(exchange)
    await until(lambda: call in exchange.board)
    monkeypatch.setattr(exchange.router, "heartbeat", heard)
    await exchange.board.beat()
    assert vouched == [call]
    database.set()
    await until(lambda: call in exchange.board._calls)


async def test_who_cannot_be_taken_up_by_a_defect_is_hung_up(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = await exchanges()
    call = await exchange.phones.arrive()
    await exchange.hears(call, "music")
    await until(lambda: InteractionId(call) in exchange.board._calls)

    async def broken(_: InteractionId) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(exchange.callers, "arrival", broken)
    await dies_and_begins_anew(exchange)
    assert await exchange.over(call) == "failed"
    assert await exchange.outcome(call) == "abandoned"


async def test_who_became_a_callback_and_is_told_as_gone_keeps_the_place(
    exchanges: Exchanges,
) -> None:
    exchange = await exchanges()
    call = InteractionId(await exchange.phones.arrive())
    await until(lambda: call in exchange.board._calls)
    exchange.kept.add(call)
    tasks = {task.get_name(): task for task in exchange.board._tasks}
    tasks[f"call-{call}"].cancel()
    await until(lambda: call not in exchange.board._calls)
    await exchange.router.request_callback(call)
    exchange.at(call).over = "callback"
    await dies_and_begins_anew(exchange)
    await until(lambda: exchange.board.up)
    standing = port.Standing(call=call, caller="+33199001234")
    await exchange.phones.say(port.CallStands(call=call, standing=standing))
    await exchange.phones.say(port.CallerEnded(call=call, cause="gone"))
    await until(lambda: call in exchange.phones.done_with)
    seen = await exchange.router.interaction(call)
    assert seen is not None
    assert seen.outcome is None
    assert seen.callback is not None


async def test_what_nobody_knows_is_hung_up(exchanges: Exchanges) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    stranger = exchange.phones.calls_there["ix_stranger"] = type(exchange.at(call))("ix_stranger")
    stranger.hears = "music"
    exchange.kept.add("ix_stranger")
    await dies_and_begins_anew(exchange)
    assert await exchange.over("ix_stranger") == "lost"
    await until(lambda: "ix_stranger" in exchange.phones.done_with)


async def test_a_call_that_was_given_to_a_number_goes_on_without_the_agent(
    exchanges: Exchanges,
) -> None:
    exchange = await exchanges()
    call, _ = await exchange.talk("anna")
    tasks = {task.get_name(): task for task in exchange.board._tasks}
    tasks[f"call-{call}"].cancel()  # before routing is told
    there = exchange.at(call)
    there.given_to, there.bridged, there.legs = "+33199005555", None, {}
    await dies_and_begins_anew(exchange)
    assert await exchange.outcome(call) == "handled"
    assert not there.over
    await until(lambda: call in exchange.phones.done_with)

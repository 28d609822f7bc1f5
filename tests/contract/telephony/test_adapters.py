"""What every adapter must do: one suite over all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from acd.domain.ids import InteractionId
from acd.telephony import port
from acd.telephony.port import Ability, AnswerHow, LegFault, TargetKind
from tests.contract.telephony.rig import WORLDS, Stage, stage

KINDS = list(TargetKind)
QUIET_S = 0.05


@pytest.fixture(params=sorted(WORLDS))
async def it(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with stage(request.param, request.getfixturevalue) as running:
        yield running


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, it: Stage) -> TargetKind:
    asked: TargetKind = request.param
    if asked not in it.world.kinds:
        pytest.skip(f"this world plays no {asked}")
    return asked


async def test_a_call_arrives_and_waits_for_its_answer(it: Stage) -> None:
    call = await it.arrive("600", "+33199001234")
    arrived = it.all(port.CallArrived)[0]
    assert (arrived.caller, arrived.called) == ("+33199001234", "600")
    assert [one.call for one in await it.world.adapter.calls()] == [call]


@pytest.mark.parametrize("how", [AnswerHow.MUSIC, AnswerHow.RINGING])
async def test_a_caller_waits_as_they_are_told_to(it: Stage, how: AnswerHow) -> None:
    call = await it.arrive()
    await it.tell(port.Answer, call, how=how)
    await it.world.caller_hears(call, "music" if how is AnswerHow.MUSIC else "ringing")


async def test_a_call_that_is_turned_away_is_told_why(it: Stage) -> None:
    call = await it.arrive()
    await it.tell(port.Reject, call, code=480, reason="closed")
    assert await it.world.caller_got(call) == 480
    await it.over(call)


async def test_a_device_rings_and_is_withdrawn(it: Stage, kind: TargetKind) -> None:
    call = await it.queued()
    leg = await it.ring(call, kind)
    await it.tell(port.Withdraw, call, offer=leg[0], device=leg[1], reason="taken")
    await it.world.silent(*leg)
    await asyncio.sleep(QUIET_S)
    assert not it.all(port.LegFailed) + it.all(port.LegEnded)  # type: ignore[operator]
    await it.world.caller_hears(call, "music")


async def test_who_wins_is_bridged(it: Stage, kind: TargetKind) -> None:
    call, leg = await it.talking(kind)
    standing = next(one for one in await it.world.adapter.calls() if one.call == call)
    assert (standing.offer, standing.device, standing.agent) == (*leg, "agent1")


async def test_of_two_that_answered_one_is_bridged_and_the_other_hung_up(
    it: Stage, kind: TargetKind
) -> None:
    call = await it.queued()
    first = await it.claimed(call, kind, offer=1)
    second = await it.claimed(call, kind, offer=2)
    await it.world.caller_hears(call, "music")
    await it.tell(port.Withdraw, call, offer=first[0], device=first[1], reason="taken")
    await it.bridge(call, second)
    await it.world.silent(*first)


async def test_only_the_digit_confirms(it: Stage) -> None:
    call = await it.queued()
    leg = await it.ring(call, TargetKind.PHONE)
    await it.world.pick_up(*leg)
    await it.expect(port.LegAnswered, offer=leg[0], device=leg[1])
    await it.world.press(*leg, "7")
    await asyncio.sleep(QUIET_S)
    assert not it.all(port.LegConfirmed)
    await it.world.press(*leg, "1")
    await it.expect(port.LegConfirmed, offer=leg[0], device=leg[1])
    await it.world.caller_hears(call, "music")


@pytest.mark.parametrize("fault", [LegFault.BUSY, LegFault.DECLINED])
async def test_a_device_that_refuses_says_so_once(
    it: Stage, kind: TargetKind, fault: LegFault
) -> None:
    if kind is TargetKind.BROWSER:
        pytest.skip("pages refuse at routing")
    call = await it.queued()
    leg = await it.ring(call, kind)
    await it.world.refuse(*leg, fault)
    failed = await it.expect(port.LegFailed, offer=leg[0], device=leg[1])
    assert failed.fault is fault
    await asyncio.sleep(QUIET_S)
    assert len(it.all(port.LegFailed)) == 1
    await it.world.caller_hears(call, "music")


async def test_a_device_nobody_answers(it: Stage, kind: TargetKind) -> None:
    call = await it.queued()
    leg = await it.ring(call, kind, timeout_ms=300)
    failed = await it.expect(port.LegFailed, offer=leg[0])
    assert failed.fault is LegFault.NO_ANSWER
    await it.world.silent(*leg)


async def test_hold_and_back(it: Stage, kind: TargetKind) -> None:
    call, leg = await it.talking(kind)
    for _ in range(2):  # twice: a change of nothing
        await it.tell(port.Hold, call)
    await it.expect(port.Held)
    await it.world.caller_hears(call, "music")
    [standing] = await it.world.adapter.calls()  # what the next process's core goes on from
    told = (standing.call, standing.offer, standing.device, standing.held, standing.epoch)
    assert told == (call, *leg, True, it.epoch)
    await it.tell(port.Resume, call)
    await it.expect(port.Resumed)
    await it.world.caller_hears(call, leg[1])


async def test_the_agent_hangs_up(it: Stage, kind: TargetKind) -> None:
    call, leg = await it.talking(kind)
    await it.world.put_down(*leg)
    await it.expect(port.LegEnded, offer=leg[0], device=leg[1])
    await it.tell(port.HangUp, call, cause="agent")
    await it.over(call)
    assert len(it.all(port.LegEnded)) == 1


@pytest.mark.parametrize("when", ["arrived", "waiting", "ringing", "answered", "talking", "held"])
async def test_the_caller_hangs_up(it: Stage, when: str) -> None:
    call = await (it.arrive() if when == "arrived" else it.queued())
    leg: tuple[str, str] | None = None
    if when == "ringing":
        leg = await it.ring(call, TargetKind.SIP)
    elif when not in ("arrived", "waiting"):
        leg = await it.claimed(call, TargetKind.SIP)
        if when != "answered":
            await it.bridge(call, leg)
        if when == "held":
            await it.tell(port.Hold, call)
            await it.expect(port.Held)
    await it.world.caller_hangs_up(call)
    await it.expect(port.CallerEnded, call=call)
    await it.tell(port.HangUp, call, cause="caller")
    await it.over(call)
    if leg:
        await it.world.silent(*leg)
    await asyncio.sleep(QUIET_S)
    assert len(it.all(port.CallerEnded)) == 1


async def test_we_hang_up(it: Stage, kind: TargetKind) -> None:
    call, leg = await it.talking(kind)
    await it.tell(port.HangUp, call, cause="handled")
    await it.over(call)
    await it.world.silent(*leg)
    await it.world.caller_hears(call, "nothing")


async def test_a_call_that_talks_is_given_to_another(it: Stage, kind: TargetKind) -> None:
    call, first = await it.talking(kind)
    second = await it.claimed(call, kind, offer=2)
    await it.world.caller_hears(call, first[1])
    it.epoch += 1
    await it.tell(port.Withdraw, call, offer=first[0], device=first[1], reason="transferred")
    await it.bridge(call, second)
    await it.world.silent(*first)
    assert not it.all(port.CallerEnded)


async def test_a_call_that_talks_goes_back_to_the_music(it: Stage, kind: TargetKind) -> None:
    call, leg = await it.talking(kind)
    it.epoch += 1
    await it.tell(port.Withdraw, call, offer=leg[0], device=leg[1], reason="transferred")
    await it.world.caller_hears(call, "music")
    await it.world.silent(*leg)


async def test_what_ends_a_call_is_never_too_late(it: Stage) -> None:
    call, _ = await it.talking(TargetKind.SIP)
    await it.tell(port.HangUp, call, epoch=it.epoch - 1, cause="failed")
    await it.world.caller_hears(call, "nothing")


async def test_what_is_said_twice_late_or_of_no_call_changes_nothing(it: Stage) -> None:
    call, leg = await it.talking(TargetKind.SIP)
    old = it.epoch - 1
    await it.tell(port.Hold, call, epoch=old)
    await it.tell(port.Withdraw, call, epoch=old, offer=leg[0], device=leg[1], reason="late")
    await it.tell(port.HangUp, "ix_unknown", cause="late")
    await it.tell(port.Answer, call)
    await asyncio.sleep(QUIET_S)
    await it.world.caller_hears(call, leg[1])
    for _ in range(2):
        await it.tell(port.HangUp, call, cause="handled")
    await it.over(call)
    await it.tell(port.Bridge, call, offer=leg[0], device=leg[1])
    await asyncio.sleep(QUIET_S)
    assert len(it.all(port.Bridged)) == 1


async def test_a_number_takes_the_call_over(it: Stage) -> None:
    if Ability.TRANSFER not in it.world.adapter.abilities:
        pytest.skip("it gives no calls away")
    call, leg = await it.talking(TargetKind.SIP)
    await it.tell(port.Transfer, call, number="+33199005555")
    assert (await it.expect(port.TransferResult)).ok
    await it.world.silent(*leg)


async def test_an_end_of_the_adapter_ends_every_call(it: Stage) -> None:
    call = await it.queued()
    other, _ = await it.talking(TargetKind.SIP)
    await it.world.adapter.stop(hands_over=False)
    for one in (call, other):
        await it.expect(port.CallerEnded, call=InteractionId(one))


async def test_an_end_that_hands_over_leaves_the_calls_where_they_can_be_taken_up(
    it: Stage,
) -> None:
    adapter = it.world.adapter
    calls = {await it.queued(), (await it.talking(TargetKind.SIP))[0]}
    left = await adapter.stop(hands_over=True)
    kept = Ability.REATTACH in adapter.abilities
    assert left == (len(calls) if kept else 0)
    told = it.all(port.CallElsewhere if kept else port.CallerEnded)
    assert {one.call for one in told} == calls
    assert not it.all(port.CallerEnded if kept else port.CallElsewhere)

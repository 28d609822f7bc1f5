"""A node with more to do than it can refuses who calls anew, and serves whom it has."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from acd.telephony import port
from acd.telephony.sip.sdp import SINK
from acd.telephony.sip.thread import sip_thread
from tests.integration.telephony.sip.desk import Desk, desk_phone
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.peers.wire import Wire

LATE_S = 0.2


@pytest.fixture
async def desk(open_desk: Callable[..., Any]) -> Desk:
    opened: Desk = await open_desk(late_s=LATE_S)
    return opened


@contextlib.asynccontextmanager
async def overrun(desk: Desk) -> AsyncIterator[None]:
    """Each message waits for its turn in the stack's thread, as where there are too many."""

    async def keep_busy() -> None:
        while True:
            await sip_thread.do(time.sleep, 1.1 * LATE_S)

    # two, so that there is always one whole before what comes
    busy = asyncio.gather(keep_busy(), keep_busy())
    try:
        await until(desk, overrun=True)
        yield
        assert desk.adapter.lag.is_overrun
    finally:
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)


async def until(desk: Desk, *, overrun: bool) -> None:
    async with asyncio.timeout(15):
        while desk.adapter.lag.is_overrun is not overrun:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.02)


async def asked(phone: Phone, desk: Desk) -> str:
    """What OPTIONS is answered."""
    call = PhoneCall(phone, desk.address, "probe", await phone.voice(), "sip:x@127.0.0.1")
    call.local, call.remote = "<sip:pbx@127.0.0.1>;tag=1", "<sip:acd@127.0.0.1>"
    return (await phone.request(call, "OPTIONS")).first


async def test_who_calls_anew_is_refused_and_who_waits_is_served(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    call, waiting = await desk.waiting(caller)
    async with overrun(desk):
        refused = await caller.call("support", desk.address, wait=False)
        await refused.is_over()
        assert refused.answers[-1] == 503
        assert refused.refusal.header("retry-after") == "5"
        # whoever probes looks again in a minute, when this is long over
        assert (await asked(caller, desk)).startswith("SIP/2.0 200")

        offer = await desk.ring(call, desk_phone(agent_phone))
        ringing = await agent_phone.ringing.get()
        await agent_phone.pick_up(ringing)
        await desk.told(port.LegAnswered)
        await desk.bridge(call, offer, "desk")
        await desk.told(port.Bridged)
        assert (await waiting.reinvite(waiting.voice.sdp())).first.startswith("SIP/2.0 200")
        assert await waiting.bye_now() == 200
        await desk.told(port.CallerEnded)
    assert [arrived.call for arrived in desk.heard(port.CallArrived)] == [call]
    await until(desk, overrun=False)
    again, _ = await desk.waiting(caller)
    assert again != call


async def test_a_loop_that_stands_still_keeps_nobody_waiting_for_an_answer(desk: Desk) -> None:
    wire = Wire("127.0.0.1")
    with contextlib.closing(wire):
        # nothing but the stack's thread runs from here on
        time.sleep(desk.adapter.lag.stuck_s + 0.5)  # noqa: ASYNC251
        uri = f"sip:support@{desk.address[0]}"
        wire.request("INVITE", uri, desk.address, call="c1", body=SINK)
        refused = wire.hears("SIP/2.0 503")
        wire.request("ACK", uri, desk.address, call="c1", tag=refused.one("To").split("tag=")[-1])
    assert desk.heard(port.CallArrived) == []

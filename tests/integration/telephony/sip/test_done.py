"""What is written of a call is dropped when it is over, and the core has nothing to do for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from acd.domain.ids import InteractionId, new_id
from acd.telephony import port
from acd.telephony.sip.gateway import Gateway
from acd.telephony.sip.ledger import CALL
from tests.contract.telephony.rig import until
from tests.integration.telephony.sip.desk import Desk, trunk_to
from tests.peers.phone import Phone

NUMBER = "+33199001234"


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls whose record was."""
    found: list[str] = []

    def write(_: Gateway, name: str, record: object) -> None:
        if record is None:
            found.append(name.removeprefix(CALL))

    monkeypatch.setattr(Gateway, "write", write)
    return found


async def cleared(desk: Desk) -> None:
    """Until nothing of a call is left but what is written of it."""
    await until(lambda: not desk.adapter._calls)


async def test_who_was_let_in_is_known_until_the_core_has_ended_them(
    desk: Desk, caller: Phone, dropped: list[str]
) -> None:
    call, calling = await desk.waiting(caller)
    await calling.got(200)
    assert await calling.bye_now() == 200
    await cleared(desk)
    assert dropped == []
    await desk.adapter.done(call)
    assert dropped == [call]


async def test_the_core_may_be_first(desk: Desk, caller: Phone, dropped: list[str]) -> None:
    call, calling = await desk.waiting(caller)
    await calling.got(200)
    await desk.adapter.done(call)
    assert dropped == [], "it goes on, as with a number that it was given to"
    assert await calling.bye_now() == 200
    await cleared(desk)
    assert dropped == [call]


async def test_who_was_turned_away_is_unknown_at_once(
    desk: Desk, caller: Phone, dropped: list[str]
) -> None:
    calling = await caller.call("support", desk.address, wait=False)
    call = (await desk.told(port.CallArrived)).call
    await desk.do(port.Reject(call=call, epoch=0, code=404, reason="not_found"))
    await calling.is_over()
    await cleared(desk)
    assert dropped == [call]


async def test_whom_we_called_in_vain_was_never_there(
    open_desk: Callable[..., Any], dropped: list[str]
) -> None:
    async with Phone.open(520) as outside:
        desk: Desk = await open_desk(trunk=trunk_to(outside))
        call = InteractionId(new_id("ix"))
        dial = port.Dial(call=call, epoch=0, number=NUMBER, caller_id="", timeout_ms=9000)
        await desk.do(dial)
        ringing = await outside.ringing.get()
        await desk.do(port.HangUp(call=call, epoch=0, cause="nobody"))
        await ringing.is_over()
        await cleared(desk)
        assert dropped == [call]

"""sipp plays what exchanges do, well and badly; a scenario that is not met makes it fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from acd.domain.ids import InteractionId
from acd.telephony import port
from tests.integration.telephony.sip.desk import Desk, desk_phone
from tests.peers.phone import Phone
from tests.peers.rtpengine import udp_port

SCENARIOS = Path(__file__).parent / "scenarios"
ARRIVES = {
    "unknown_number", "oversized", "twice", "bye_before_ack", "early_cancel", "late_offer",
    "bridge", "bye_in_bridge", "bridge_refused",
}  # fmt: skip
"""Those that become a call: each exactly one, that ends exactly once."""
SAID_BETWEEN = {"twice": ("-default_behaviors", "all,-abortunexp")}
"""Where sipp sends twice in a row, an answer between the two is no fault."""


async def core(desk: Desk, agent: Phone) -> None:
    """What the core does with each call, by the number that was dialled."""
    arrived = await desk.told(port.CallArrived, 20)
    call: InteractionId = arrived.call
    match arrived.called:
        case "nobody":
            await desk.do(port.Reject(call=call, epoch=0, code=404, reason="number_unknown"))
        case "ring":
            await desk.answer(call, port.AnswerHow.RINGING)
        case "talk":
            await desk.answer(call)
            offer = await desk.ring(call, desk_phone(agent))
            await agent.pick_up(await agent.ringing.get())
            await desk.told(port.LegAnswered)
            await desk.bridge(call, offer, "desk")
        case _:
            await desk.answer(call)


@pytest.mark.parametrize("name", sorted(path.stem for path in SCENARIOS.glob("*.xml")))
async def test_scenario(
    peer: Callable[[str], Path], tmp_path: Path, desk: Desk, agent_phone: Phone, name: str
) -> None:
    serving = asyncio.create_task(core(desk, agent_phone), name="core")
    host, sip = desk.address
    process = await asyncio.create_subprocess_exec(
        peer("sipp"), f"{host}:{sip}", "-sf", SCENARIOS / f"{name}.xml", "-m", "1", "-i", host,
        "-p", str(udp_port()), "-mp", str(udp_port()), "-nostdin", "-timeout", "20",
        "-timeout_error", "-trace_err", *SAID_BETWEEN.get(name, ()),
        cwd=tmp_path, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    code = await process.wait()
    if name not in ARRIVES:
        serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert code == 0, _said(tmp_path)
    await desk.empty()
    assert len(desk.heard(port.CallArrived)) == (name in ARRIVES)
    ended = name in ARRIVES and name != "unknown_number"  # who turned it away knows
    assert len(desk.heard(port.CallerEnded)) == ended


def _said(folder: Path) -> str:
    """What sipp missed."""
    return "\n".join(path.read_text() for path in folder.glob("*_errors.log"))

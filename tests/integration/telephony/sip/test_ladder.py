"""The messages of a call in the log: all of them, with the interaction, and nobody's number."""

from __future__ import annotations

import re
from typing import Any

from structlog.testing import capture_logs

from acd.telephony import port
from tests.integration.telephony.sip.desk import Desk
from tests.peers.phone import Phone

NUMBER, NAME = "+33199001234", "Camille"
CALLER = [
    "< INVITE", "> 100 INVITE", "> 180 INVITE", "> 200 INVITE", "< ACK",
    "> INVITE", "< 200 INVITE", "> ACK", "< BYE", "> 200 BYE",
]  # fmt: skip
AGENT = ["> INVITE", "< 180 INVITE", "< 200 INVITE", "> ACK", "> BYE", "< 200 BYE"]


def rungs(logs: list[Any]) -> list[dict[str, Any]]:
    return [one for one in logs if one["event"] == "sip.message"]


def steps(logs: list[Any], sip_call: str) -> list[str]:
    """What was said in a dialog; what was repeated, once."""
    said = [one for one in rungs(logs) if one["sip_call"] == sip_call]
    return list(dict.fromkeys(f"{one['way']} {one['what']}" for one in said))


async def test_each_message_of_a_call_is_told_with_its_interaction(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    with capture_logs() as logs:
        talk = await desk.talking(caller, agent_phone)
        await talk.calling.bye_now()
        await talk.ringing.is_over()
        await desk.empty()
        await caller.request(talk.calling, "OPTIONS")  # whatever was to be logged is by now
    assert steps(logs, talk.calling.call_id)[: len(CALLER)] == CALLER
    assert steps(logs, talk.ringing.call_id) == AGENT
    assert {one["log_level"] for one in rungs(logs)} == {"debug"}
    assert {one["call"] for one in rungs(logs)} == {talk.call}
    assert {one["peer"] for one in rungs(logs)} == {
        f"{phone.host}:{phone.port}" for phone in (caller, agent_phone)
    }
    everything = " ".join(map(str, logs))
    assert NAME not in everything
    assert not re.search(rf"{re.escape(NUMBER[1:])}|33199\d+", everything)


async def test_who_is_refused_has_no_interaction(desk: Desk, caller: Phone) -> None:
    with capture_logs() as logs:
        calling = await caller.call(
            "support", desk.address, headers=("Require: 100rel",), wait=False
        )
        await calling.is_over()
    assert steps(logs, calling.call_id)[:2] == ["< INVITE", "> 420 INVITE"]
    assert {one["call"] for one in rungs(logs)} == {""}
    assert desk.heard(port.CallArrived) == []

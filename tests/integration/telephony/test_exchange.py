"""A whole node with rtpengine: a telephone calls it, and an agent's desk phone rings."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from acd.app import Node, running_node
from acd.config import Config
from acd.config.loader import parse_config
from acd.demo.client import Line
from acd.domain.agent import Availability
from acd.domain.ids import AgentId, SessionId, new_id
from acd.realtime.visitor_calls import SERVER
from acd.telephony.exchange import Exchange
from acd.telephony.switchboard import Switchboard
from tests.contract.telephony.rig import eventually
from tests.integration.nodes import PASSWORD
from tests.integration.test_app import console, heard
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.telephony import MUSIC_HZ, department, desk_agent, telephony

AGENT_HZ, CALLER_HZ = 700, 1000


@dataclass(frozen=True)
class Around:
    """A node's configuration, a caller and an agent's desk phone."""

    config: Config
    caller: Phone
    desk: Phone


@pytest.fixture
async def around(
    peer: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Around]:
    peer("rtpengine")
    monkeypatch.setenv("ANNA_PASSWORD", PASSWORD)
    tables, _ = telephony(tmp_path)
    async with Phone.open(CALLER_HZ) as caller, Phone.open(AGENT_HZ) as desk:
        anna = desk_agent("anna", desk.port, more='password_env = "ANNA_PASSWORD"')
        config = parse_config(
            department() + anna + tables,
            source=tmp_path / "config.toml",
            env={
                "ACD_SERVER__PORT": "0", "ACD_SERVER__DATA_DIR": str(tmp_path / "data"),
                "ANNA_PASSWORD": PASSWORD,
            },
        )  # fmt: skip
        yield Around(config, caller, desk)


async def test_a_telephone_calls_and_a_desk_phone_answers(around: Around) -> None:
    async with running_node(around.config, front_end=False) as node:
        calling, ringing = await talk(node, around)
        assert await calling.bye_now() == 200
        await ringing.is_over()
        await recorded(node)


async def test_who_talks_outlives_a_node_that_hands_over_and_is_hung_up_on_by_one_that_ends(
    around: Around,
) -> None:
    async with running_node(around.config, front_end=False, hands_over=lambda: True) as node:
        calling, ringing = await talk(node, around)
    await calling.voice.hears(AGENT_HZ)
    await ringing.voice.hears(CALLER_HZ)
    async with running_node(around.config, front_end=False) as node:
        await calling.voice.hears(AGENT_HZ)
    await calling.is_over()
    await ringing.is_over()
    assert not (around.config.server.data_dir / "rtpengine.json").exists()


async def test_where_another_has_the_port_calls_are_taken_once_it_is_gone(around: Around) -> None:
    sip = around.config.telephony.sip
    with capture_logs() as logged, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as another node's stack does
        other.bind((sip.host, sip.port))
        async with running_node(around.config, front_end=False) as node:
            async with asyncio.timeout(20):
                while "sip_port_taken" not in {one.get("code") for one in logged}:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            other.close()
            calling, ringing = await talk(node, around)
            assert await calling.bye_now() == 200
            await ringing.is_over()
            await recorded(node)


async def test_a_fault_of_ours_ends_no_call(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acd.telephony.switchboard.HEARTBEAT_S", 0.2)
    async with running_node(around.config, front_end=False) as node:
        calling, ringing = await talk(node, around)
        boards: list[Switchboard] = []

        async def fail(board: Switchboard) -> None:
            boards.append(board)
            if board is boards[0]:
                raise RuntimeError

        monkeypatch.setattr(Switchboard, "beat", fail)
        async with asyncio.timeout(20):
            while len(boards) < 2:  # noqa: ASYNC110 - nobody tells when it has begun anew
                await asyncio.sleep(0.05)
        await calling.voice.hears(AGENT_HZ)
        assert await calling.bye_now() == 200
        await ringing.is_over()
        await recorded(node)


async def test_one_that_ends_for_good_just_after_a_fault_ends_the_calls_that_it_left(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = fault_to_come(monkeypatch)
    async with running_node(around.config, front_end=False) as node:
        calling, ringing = await talk(node, around)
        await fails()
        await calling.voice.hears(AGENT_HZ)
    await calling.is_over()
    await ringing.is_over()
    assert not (around.config.server.data_dir / "rtpengine.json").exists()


async def test_after_a_fault_a_website_call_waits_for_telephony_to_begin_anew(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = fault_to_come(monkeypatch)
    async with (
        running_node(around.config, front_end=False) as node,
        Line(node.url, "/visitor") as jean,
    ):
        await jean.open({"site": "shop", "locale": "fr"})
        call = (await calls(jean))["interaction"]
        await anchored(jean, now=True)
        said = {"interaction": call, "tab": "t_jean", "to": SERVER, "kind": "hello"}
        await jean.call("call.signal", **said)
        await fails()
        assert (await jean.call("chat.resume", after_seq=0))["chat"]["anchored"]
        await jean.call("chat.leave")
        assert not (await calls(jean))["anchored"]  # a new one need not wait
        await jean.call("chat.leave")


@pytest.mark.long
async def test_while_rtpengine_is_away_a_website_call_goes_from_page_to_page(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acd.telephony.sip.ng._WAITS_S", (0.5,))
    note = around.config.server.data_dir / "rtpengine.json"
    async with (
        running_node(around.config, front_end=False) as node,
        Line(node.url, "/visitor") as jean,
        console(node) as anna,
    ):
        await jean.open({"site": "shop", "locale": "fr"})
        before = await calls(jean)
        assert before["anchored"]
        pid = json.loads(note.read_text())["pid"]
        os.kill(pid, signal.SIGSTOP)
        await anchored(jean, now=False)
        await jean.call("chat.leave")
        call = await calls(jean)
        assert not call["anchored"]
        offer = (await heard(anna, "offer", interaction=call["interaction"]))["offer"]
        await anna.call("offer.accept", offer=offer)
        await heard(jean, "chat", state="connecting")
        said = {"interaction": call["interaction"], "tab": "t_jean", "kind": "ready"}
        await jean.call("call.signal", **said)
        assert (await heard(anna, "call.signal"))["tab"] == "t_jean"
        await anna.call("call.connected", offer=offer)
        os.kill(pid, signal.SIGCONT)
        await anchored(jean, now=True)  # and it is again
        await jean.call("chat.leave")


def fault_to_come(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[None]]:
    """Telephony fails when this is awaited, and has not begun anew when the test ends."""
    monkeypatch.setattr("acd.telephony.switchboard.HEARTBEAT_S", 0.2)
    monkeypatch.setattr("acd.node.works.FIRST_PAUSE_S", 60.0)
    run, pauses = Exchange.run, asyncio.Event()

    async def watched(exchange: Exchange) -> None:
        try:
            await run(exchange)
        finally:
            pauses.set()

    async def fail(_: Switchboard) -> None:
        raise RuntimeError

    async def fails() -> None:
        monkeypatch.setattr(Switchboard, "beat", fail)
        await asyncio.wait_for(pauses.wait(), 10)

    monkeypatch.setattr(Exchange, "run", watched)
    return fails


async def calls(visitor: Line) -> dict[str, Any]:
    """Call by the button of the website: how the call stands."""
    started = await visitor.call(
        "chat.start",
        client_id=new_id("c"),
        department="support",
        name="Jean Martin",
        text="",
        channel="call",
    )
    chat: dict[str, Any] = started["chat"]
    return chat


async def anchored(visitor: Line, *, now: bool) -> None:
    """Until calls go through the server, or no longer."""
    async with asyncio.timeout(20):
        while (  # noqa: ASYNC110 - nobody is told of that alone
            await visitor.call("chat.resume", after_seq=0)
        )["chat"]["anchored"] is not now:
            await asyncio.sleep(0.1)


async def talk(node: Node, around: Around) -> tuple[PhoneCall, PhoneCall]:
    """The two in conversation."""
    router, anna, sip = node.services.router, AgentId("anna"), around.config.telephony.sip
    await router.open_session(anna, SessionId("ss_anna"))
    await router.set_presence(anna, channel=None, availability=Availability.AVAILABLE)
    calling = await around.caller.call("600", (sip.host, sip.port))
    ringing = await around.desk.ringing.get()
    await calling.voice.hears(MUSIC_HZ)
    await around.desk.pick_up(ringing)
    await calling.voice.hears(AGENT_HZ)
    await ringing.voice.hears(CALLER_HZ)
    return calling, ringing


async def recorded(node: Node) -> None:
    """That the one call there is was handled."""

    async def handled() -> bool:
        found = await node.services.history.events_after("0-0")
        return [one.data["outcome"] for one in found if one.type == "interaction.ended"] == [
            "handled"
        ]

    await eventually(handled)

"""A whole node dies or stops while twenty wait and ten talk: all goes on, and all is recorded."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from acd.domain.agent import Availability
from acd.domain.ids import AgentId, SessionId
from acd.routing.router import Router
from tests.acceptance.house import Server
from tests.contract.telephony.rig import eventually
from tests.outcomes import outcomes_of_calls
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.telephony import MUSIC_HZ, department, desk_agent, telephony

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

WAITING, TALKING = 20, 10
AGENT_HZ, CALLER_HZ = 700, 1000


@pytest.fixture
async def desks() -> AsyncIterator[Phone]:
    """The desk phones of all agents, picked up by hand."""
    async with Phone.open(AGENT_HZ) as phone:
        yield phone


@pytest.fixture
async def callers() -> AsyncIterator[Phone]:
    async with Phone.open(CALLER_HZ) as phone:
        yield phone


@pytest.fixture
async def server(
    peer: Callable[[str], Path], tmp_path: Path, desks: Phone, callers: Phone
) -> AsyncIterator[Server]:
    del callers  # they are there for longer
    peer("rtpengine")
    tables, sip = telephony(tmp_path, more="announce_s = 0")
    agents = "".join(desk_agent(f"agent-{n}", desks.port) for n in range(TALKING))
    server = Server(tmp_path, houses=0, more=department("ring_time_s = 60") + agents + tables)
    server.sip_port = sip
    await asyncio.to_thread(server.start)
    yield server
    if server.was_killed:
        await asyncio.to_thread(server.start)  # its rtpengine outlived it
    await asyncio.to_thread(server.stop)
    assert "Traceback" not in server.log(), server.log()


async def are_available(folder: Path) -> None:
    """All agents, whose desk phones ring without a console."""
    note = json.loads((folder / "data" / "running.json").read_text())
    router = await Router.open(note["redis_url"], "main")
    for n in range(TALKING):
        agent = AgentId(f"agent-{n}")
        await router.open_session(agent, SessionId(f"ss_{n}"))
        await router.set_presence(agent, channel=None, availability=Availability.AVAILABLE)
    await router.close()


async def picked_up(desks: Phone, many: int) -> list[PhoneCall]:
    calls = [await asyncio.wait_for(desks.ringing.get(), 60) for _ in range(many)]
    for call in calls:
        await desks.pick_up(call)
    return calls


async def hear_each_other(calling: list[PhoneCall], agents: list[PhoneCall]) -> None:
    """The first of either side, whoever of the other they talk with."""
    for one in (*calling, *agents):
        one.voice.is_mute = False
    await calling[0].voice.hears(AGENT_HZ)
    await agents[0].voice.hears(CALLER_HZ)
    for one in (*calling, *agents):
        one.voice.is_mute = True


async def end(talking: list[PhoneCall], agents: list[PhoneCall]) -> None:
    """Half of the talks by their callers, half by their agents."""
    for call in talking[: TALKING // 2]:
        assert await call.bye_now() == 200
    for agent in agents:
        with contextlib.suppress(TimeoutError):
            await agent.is_over(0.5)
        if agent.is_up:
            assert await agent.bye_now() == 200
    for call in talking:
        await call.is_over(30)


@pytest.mark.parametrize("goes", [Server.kill, Server.hand_over], ids=["killed", "stopped"])
async def test_all_goes_on_is_served_and_recorded_once(
    server: Server, tmp_path: Path, desks: Phone, callers: Phone, goes: Callable[[Server], None]
) -> None:
    await are_available(tmp_path)
    exchange = ("127.0.0.1", server.sip_port)
    callers.is_mute = desks.is_mute = True  # but for those who are listened to
    talking = [await callers.call("600", exchange) for _ in range(TALKING)]
    agents = await picked_up(desks, TALKING)
    waiting = [await callers.call("600", exchange) for _ in range(WAITING)]
    for call in (waiting[0], waiting[-1]):
        await call.voice.hears(MUSIC_HZ)

    await asyncio.to_thread(goes, server)
    for call in (waiting[0], waiting[-1]):
        await call.voice.hears(MUSIC_HZ)
    await asyncio.to_thread(server.start)
    for call in (waiting[0], waiting[-1]):
        await call.voice.hears(MUSIC_HZ)

    await hear_each_other(talking, agents)
    await end(talking, agents)
    for first in range(0, WAITING, TALKING):
        served = await picked_up(desks, TALKING)
        await hear_each_other(waiting[first : first + TALKING], served)
        for agent in served:
            assert await agent.bye_now() == 200
    for call in waiting:
        await call.is_over(30)

    async def recorded() -> bool:
        return outcomes_of_calls(server.database) == {"handled": TALKING + WAITING}

    await eventually(recorded)
    assert callers.strays == desks.strays == 0

"""A SIP node behind Kamailio dies: another one goes on with its calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MUSIC_HZ
from tests.integration.telephony.sip.process import Process, picked_up
from tests.peers.kamailio import (
    NODE,
    OTHER_NODE,
    TRUNK,
    Edge,
    running_edge,
)
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.peers.rtpengine import Rtpengine, udp_port

FEW, MANY = (3, 2), (20, 10)
"""Who waits and who talks on the node that dies."""
ROOM = 24 * sum(MANY)
"""Ports for both nodes' calls, each of which may ring or move: a pairing takes four."""


@dataclass(frozen=True, kw_only=True)
class House:
    """Two nodes behind Kamailio, each with an rtpengine, or both with the same."""

    edge: Edge
    nodes: tuple[Process, Process]
    engines: tuple[Rtpengine, Rtpengine]

    @property
    def shares(self) -> bool:
        return self.engines[0] is self.engines[1]

    async def first_dies(self) -> None:
        """With its machine, where it has one of its own."""
        await self.nodes[0].kill()
        if not self.shares:
            self.engines[0].kill()


@pytest.fixture
async def trunk() -> AsyncIterator[Phone]:
    async with Phone.open(CALLER_HZ, TRUNK) as phone:
        yield phone


Places = tuple[tuple[str, int], tuple[str, int]]


@pytest.fixture
def places() -> Places:
    return (NODE, udp_port()), (OTHER_NODE, udp_port())


@pytest.fixture
def edge(tmp_path: Path, peer: Callable[[str], Path], places: Places) -> Iterator[Edge]:
    nodes = [f"{host}:{port}" for host, port in places]
    with running_edge(peer("kamailio"), tmp_path, nodes, node_s=2.0) as edge:
        yield edge


@pytest.fixture(params=["own", "shared"])
def engines(
    request: pytest.FixtureRequest, peer: Callable[[str], Path], tmp_path: Path
) -> Iterator[tuple[Rtpengine, Rtpengine]]:
    """Of the node that dies, and of the one that is left; there is room for all of their calls."""
    running = []
    for name in ("left", "dead") if request.param == "own" else ("left",):
        folder = tmp_path / name
        folder.mkdir()
        running.append(Rtpengine(peer("rtpengine"), folder, room=ROOM))
        running[-1].start()
    yield running[-1], running[0]
    for one in running:
        one.kill()


@pytest.fixture
def more() -> dict[str, float]:
    """What else the nodes are told."""
    return {}


@pytest.fixture
async def house(
    edge: Edge,
    places: Places,
    engines: tuple[Rtpengine, Rtpengine],
    redis_url: str,
    tenant: str,
    trunk: Phone,
    agent_phone: Phone,
    more: dict[str, float],
) -> AsyncIterator[House]:
    # what is pressed goes to one address: of a shared one, to the node that is left
    keys = engines[0].keys if engines[0] is not engines[1] else ("127.0.0.1", udp_port())

    def node(at: int, keys: tuple[str, int]) -> Process:
        return Process({
            "place": places[at], "engine": engines[at].ng, "keys": keys,
            "music": engines[1].tone(MUSIC_HZ), "redis": redis_url,
            "prefix": f"acd:{{{tenant}}}:", "desk": f"sip:anna@127.0.0.1:{agent_phone.port}",
            **more,
        })  # fmt: skip

    nodes = node(0, keys), node(1, engines[1].keys)
    for one in nodes:
        await one.start()
    yield House(edge=edge, nodes=nodes, engines=engines)
    for one in nodes:
        await one.end()
    assert engines[1].pairings() == []


Calls = dict[str, PhoneCall]


async def called(house: House, trunk: Phone, name: str, many: int) -> Calls:
    """So many calls, by what they dialled."""
    names = [f"{name}{number}" for number in range(many)]
    calls = {one: await trunk.call(one, house.edge.public, wait=False) for one in names}
    for call in calls.values():
        await call.got(200)
    return calls


def of(node: Process, calls: Calls) -> list[PhoneCall]:
    """Those that it let in."""
    names = {said["called"] for kind, said in node.events if kind == "CallArrived"}
    return [call for name, call in calls.items() if name in names]


async def hears(call: PhoneCall, others: list[PhoneCall], hertz: int) -> None:
    """That a caller hears whoever of the others it talks with; all are mute but for that."""
    for one in (call, *others):
        one.voice.is_mute = False
    await call.voice.hears(hertz)
    for one in (call, *others):
        one.voice.is_mute = True


async def put_down(agents: list[PhoneCall]) -> None:
    """Whoever still talks hangs up."""
    for agent in agents:
        with contextlib.suppress(TimeoutError):
            await agent.is_over(0.1)
        if agent.is_up:
            assert await agent.bye_now() == 200


@pytest.mark.parametrize("size", [FEW, pytest.param(MANY, marks=pytest.mark.long)], ids=str)
async def test_its_calls_go_on_at_another(
    house: House, trunk: Phone, agent_phone: Phone, size: tuple[int, int]
) -> None:
    first, second = house.nodes
    waiting, talking = size
    trunk.is_mute = agent_phone.is_mute = True
    talk = await called(house, trunk, "talk", 2 * talking)
    agents = await picked_up(agent_phone, 2 * talking)
    for node in house.nodes:
        await node.told("Bridged", talking)
    wait = await called(house, trunk, "wait", 2 * waiting)
    talks, waits = of(first, talk), of(first, wait)
    assert (len(talks), len(waits)) == (talking, waiting)

    await house.first_dies()
    if house.shares:
        await waits[0].voice.hears(MUSIC_HZ)
    await second.told("CallStands", talking + waiting)
    for call in waits:
        await call.reinvited(1)
    for call in talks:  # the first time was when the agent took it
        await call.reinvited(2)
    await waits[0].voice.hears(MUSIC_HZ)
    await hears(talks[0], agents, AGENT_HZ)

    second.say("serve")
    served = await picked_up(agent_phone, 2 * waiting)
    connected = talking if house.shares else 2 * talking
    await second.told("Bridged", 2 * waiting + connected)
    await hears(waits[-1], served, AGENT_HZ)

    for call in (*talks[: talking // 2], *waits):
        assert await call.bye_now() == 200
    await second.told("CallerEnded", talking // 2 + waiting)
    await put_down([*agents, *served])
    for one in (*talk.values(), *wait.values(), *agents, *served):
        await one.is_over()
    assert trunk.strays == agent_phone.strays == 0
    await second.empty()


@pytest.mark.parametrize("more", [{"lease_s": 1000}])
async def test_one_that_ends_in_order_hands_its_calls_over_at_once(
    house: House, trunk: Phone, agent_phone: Phone
) -> None:
    first, second = house.nodes
    talk = await called(house, trunk, "talk", 2)
    agents = await picked_up(agent_phone, 2)
    for node in house.nodes:
        await node.told("Bridged")
    wait = await called(house, trunk, "wait", 2)
    [talks], [waits] = of(first, talk), of(first, wait)
    await first.leave()
    assert "CallerEnded" not in {kind for kind, _ in first.events}
    await second.told("CallStands", 2)
    await waits.reinvited(1)
    await talks.reinvited(2)
    await waits.voice.hears(MUSIC_HZ)
    await talks.voice.hears(AGENT_HZ)
    second.say("serve")
    served = await picked_up(agent_phone, 2)
    await waits.voice.hears(AGENT_HZ)
    for call in (*talk.values(), *wait.values()):
        assert await call.bye_now() == 200
    for agent in (*agents, *served):
        await agent.is_over()
    assert trunk.strays == agent_phone.strays == 0


@pytest.mark.parametrize("engines", ["shared"], indirect=True)
@pytest.mark.parametrize("more", [{"max_calls": 3}])
async def test_calls_that_no_node_has_room_for_go_on_after_those_that_talk(
    house: House, trunk: Phone, agent_phone: Phone
) -> None:
    second = house.nodes[1]
    talk = await called(house, trunk, "talk", 2)
    agents = await picked_up(agent_phone, 2)
    for node in house.nodes:
        await node.told("Bridged")
    wait = await called(house, trunk, "wait", 2)
    await house.first_dies()
    await second.told("CallStands", 2)
    stand = [said["standing"] for kind, said in second.events if kind == "CallStands"]
    assert [bool(one["offer"]) for one in stand] == [True, False]
    refused = await trunk.call("wait", house.edge.public, wait=False)
    await refused.is_over()
    second.say("serve")
    served = await picked_up(agent_phone, 2)
    await second.told("Bridged", 3)
    for call in (*talk.values(), *wait.values()):
        assert await call.bye_now() == 200
    for one in (*agents, *served):
        await one.is_over()


@pytest.mark.parametrize("engines", ["own"], indirect=True)
async def test_who_hangs_up_just_then_has_hung_up(
    house: House, trunk: Phone, agent_phone: Phone
) -> None:
    first, second = house.nodes
    calls = await called(house, trunk, "talk", 2)
    agents = await picked_up(agent_phone, 2)
    for node in house.nodes:
        await node.told("Bridged")
    [calling] = of(first, calls)
    await house.first_dies()
    assert await calling.bye_now() == 200
    await second.told("CallerEnded")
    async with asyncio.timeout(8):
        while sum(agent.is_up for agent in agents) > 1:  # noqa: ASYNC110 - of two, one
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("engines", ["own"], indirect=True)
async def test_a_node_that_was_only_stopped_for_a_while_has_them_no_longer(
    house: House, trunk: Phone, agent_phone: Phone
) -> None:
    first, second = house.nodes
    calls = await called(house, trunk, "talk", 2)
    agents = await picked_up(agent_phone, 2)
    for node in house.nodes:
        await node.told("Bridged")
    [calling] = of(first, calls)
    first.pause()
    await second.told("CallStands")
    await calling.reinvited(2)
    first.go_on()
    await first.told("CallElsewhere")
    await calling.voice.hears(AGENT_HZ)
    assert all(one.is_up for one in (*calls.values(), *agents))
    await first.empty()
    fresh = await called(house, trunk, "wait", 2)  # it serves others
    [served] = [call for call in fresh.values() if call in of(first, fresh)]
    await served.voice.hears(MUSIC_HZ)
    for call in (*calls.values(), *fresh.values()):
        assert await call.bye_now() == 200
    for agent in agents:
        await agent.is_over()

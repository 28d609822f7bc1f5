"""A node that is cut off, or stopped, loses its calls to another: routing notices nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import pytest
from redis.asyncio import Redis

from acd.domain.errors import StoreUnavailable
from acd.domain.events import EventType
from acd.domain.ids import InteractionId
from acd.telephony.port import Answer, Command, Target, TargetKind
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.ledger import CALL, DIALOG
from acd.telephony.sip.redis_ledger import RedisLedger
from acd.telephony.switchboard import Switchboard
from tests.contract.telephony.rig import eventually, until
from tests.integration.telephony.exchange import Exchange, Exchanges
from tests.integration.telephony.sip.desk import AGENT_HZ, MUSIC_HZ, Desk
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.peers.rtpengine import Rtpengine, udp_port


@dataclass
class Node:
    """A switchboard and an adapter over SIP."""

    address: tuple[str, int]
    adapter: SipAdapter
    board: Switchboard
    leaving: asyncio.Event
    hands_over: bool = False

    async def run(self) -> None:
        await self.board.run(self.leaving, hands_over=lambda: self.hands_over)

    def fall_silent(self) -> None:
        """It says no more that it lives, and believes that all is well."""
        for task in self.adapter._tasks:
            if task.get_name() == "sip-lease":
                task.cancel()

    def hand_over(self) -> None:
        """It is stopped."""
        self.hands_over = True
        self.leaving.set()


@dataclass
class Nodes:
    """Two of them, on one Redis."""

    exchange: Exchange
    first: Node
    second: Node


@pytest.fixture
async def nodes(
    exchanges: Exchanges, rtpengine: Rtpengine, redis_url: str, tenant: str
) -> AsyncIterator[Nodes]:
    exchange = await exchanges()
    tasks, found = [], list[Node]()
    for _ in range(2):
        options = replace(Desk.options(rtpengine), beat_s=0.2, engine_is_ours=False)
        options = replace(options, keys=("127.0.0.1", udp_port()))
        place = f"{options.place.host}:{options.place.port}"
        ledger = RedisLedger(redis_url, f"acd:{{{tenant}}}:", place, lease_s=1.5)
        adapter = SipAdapter(options, ledger)
        board = Switchboard(replace(exchange.board._means, adapter=adapter))
        node = Node((options.place.host, options.place.port), adapter, board, asyncio.Event())
        tasks.append(asyncio.create_task(node.run(), name="switchboard"))
        found.append(node)
    await until(lambda: all(node.board.up for node in found))
    yield Nodes(exchange, *found)
    for node in found:
        node.leaving.set()
    await asyncio.gather(*tasks)
    assert rtpengine.pairings() == []
    redis = Redis.from_url(redis_url, decode_responses=True)

    async def nothing_is_kept() -> bool:
        keys = ["acd:{{{}}}:sip:{}:{}".format(tenant, *node.address) for node in found]
        names = [name for key in keys for name in await redis.hkeys(key)]
        return not any(name.startswith((CALL, DIALOG)) for name in names)

    await eventually(nothing_is_kept)
    await redis.aclose()


async def the_call(board: Switchboard) -> InteractionId:
    await until(lambda: len(board._calls) == 1)
    [call] = board._calls
    return call


@pytest.mark.parametrize("goes", [Node.fall_silent, Node.hand_over], ids=["dead", "stopped"])
async def test_who_waits_is_served_there_and_who_talks_is_ended_there(
    nodes: Nodes, caller: Phone, agent_phone: Phone, goes: Callable[[Node], None]
) -> None:
    exchange, first, second = nodes.exchange, nodes.first, nodes.second
    desk = Target(
        device="desk", kind=TargetKind.SIP, address=f"sip:anna@127.0.0.1:{agent_phone.port}"
    )
    await exchange.has("anna", desk)
    calling = await caller.call("600", first.address, wait=False)
    call = await the_call(first.board)
    exchange.kept.add(call)
    await calling.voice.hears(MUSIC_HZ)
    before = await exchange.router.interaction(call)

    goes(first)
    assert await the_call(second.board) == call
    await exchange.sign_in("anna")
    rung = await asyncio.wait_for(agent_phone.ringing.get(), 10)
    await agent_phone.pick_up(rung)
    await calling.voice.hears(AGENT_HZ)
    await exchange.state(call, "active")
    after = await exchange.router.interaction(call)
    assert before is not None
    assert after is not None
    assert before.enqueued_ms == after.enqueued_ms

    await exchange.router.finish(call, by="agent", agent="anna")
    await calling.is_over()
    await rung.is_over()
    assert await exchange.outcome(call) == "handled"


async def picked_up(
    nodes: Nodes, caller: Phone, agent_phone: Phone
) -> tuple[InteractionId, PhoneCall, PhoneCall]:
    """A call of the first node, which Anna takes on her desk phone: its two ends."""
    exchange, first = nodes.exchange, nodes.first
    desk = Target(
        device="desk", kind=TargetKind.SIP, address=f"sip:anna@127.0.0.1:{agent_phone.port}"
    )
    await exchange.has("anna", desk)
    await exchange.sign_in("anna")
    calling = await caller.call("600", first.address, wait=False)
    call = await the_call(first.board)
    exchange.kept.add(call)
    rung = await asyncio.wait_for(agent_phone.ringing.get(), 10)
    await agent_phone.pick_up(rung)
    return call, calling, rung


async def test_who_hung_up_as_the_node_died_has_one_outcome(
    nodes: Nodes, redis_url: str, tenant: str, caller: Phone, agent_phone: Phone
) -> None:
    exchange, first, second = nodes.exchange, nodes.first, nodes.second
    call, calling, rung = await picked_up(nodes, caller, agent_phone)
    await calling.voice.hears(AGENT_HZ)

    first.fall_silent()
    redis = Redis.from_url(redis_url, decode_responses=True)
    ledger = "acd:{{{}}}:sip:{}:{}".format(tenant, *first.address)
    dialog = json.loads(str(await redis.hget(ledger, f"c:{call}")))["caller"]["dialog"]
    assert await redis.hdel(ledger, f"d:{dialog}")  # as is done before a BYE is answered
    await redis.aclose()
    assert await exchange.outcome(call) == "handled"
    await rung.is_over()
    calling.peer = second.address  # where what stands before both sends it then
    assert await calling.bye_now() == 481, "there is no such dialog any more"
    events = await exchange.history.events_after("0-0")
    ended = [one for one in events if one.type == EventType.INTERACTION_ENDED]
    assert [one.interaction for one in ended] == [call]


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_what_routing_could_not_be_told_the_next_node_tells_it(
    nodes: Nodes, caller: Phone, agent_phone: Phone, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    exchange, first, second = nodes.exchange, nodes.first, nodes.second
    call, calling, rung = await picked_up(nodes, caller, agent_phone)
    await exchange.state(call, "active")

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable

    for verb in ("finish", "abandon"):
        monkeypatch.setattr(exchange.router, verb, away)
    assert await (calling if who == "caller" else rung).bye_now() == 200
    await calling.is_over()
    await rung.is_over()
    await until(lambda: not first.adapter._calls)
    first.fall_silent()
    for task in (serving := list(first.board._tasks)):  # it dies before the store is back
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
    monkeypatch.undo()
    assert await exchange.outcome(call) == "handled"
    await until(lambda: not second.board._calls)


async def test_whose_call_came_to_another_node_meanwhile_stands_in_the_line_once(
    nodes: Nodes, caller: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, first, second = nodes.exchange, nodes.first, nodes.second
    execute = first.adapter.execute

    async def answers_nobody(command: Command) -> None:
        if not isinstance(command, Answer):
            await execute(command)

    monkeypatch.setattr(first.adapter, "execute", answers_nobody)
    calling = await caller.call("600", first.address, wait=False)
    lost = await the_call(first.board)
    exchange.kept.add(lost)

    first.fall_silent()
    calling.peer = second.address  # as what stands before both sends it once the first is silent
    invite = calling.voice.sdp()
    caller.send(calling, "INVITE", invite, number=calling.number, branch=calling.branch)
    await calling.voice.hears(MUSIC_HZ)
    call = await the_call(second.board)
    exchange.kept.add(call)
    assert call != lost
    assert await exchange.outcome(lost) == "abandoned"
    await exchange.state(call, "waiting")
    assert await calling.bye_now() == 200
    assert await exchange.outcome(call) == "abandoned"

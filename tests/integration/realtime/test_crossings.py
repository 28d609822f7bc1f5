"""What crosses on its way: whoever is here is not taken for gone, and nothing told is untold.

Each test holds back one step until what crosses it has happened. Periodic work, which would mend
it some seconds later, is put off for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from acd.chat.delivery import to_contact
from acd.domain.errors import StoreUnavailable
from acd.domain.ids import AgentId, InteractionId
from acd.realtime import relay
from acd.realtime.desk import Desk
from tests.integration.realtime.chats import chat_of
from tests.integration.realtime.clients import new_start, until
from tests.integration.realtime.ear import Ear
from tests.integration.realtime.nodes import Node, Nodes

ANNA = AgentId("anna")
NEVER_S = 3600


@pytest.fixture(autouse=True)
def nothing_periodic(monkeypatch: pytest.MonkeyPatch) -> None:
    for period in ("HEARTBEAT_S", "TICK_S", "HERE_EVERY_S"):
        monkeypatch.setattr(relay, period, NEVER_S)


class Gate:
    """Holds back a call that is made through it, until told."""

    def __init__(self, behind: Callable[..., Awaitable[Any]]) -> None:
        self._behind = behind
        self.reached = asyncio.Event()
        self.open = asyncio.Event()
        self.passed = asyncio.Event()

    async def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.reached.set()
        await self.open.wait()
        try:
            return await self._behind(*arguments, **named)
        finally:
            self.passed.set()


async def is_in_line(node: Node, interaction: InteractionId) -> bool:
    found = await node.router.interaction(interaction)
    return found is not None and (found.state, found.contact_lost) == ("waiting", False)


async def is_held(node: Node) -> bool:
    """Whether Anna is held by one console, and not in grace."""
    found = await node.router.agent(ANNA)
    return found is not None and (found.sessions, found.grace_until_ms) == (1, None)


# visitors


async def test_who_comes_back_while_they_are_seen_off_is_in_line(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await nodes()
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start())
    forget = Gate(node.realtime.delivery.forget)
    monkeypatch.setattr(node.realtime.delivery, "forget", forget)
    await jean.leave()
    await asyncio.wait_for(forget.reached.wait(), 5)
    back = await node.visitor(started["token"])
    await back.done("chat.resume")
    forget.open.set()
    await asyncio.wait_for(forget.passed.wait(), 5)
    await back.done("chat.resume")
    assert await is_in_line(node, started["chat"]["interaction"])


async def test_a_second_farewell_is_not_said_of_who_came_back(nodes: Nodes) -> None:
    node = await nodes()
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start())
    ours = node.realtime.relay
    (visit,) = ours.visits.values()
    await jean.leave()

    async def seen_off() -> bool:
        return not ours.visits

    await until(seen_off)
    back = await node.visitor(started["token"])
    await back.done("chat.resume")
    ear = Ear()
    await node.realtime.delivery.listen(visit.address, ear)
    await ours.absence.begins(visit)  # they had left twice, and come back in between
    assert [p for p in ear.heard_all if p["type"] == "here" and not p["on"]] == []
    assert await is_in_line(node, started["chat"]["interaction"])


async def test_a_visitor_who_is_taken_for_gone_says_that_they_are_here(nodes: Nodes) -> None:
    """Another node saw them leave, and hears too late that they are here."""
    node = await nodes()
    jean = await node.visitor()
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    assert (await node.router.contact_lost(interaction)).changed
    await until(lambda: is_in_line(node, interaction))


async def test_a_chat_that_begins_on_another_node_is_shown_on_this_one(nodes: Nodes) -> None:
    here, there = await nodes(), await nodes()
    jean = await here.visitor()
    started = await jean.done("chat.start", new_start())
    await jean.done("chat.leave")
    tab = await there.visitor(started["token"])
    again = await tab.done("chat.start", new_start())
    assert again["chat"]["interaction"] != started["chat"]["interaction"]
    await jean.hears("chat", interaction=again["chat"]["interaction"])


async def test_a_subscription_that_was_not_confirmed_is_tried_again(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await nodes(), await nodes()
    addresses = here.realtime.delivery._addresses
    subscribe = addresses.subscribe

    async def too_late(address: str) -> None:
        raise StoreUnavailable(address)

    monkeypatch.setattr(addresses, "subscribe", too_late)
    jean = await here.visitor()
    await jean.done("chat.start", new_start())
    monkeypatch.setattr(addresses, "subscribe", subscribe)
    anna = await there.console("anna")
    ring = await anna.hears("offer")
    await anna.done("offer.accept", {"offer": ring["offer"]})
    await here.realtime.relay._check_here()
    await jean.hears("chat", state="active")


# agents


async def test_a_console_that_reloads_keeps_its_session(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await nodes()
    anna = await node.console("anna", "ss_one")
    (desk,) = node.realtime.relay.desks.values()
    ours = node.realtime.relay
    close, leave = Gate(desk.close), Gate(ours.leave_desk)
    monkeypatch.setattr(desk, "close", close)
    monkeypatch.setattr(ours, "leave_desk", leave)
    leave.open.set()
    await anna.leave()
    await asyncio.wait_for(close.reached.wait(), 5)
    back = await node.agent("anna", "ss_one")
    await back.done("console.open")
    close.open.set()
    await asyncio.wait_for(leave.passed.wait(), 5)
    assert await is_held(node)


async def test_an_agent_who_is_taken_for_gone_says_that_they_are_here(nodes: Nodes) -> None:
    """Another node heard only now that the connection which this one replaces is lost."""
    node = await nodes()
    anna = await node.console("anna")
    session = (await anna.done("console.open"))["session"]
    assert (await node.router.close_session(ANNA, session)).changed
    await until(lambda: is_held(node))


async def test_who_leaves_during_a_heartbeat_is_not_brought_back(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await nodes()
    anna, jean = await node.console("anna"), await node.visitor()
    await anna.done("presence.set", {"availability": "away"})
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    heartbeat = Gate(node.router.heartbeat)
    monkeypatch.setattr(node.router, "heartbeat", heartbeat)
    beat = asyncio.create_task(node.realtime.relay.beat())
    await asyncio.wait_for(heartbeat.reached.wait(), 5)
    await anna.leave()
    await jean.leave()

    async def both_gone() -> bool:
        agent, chat = await node.router.agent(ANNA), await node.router.interaction(interaction)
        assert agent is not None
        assert chat is not None
        return agent.grace_until_ms is not None and chat.contact_lost

    await until(both_gone)
    heartbeat.open.set()
    await beat
    assert await both_gone()


async def test_a_console_that_opens_late_is_told_what_changes_back(nodes: Nodes) -> None:
    node = await nodes()
    ours = node.realtime.relay
    one = await node.console("anna")
    await one.done("presence.set", {"availability": "away"})
    await ours.tick()
    jean = await node.visitor()
    await jean.done("chat.start", new_start())
    two = await node.agent("anna")
    opened = await two.done("console.open")
    assert [line["waiting"] for line in opened["lines"]] == [1]
    await jean.done("chat.leave")
    heard = len(two.heard)
    await ours.tick()
    lines = (await two.hears("lines", after=heard))["lines"]
    assert [line["waiting"] for line in lines] == [0]


async def test_a_desk_that_closes_while_it_is_read_listens_to_nobody(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await nodes()
    anna = await node.console("anna")
    jean, _ = await chat_of(node, anna)
    (desk,) = node.realtime.relay.desks.values()
    (contact,) = {chat.contact for chat in desk.chats.values()}
    await anna.leave()
    await jean.leave()
    delivery, late = node.realtime.delivery, Desk(node.realtime.relay, desk.agent)
    listen = Gate(delivery.listen)
    monkeypatch.setattr(delivery, "listen", listen)
    read = asyncio.create_task(late.refresh())
    await asyncio.wait_for(listen.reached.wait(), 5)
    closing = asyncio.create_task(late.close())
    await asyncio.sleep(0)
    listen.open.set()
    await asyncio.gather(read, closing)
    topic = delivery._topics.get(to_contact(contact))
    assert topic is None or late not in topic.listeners

"""Rings: who may still answer, and what several consoles see."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from acd.domain.ids import AgentId, InteractionId, QueueId
from acd.domain.offer import MEDIA_LOST
from acd.realtime import whereabouts
from tests.integration.realtime.clients import Client, new_start
from tests.integration.realtime.nodes import Node, Nodes
from tests.integration.realtime.test_messages import talking


async def test_the_first_accept_wins_and_the_other_learns_who(nodes: Nodes) -> None:
    here, there = await nodes(ring=2), await nodes(ring=2)
    anna, bruno = await here.console("anna"), await there.console("bruno")
    jean = await here.visitor()
    started = await jean.done("chat.start", new_start())
    interaction = started["chat"]["interaction"]
    hers = await anna.hears("offer", interaction=interaction)
    his = await bruno.hears("offer", interaction=interaction)
    answers = await asyncio.gather(
        anna.done("offer.accept", {"offer": hers["offer"]}),
        bruno.done("offer.accept", {"offer": his["offer"]}),
    )
    assert sorted(answer["outcome"] for answer in answers) == ["accepted", "taken"]
    loser = next(answer for answer in answers if answer["outcome"] == "taken")
    won = "Anna" if answers[0]["outcome"] == "accepted" else "Bruno"
    assert loser["winner"]["name"] == won
    client = bruno if won == "Anna" else anna
    ended = await client.hears("offer.ended")
    assert (ended["outcome"], ended["reason"], ended["by"]["name"]) == ("withdrawn", "taken", won)


async def test_two_consoles_of_one_agent_ring_and_one_accepts(nodes: Nodes) -> None:
    here, there = await nodes(), await nodes()
    one, two = await here.console("anna", "ss_one"), await there.console("anna", "ss_two")
    jean = await here.visitor()
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    ring = await one.hears("offer", interaction=interaction)
    assert (await two.hears("offer", interaction=interaction))["offer"] == ring["offer"]
    assert (await two.done("offer.accept", {"offer": ring["offer"]}))["outcome"] == "accepted"
    ended = await one.hears("offer.ended", offer=ring["offer"])
    assert ended["outcome"] == "accepted"
    chat = await one.hears("chat", interaction=interaction, state="active")
    again = await one.done("offer.accept", {"offer": ring["offer"]})
    assert again["outcome"] == "accepted"  # the same agent: idempotent

    say = {"conversation": chat["conversation"], "client_id": "1", "text": "from two"}
    await two.done("message.send", say)
    await one.hears("message", text="from two")
    await jean.hears("message", text="from two")
    await one.leave()
    await jean.done("message.send", {"client_id": "j", "text": "still there?"})
    await two.hears("message", text="still there?")


async def test_declined_goes_on_and_a_late_accept_changes_nothing(nodes: Nodes) -> None:
    node = await nodes()
    anna, bruno = await node.console("anna"), await node.console("bruno")
    jean = await node.visitor()
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    first = await anna.hears("offer", interaction=interaction)
    declined = await anna.done("offer.decline", {"offer": first["offer"], "reason": "lunch"})
    assert declined["outcome"] == "declined"
    second = await bruno.hears("offer", interaction=interaction)
    assert second["offer"] != first["offer"]
    late = await anna.done("offer.accept", {"offer": first["offer"]})
    assert late["outcome"] in {"withdrawn", "expired", "unknown"}
    assert (await bruno.done("offer.accept", {"offer": second["offer"]}))["outcome"] == "accepted"
    late = await anna.done("offer.accept", {"offer": first["offer"]})
    assert (late["outcome"], late["winner"]["name"]) == ("taken", "Bruno")


async def test_who_declined_sees_when_it_rings_here_again_while_it_waits(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    jean = await node.visitor()
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    ring = await anna.hears("offer", interaction=interaction)
    await anna.done("offer.decline", {"offer": ring["offer"], "reason": ""})

    async def lines(waiting: int) -> dict[str, Any]:
        while True:
            told = [line for told in anna.all("lines") for line in told["lines"]]
            if told and told[-1]["waiting"] == waiting:
                return told[-1]
            await asyncio.sleep(0.1)

    kept = (await lines(1))["held_back"]
    assert (kept["interaction"], kept["contact"]) == (interaction, {"name": "Jean Martin"})
    (waiting,) = await node.router.line(QueueId("support/chat"))
    assert waiting.not_before_ms == {"anna": kept["at_ms"]}
    bruno = await node.console("bruno")
    await bruno.hears("offer", interaction=interaction)
    assert (await lines(0))["held_back"] is None


async def test_no_answer_in_time_rings_the_next(nodes: Nodes) -> None:
    node = await nodes(ring_time_s=0.6, max_missed=1)
    anna, bruno = await node.console("anna"), await node.console("bruno")
    jean = await node.visitor()
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    ring = await anna.hears("offer", interaction=interaction)
    await anna.done("offer.delivered", {"offer": ring["offer"]})
    ended = await anna.hears("offer.ended", offer=ring["offer"])
    assert ended["outcome"] == "expired"
    second = await bruno.hears("offer", interaction=interaction)
    presence = await anna.hears("presence", missed={"chat": True})
    assert presence["channels"]["chat"]["availability"] == "away"
    late = await anna.done("offer.accept", {"offer": ring["offer"]})
    assert late["outcome"] == "expired"
    assert (await bruno.done("offer.accept", {"offer": second["offer"]}))["outcome"] == "accepted"


async def test_a_ring_that_nobody_saw_fails_and_blames_nobody(nodes: Nodes) -> None:
    node = await nodes(delivery_s=0.5)
    anna, bruno = await node.console("anna"), await node.console("bruno")
    jean = await node.visitor()
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    ring = await anna.hears("offer", interaction=interaction)
    ended = await anna.hears("offer.ended", offer=ring["offer"])
    assert (ended["outcome"], ended["reason"]) == ("failed", "unreachable")
    await bruno.hears("offer", interaction=interaction)


async def test_the_customer_leaves_and_the_ring_ends(nodes: Nodes) -> None:
    node = await nodes()
    anna, jean = await node.console("anna"), await node.visitor()
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    ring = await anna.hears("offer", interaction=interaction)
    left = await jean.done("chat.leave")
    assert (left["chat"]["state"], left["chat"]["outcome"]) == ("ended", "abandoned")
    ended = await anna.hears("offer.ended", offer=ring["offer"])
    assert (ended["outcome"], ended["reason"]) == ("withdrawn", "customer_left")
    again = await jean.done("chat.start", new_start(text="I am back"))
    assert again["chat"]["interaction"] != interaction
    assert again["chat"]["conversation"] == left["chat"]["conversation"]


async def test_the_ring_says_whether_the_visitor_is_on_the_page(nodes: Nodes) -> None:
    here, there = await nodes(), await nodes()
    anna, jean = await there.console("anna"), await here.visitor()
    started = await jean.done("chat.start", new_start())
    ring = await anna.hears("offer", interaction=started["chat"]["interaction"])
    assert ring["contact_here"] is True
    await jean.leave()
    gone = await anna.hears("offer", offer=ring["offer"], contact_here=False)
    assert gone["waited_ms"] - ring["waited_ms"] == gone["now"] - ring["now"] > 0
    other = await there.console("anna", "ss_other")
    opened = await other.done("console.open")
    assert [offer["contact_here"] for offer in opened["offers"]] == [False]
    many = len(anna.heard)
    await there.visitor(started["token"])
    await anna.hears("offer", after=many, offer=ring["offer"], contact_here=True)


async def test_a_call_does_not_outlast_its_page_for_long(nodes: Nodes) -> None:
    node = await nodes(calls=True, caller_grace_s=0.3)
    anna, jean = await node.console("anna"), await node.visitor()
    started = await jean.done("chat.start", new_start(channel="call"))
    ring = await anna.hears("offer", interaction=started["chat"]["interaction"])
    await jean.leave()
    ended = await anna.hears("offer.ended", offer=ring["offer"])
    assert (ended["outcome"], ended["reason"]) == ("withdrawn", "customer_left")


async def test_a_call_nobody_was_in_rings_the_next_as_such(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whereabouts, "ANSWER_S", 0)
    node = await nodes(calls=True, caller_grace_s=600)
    anna, jean = await node.console("anna"), await node.visitor()
    started = await jean.done("chat.start", new_start(channel="call"))
    ring = await anna.hears("offer", interaction=started["chat"]["interaction"])
    taken = await anna.done("offer.accept", {"offer": ring["offer"]})
    bruno = await node.console("bruno")
    many = len(anna.heard)
    await anna.hears("chat", interaction=ring["interaction"], contact_here=True)
    await jean.leave()
    await anna.hears("chat", after=many, interaction=ring["interaction"], contact_here=False)
    assert taken["chat"]["state"] == "connecting"
    await anna.done("call.failed", {"offer": ring["offer"]})
    again = await bruno.hears("offer", interaction=ring["interaction"])
    await bruno.hears("offer", offer=again["offer"], contact_here=False)
    await node.router.abandon(InteractionId(ring["interaction"]))
    ended = await bruno.hears("offer.ended", offer=again["offer"])
    assert ended["reason"] == "customer_left"


async def left_while_talking(node: Node) -> tuple[Client, dict[str, Any], str, int]:
    """Anna talks with a visitor whose page is gone.

    Returns her, her ring, the visitor's token, and how much she had heard when they left.
    """
    anna, jean = await node.console("anna"), await node.visitor()
    started = await jean.done("chat.start", new_start(channel="call"))
    ring = await anna.hears("offer", interaction=started["chat"]["interaction"])
    await anna.done("offer.accept", {"offer": ring["offer"]})
    await anna.done("call.connected", {"offer": ring["offer"]})
    many = len(anna.heard)
    await jean.leave()
    await anna.hears("chat", after=many, interaction=ring["interaction"], contact_here=False)
    return anna, ring, str(started["token"]), many


async def test_whose_page_and_agent_are_both_gone_rings_nobody_else(nodes: Nodes) -> None:
    node = await nodes(calls=True, caller_grace_s=0.3)
    anna, ring, _, _ = await left_while_talking(node)
    await asyncio.sleep(0.3)
    held = await node.router.interaction(ring["interaction"])
    assert held is not None
    assert held.state == "active", "they may still hear each other"
    await anna.leave()
    bruno = await node.console("bruno")
    assert (await node.router.fail(ring["offer"], AgentId("anna"), MEDIA_LOST)).changed
    again = await bruno.hears("offer", interaction=ring["interaction"])
    ended = await bruno.hears("offer.ended", offer=again["offer"])
    assert ended["reason"] == "customer_left"


async def test_a_visitor_who_came_back_keeps_the_call_that_lost_its_agent(nodes: Nodes) -> None:
    node = await nodes(calls=True, caller_grace_s=0.3)
    anna, ring, token, many = await left_while_talking(node)
    await node.visitor(token)
    await anna.hears("chat", after=many, interaction=ring["interaction"], contact_here=True)
    bruno = await node.console("bruno")
    assert (await node.router.fail(ring["offer"], AgentId("anna"), MEDIA_LOST)).changed
    again = await bruno.hears("offer", interaction=ring["interaction"])
    taken = await bruno.done("offer.accept", {"offer": again["offer"]})
    assert taken["outcome"] == "accepted"


async def test_the_visitor_ends_a_running_chat(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, chat, _ = await talking(node)
    left = await jean.done("chat.leave")
    assert (left["chat"]["state"], left["chat"]["outcome"]) == ("ended", "handled")
    await anna.hears("chat", interaction=chat["interaction"], state="ended")
    await anna.hears("message", text="chat_ended")


async def test_presence_is_seen_by_every_console(nodes: Nodes) -> None:
    node = await nodes()
    one, two = await node.console("anna", "ss_1"), await node.agent("anna", "ss_2")
    opened = await two.done("console.open")
    assert opened["presence"]["channels"]["chat"]["availability"] == "available"
    assert list(opened["presence"]["channels"]) == ["chat"], "only where there is a queue"
    assert list(opened["presence"]["missed"]) == ["chat"]
    names = {"en": "Support", "fr": "Assistance"}
    assert opened["me"]["departments"] == [{"id": "support", "name": "Support", "names": names}]
    away = {"channel": "chat", "availability": "away", "reason": "lunch"}
    answer = await one.done("presence.set", away)
    assert answer["presence"]["channels"]["chat"]["reason"] == "lunch"
    seen = await two.hears("presence", seq=answer["presence"]["seq"])
    assert seen["channels"] == answer["presence"]["channels"]

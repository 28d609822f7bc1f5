"""A visitor's chat, from the first word to the next ring."""

from __future__ import annotations

import pytest

from acd.realtime import visit
from acd.realtime.wire import answers, common, desk, visitors
from tests.integration.realtime.clients import new_start
from tests.integration.realtime.nodes import Nodes


async def test_from_start_to_the_next_ring(nodes: Nodes) -> None:
    node = await nodes(wrap_up_s=30)
    anna = await node.console("anna", session="ss_anna")
    jean = await node.visitor()

    started = await jean.done("chat.start", new_start(text="Hello?", page="https://shop.example/"))
    visitors.ChatStarted.model_validate(started)
    assert started["messages"][0]["text"] == "Hello?"

    ring = await anna.hears("offer", interaction=started["chat"]["interaction"])
    desk.Offer.model_validate(ring)
    assert ring["contact"] == {"name": "Jean Martin"}
    assert ring["preview"] == "Hello?"
    assert ring["department"] == {"id": "support", "name": "Support"}
    assert ring["deadline_ms"] - ring["now"] <= ring["ring_ms"] == 20_000
    await anna.done("offer.delivered", {"offer": ring["offer"]})

    accepted = await anna.done("offer.accept", {"offer": ring["offer"]})
    answers.OfferAnswered.model_validate(accepted)
    assert accepted["outcome"] == "accepted"
    chat = accepted["chat"]
    assert chat["state"] == "active"
    assert chat["contact_here"] is True
    assert chat["last_message"]["text"] == "Hello?"
    state = await jean.hears("chat", state="active")
    visitors.ChatState.model_validate(state)
    assert state["agent"] == {"name": "Anna"}
    joined = await jean.hears("message", text="agent_joined")
    common.Message.model_validate(joined)
    assert (joined["from"], joined["name"]) == ("system", "Anna")

    opened = await anna.done(
        "conversation.open", {"conversation": chat["conversation"], "after_seq": 0}
    )
    answers.ConversationOpened.model_validate(opened)
    assert opened["contact"]["name"] == "Jean Martin"

    said = await anna.done(
        "message.send",
        {"conversation": chat["conversation"], "client_id": "a1", "text": "Hi Jean"},
    )
    common.MessageSent.model_validate(said)
    assert (await jean.hears("message", text="Hi Jean")) == said["message"]
    answered = await jean.done("message.send", {"client_id": "j1", "text": "My order…"})
    assert (await anna.hears("message", text="My order…")) == answered["message"]
    assert answered["message"]["seq"] == said["message"]["seq"] + 1

    finished = await anna.done("interaction.finish", {"interaction": chat["interaction"]})
    assert finished["chat"]["state"] == "wrap_up"
    assert finished["chat"]["wrap_up_until_ms"] > finished["chat"]["now"]
    ended = await jean.hears("chat", state="ended")
    assert ended["outcome"] == "handled"
    refusal = await anna.refused(
        "message.send",
        {"conversation": chat["conversation"], "client_id": "a2", "text": "late"},
    )
    assert refusal == "not_yours"

    extended = await anna.done("wrap_up.extend", {"interaction": chat["interaction"]})
    assert extended["chat"]["wrap_up_extended"] is True
    done = await anna.done(
        "wrap_up.end",
        {"interaction": chat["interaction"], "disposition": "solved", "note": "Sent again."},
    )
    assert done["chat"]["state"] == "ended"
    await anna.hears("chat", state="ended", interaction=chat["interaction"])
    assert await jean.refused("message.send", {"client_id": "j2", "text": "wait"}) == "chat_ended"


async def test_the_freed_slot_rings_the_next_in_line(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    guests = [await node.visitor() for _ in range(3)]
    states = [
        (await guest.done("chat.start", new_start(name=f"Guest {n}")))["chat"]
        for n, guest in enumerate(guests)
    ]
    for state in states[:2]:
        ring = await anna.hears("offer", interaction=state["interaction"])
        await anna.done("offer.accept", {"offer": ring["offer"]})
    waiting = await guests[2].hears("chat", position=1) if states[2]["position"] != 1 else states[2]
    assert waiting["state"] == "waiting"
    line = (await anna.hears("lines", within_s=3))["lines"]
    assert {entry["queue"] for entry in line} == {"support/chat"}
    assert anna.all("offer")[-1]["interaction"] != states[2]["interaction"]

    await anna.done("interaction.finish", {"interaction": states[0]["interaction"]})
    ring = await anna.hears("offer", interaction=states[2]["interaction"])
    assert (await anna.done("offer.accept", {"offer": ring["offer"]}))["outcome"] == "accepted"
    await guests[2].hears("chat", state="active")


async def test_visitor_on_one_node_agent_on_another(nodes: Nodes) -> None:
    here, there = await nodes(), await nodes()
    anna = await there.console("anna")
    jean = await here.visitor()
    state = (await jean.done("chat.start", new_start()))["chat"]
    ring = await anna.hears("offer", interaction=state["interaction"])
    chat = (await anna.done("offer.accept", {"offer": ring["offer"]}))["chat"]
    if not chat["contact_here"]:
        await anna.hears("chat", contact_here=True)
    await jean.hears("chat", state="active")

    await jean.done("message.send", {"client_id": "j1", "text": "from here"})
    heard = await anna.hears("message", text="from here")
    await anna.done("messages.read", {"conversation": chat["conversation"], "seq": heard["seq"]})
    assert (await jean.hears("read"))["seq"] == heard["seq"]
    await anna.done("typing", {"conversation": chat["conversation"], "on": True})
    assert (await jean.hears("typing", on=True)) == {"by": "agent", "name": "Anna", "on": True}
    await jean.done("typing", {"on": True})
    assert (await anna.hears("typing", on=True))["conversation"] == chat["conversation"]
    answer = await anna.done(
        "message.send",
        {"conversation": chat["conversation"], "client_id": "a1", "text": "from there"},
    )
    assert (await jean.hears("message", text="from there")) == answer["message"]
    assert len([m for m in jean.all("message") if m["text"] == "from there"]) == 1

    await jean.leave()
    await anna.hears("chat", contact_here=False, after=len(anna.heard) - 1)
    await anna.done("interaction.finish", {"interaction": chat["interaction"]})
    await anna.hears("chat", state="ended")


async def test_news_that_one_tab_asks_for_reach_the_others(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await nodes()
    anna = await node.console("anna")
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start())
    tab = await node.visitor(started["token"])
    ring = await anna.hears("offer", interaction=started["chat"]["interaction"])

    monkeypatch.setattr(visit, "SETTLE_S", 60)
    await anna.done("offer.accept", {"offer": ring["offer"]})
    assert (await tab.done("chat.resume", {"after_seq": 0}))["chat"]["state"] == "active"
    await jean.hears("chat", state="active")
    assert not tab.all("chat"), "its answer told it"

"""Messages: once each, in order, as they were written."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from acd.domain.ids import AgentId, ContactId, ConversationId, InteractionId
from acd.domain.interaction import Channel
from acd.domain.queue import QueueSettings
from tests.integration.realtime.chats import chat_of
from tests.integration.realtime.clients import Client, new_start
from tests.integration.realtime.nodes import Node, Nodes


async def talking(node: Node) -> tuple[Client, Client, dict[str, Any], str]:
    """A visitor and an agent in a chat; the chat as the agent has it, and the visitor's token."""
    anna = await node.console("anna")
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start())
    ring = await anna.hears("offer", interaction=started["chat"]["interaction"])
    chat = (await anna.done("offer.accept", {"offer": ring["offer"]}))["chat"]
    await jean.hears("chat", state="active")
    await jean.hears("message", text="agent_joined")
    return jean, anna, chat, started["token"]


async def test_a_resend_is_stored_once(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, chat, _ = await talking(node)
    first = await jean.done("message.send", {"client_id": "same", "text": "once"})
    again = await jean.done("message.send", {"client_id": "same", "text": "once"})
    assert again["message"] == first["message"]
    stored = await node.conversations.messages(chat["conversation"])
    assert [m.text for m in stored].count("once") == 1
    say = {"conversation": chat["conversation"], "client_id": "same", "text": "mine"}
    assert await anna.refused("message.send", say) == "conflict"


async def test_many_at_once_keep_their_order(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, chat, _ = await talking(node)
    conversation = chat["conversation"]
    await asyncio.gather(
        *(jean.done("message.send", {"client_id": f"j{n}", "text": f"j{n}"}) for n in range(40)),
        *(
            anna.done(
                "message.send",
                {"conversation": conversation, "client_id": f"a{n}", "text": f"a{n}"},
            )
            for n in range(40)
        ),
    )
    stored = await node.conversations.messages(conversation)
    assert [m.seq for m in stored] == list(range(1, len(stored) + 1))
    assert [m.text for m in stored if m.text[0] == "j"] == [f"j{n}" for n in range(40)]
    await anna.hears("message", text="j39")
    await jean.hears("message", text="a39")
    assert [m["text"] for m in anna.all("message") if m["from"] == "visitor"] == [
        f"j{n}" for n in range(40)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "🦉",
        "x" * 4000,
        "🦉" * 4000,
        "مرحبا بالعالم \u202eabc",
        "<script>alert(1)</script>",
        "a\n\tb",
    ],
    ids=["emoji", "4000", "4000 owls", "right to left", "script", "lines"],
)
async def test_text_arrives_as_it_was_written(nodes: Nodes, text: str) -> None:
    node = await nodes()
    jean, anna, _, _ = await talking(node)
    await jean.done("message.send", {"client_id": "t", "text": text})
    assert (await anna.hears("message", client_id="t"))["text"] == text


async def test_what_is_no_message_is_refused_and_changes_nothing(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, chat, _ = await talking(node)
    before = len(await node.conversations.messages(chat["conversation"]))
    for text, code in (
        ("", "message_empty"),
        (" \n ", "message_empty"),
        ("x" * 4001, "message_too_long"),
        ("a\x00b", "message_control_characters"),
        ("a\ud800b", "message_not_text"),
    ):
        assert await jean.refused("message.send", {"client_id": "n", "text": text}) == code
        say = {"conversation": chat["conversation"], "client_id": "n", "text": text}
        assert await anna.refused("message.send", say) == code
    for event, data in (
        ("message.send", {"client_id": "n"}),
        ("message.send", {"client_id": "n", "text": "x", "extra": 1}),
        ("message.send", "x"),
        ("message.send", ["x"]),
        ("no.such.event", {}),
        ("chat.start", {"name": "x"}),
        ("console.open", {}),
    ):
        assert await jean.refused(event, data) == "bad_request"
    assert len(await node.conversations.messages(chat["conversation"])) == before


async def test_too_large_a_packet_ends_the_connection(nodes: Nodes) -> None:
    node = await nodes()
    jean, _, chat, token = await talking(node)
    await jean.socket.emit(
        "message.send", {"client_id": "big", "text": "x" * 70_000}, namespace="/visitor"
    )
    await asyncio.wait_for(jean.gone.wait(), 5)
    again = await node.visitor(token)
    resumed = await again.done("chat.resume", {"after_seq": 0})
    assert resumed["chat"]["state"] == "active"
    assert all(m["client_id"] != "big" for m in resumed["messages"])
    del chat


async def test_both_sides_resume_from_their_last_message(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, chat, token = await talking(node)
    conversation = chat["conversation"]
    last = (await jean.done("message.send", {"client_id": "1", "text": "one"}))["message"]["seq"]
    await jean.vanish()
    say = {"conversation": conversation, "client_id": "2", "text": "two"}
    await anna.done("message.send", say)
    back = await node.visitor(token)
    resumed = await back.done("chat.resume", {"after_seq": last})
    assert [m["text"] for m in resumed["messages"]] == ["two"]
    assert resumed["chat"]["state"] == "active"

    seen = resumed["messages"][-1]["seq"]
    await anna.vanish()
    await back.done("message.send", {"client_id": "3", "text": "three"})
    anna = await node.console("anna")
    chats = (await anna.done("console.open"))["chats"]
    assert [c["last_seq"] for c in chats] == [seen + 1]
    opened = await anna.done("conversation.open", {"conversation": conversation, "after_seq": seen})
    assert [m["text"] for m in opened["messages"]] == ["three"]
    assert opened["contact"]["verified"] is False, "what somebody typed proves nothing"
    beat = await anna.done("heartbeat")
    assert beat["last_seq"] == {conversation: seen + 1}


async def test_typing_is_throttled_and_expires(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, _, _ = await talking(node)
    for _ in range(5):
        await jean.done("typing", {"on": True})
    await anna.hears("typing", on=True)
    assert len(anna.all("typing")) == 1
    await anna.hears("typing", on=False, within_s=8)
    await jean.done("typing", {"on": True})
    await jean.done("message.send", {"client_id": "1", "text": "sent"})
    await anna.hears("message", text="sent")
    assert [t["on"] for t in anna.all("typing")] == [True, False, True, False]


async def test_read_marks_only_move_forward(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, chat, token = await talking(node)
    for n in range(3):
        await jean.done("message.send", {"client_id": f"{n}", "text": f"{n}"})
    conversation = chat["conversation"]
    await anna.done("messages.read", {"conversation": conversation, "seq": 3})
    assert (await jean.hears("read"))["seq"] == 3
    await anna.done("messages.read", {"conversation": conversation, "seq": 2})
    await anna.done("messages.read", {"conversation": conversation, "seq": 10_000})
    assert (await jean.hears("read", seq=4))["by"] == "agent"
    assert [r["seq"] for r in jean.all("read")] == [3, 4]
    resumed = await (await node.visitor(token)).done("chat.resume", {"after_seq": 0})
    assert resumed["chat"]["read"] == {"agent": 4, "visitor": 0}


async def test_every_tab_hears_once(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, _, token = await talking(node)
    tab = await node.visitor(token)
    await tab.done("chat.resume", {"after_seq": 0})
    sent = (await jean.done("message.send", {"client_id": "1", "text": "both"}))["message"]
    assert (await tab.hears("message", text="both")) == sent
    await anna.hears("message", text="both")
    await asyncio.sleep(0.1)
    assert [m for m in jean.all("message") if m["text"] == "both"] == []
    assert len([m for m in tab.all("message") if m["text"] == "both"]) == 1


async def test_a_silent_customers_next_message_brings_the_chat_back(nodes: Nodes) -> None:
    node = await nodes()
    await node.router.configure_queue(
        QueueSettings(
            queue="support/chat", department="support", channel=Channel.CHAT, version=10**6,
            idle_s=0.3, wrap_up_s=30,
        )
    )  # fmt: skip
    jean, anna, chat, _ = await talking(node)
    await anna.hears("chat", state="idle", interaction=chat["interaction"])
    await jean.hears("chat", state="idle")
    await jean.done("message.send", {"client_id": "back", "text": "I am back"})
    await anna.hears("chat", state="active", interaction=chat["interaction"])
    await anna.done("interaction.finish", {"interaction": chat["interaction"]})
    await jean.hears("chat", state="ended")
    await jean.done("message.send", {"client_id": "one", "text": "one more thing"})
    await anna.hears("chat", state="active", interaction=chat["interaction"])


async def test_who_joins_twice_in_a_row_is_told_once(nodes: Nodes) -> None:
    """As where a call rang on because it did not connect."""
    node = await nodes()
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    await jean.hears("message", text="agent_joined")
    conversation, interaction = ConversationId(chat["conversation"]), chat["interaction"]
    contact, notes = ContactId(chat["contact"]["id"]), node.realtime.chat.notes
    for key, who in (("2", "anna"), ("3", "bruno"), ("4", "anna")):
        await notes.joined(contact, conversation, interaction, key, AgentId(who))
    await notes.joined(contact, conversation, InteractionId("ix_next"), "1", AgentId("anna"))
    told = await node.conversations.messages(conversation)
    names = [each.author_name for each in told if each.text == "agent_joined"]
    assert names == ["Anna", "Bruno", "Anna", "Anna"], "another interaction is told anew"

"""What ends, what takes it up again, and what begins after it."""

from __future__ import annotations

import asyncio
from typing import Any

from acd.domain.contact import Address, AddressKind
from acd.domain.ids import ContactId, ConversationId, InteractionId, QueueId
from acd.domain.interaction import Arrival
from acd.domain.phone import E164
from acd.realtime.wire import answers
from tests.integration.realtime.chats import asks, chat_of
from tests.integration.realtime.clients import until
from tests.integration.realtime.nodes import Nodes


async def test_a_finish_said_again_does_not_end_a_chat_whose_contact_came_back(
    nodes: Nodes,
) -> None:
    node = await nodes(wrap_up_s=30)
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    ix = chat["interaction"]
    ended = await anna.done("interaction.finish", asks(ix))
    assert ended["chat"]["state"] == "wrap_up"
    await jean.hears("chat", state="ended")
    heard = len(anna.heard)
    await jean.done("message.send", {"client_id": "j1", "text": "One thing more"})
    await anna.hears("chat", after=heard, interaction=ix, state="active")
    again = await anna.done("interaction.finish", asks(ix))
    assert again["chat"]["state"] == "active"
    anew = await anna.done("interaction.finish", asks(ix, "c2"))
    assert anew["chat"]["state"] == "wrap_up"


async def test_a_word_that_crossed_the_end_takes_the_chat_up_again(nodes: Nodes) -> None:
    node = await nodes(wrap_up_s=30)
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    (visit,) = node.realtime.relay.visits.values()
    await jean.hears("chat", state="active")
    visit.refresh_soon = lambda: None  # type: ignore[method-assign]  # the news is under way
    ended = await anna.done("interaction.finish", {"interaction": chat["interaction"]})
    assert ended["chat"]["state"] == "wrap_up"
    heard = len(anna.heard)
    await asyncio.sleep(0.05)  # further than the node's clock is wrong
    await jean.done("message.send", {"client_id": "j3", "text": "Wait"})
    await visit.refresh()
    await anna.hears("chat", after=heard, interaction=chat["interaction"], state="active")


async def test_what_was_said_before_the_end_leaves_it_at_that(nodes: Nodes) -> None:
    node = await nodes(wrap_up_s=30)
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    await jean.hears("chat", state="active")
    await jean.done("message.send", {"client_id": "j4", "text": "Goodbye"})
    await anna.done("interaction.finish", {"interaction": chat["interaction"]})
    await jean.hears("chat", state="ended")
    (visit,) = node.realtime.relay.visits.values()
    await visit.refresh()
    await anna.done("heartbeat")
    live = await node.router.interaction(InteractionId(chat["interaction"]))
    assert live is not None
    assert live.state == "ended"


async def test_what_has_no_thread_is_finished_all_the_same(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    arrival = Arrival(
        interaction=InteractionId("ix_lone"),
        queue=QueueId("support/chat"),
        contact=ContactId("ct_lone"),
        conversation=ConversationId("cv_lone"),
        leased=False,
    )
    await node.router.enqueue(arrival)
    ring = await anna.hears("offer", interaction="ix_lone")
    await anna.done("offer.accept", {"offer": ring["offer"]})
    ended = await anna.done("interaction.finish", {"interaction": "ix_lone"})
    assert ended["chat"]["state"] == "ended"


async def test_a_silent_contact_gives_the_slot_back_and_their_next_word_takes_it(
    nodes: Nodes,
) -> None:
    node = await nodes(idle_s=0.5)
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    idle = await anna.hears("chat", interaction=chat["interaction"], state="idle")
    assert idle["role"] == "owner"
    await jean.hears("chat", state="idle")
    heard = len(anna.heard)
    await jean.done("message.send", {"client_id": "j2", "text": "I am back"})
    back = await anna.hears("chat", after=heard, interaction=chat["interaction"], state="active")
    assert back["contact"]["name"] == "Jean Martin"


async def test_an_agent_writes_first_to_whoever_they_had(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    again = {"conversation": chat["conversation"], "department": "support", "client_id": "a1"}
    await anna.done("interaction.finish", {"interaction": chat["interaction"]})
    await jean.hears("chat", state="ended")
    recorded = node.history.interaction
    await until(lambda: _is_there(recorded, chat["interaction"]))
    chloe = await node.console("chloe")
    assert await chloe.refused("conversation.begin", again) == "not_found"
    begun = await anna.done("conversation.begin", again)
    assert (begun["outcome"], begun["chat"]["state"]) == ("opened", "active")
    assert begun["chat"]["interaction"] != chat["interaction"]
    found = await jean.hears("chat", interaction=begun["chat"]["interaction"])
    assert (found["state"], found["agent"]) == ("active", {"name": "Anna"})
    said = {"conversation": chat["conversation"], "client_id": "a2", "text": "One more thing"}
    await anna.done("message.send", said)
    await jean.hears("message", text="One more thing")


async def _is_there(read: Any, interaction: str) -> bool:
    return await read(interaction) is not None


async def test_an_ended_chat_tells_who_had_it_and_not_who_was_a_guest(nodes: Nodes) -> None:
    node = await nodes(wrap_up_s=30)
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    bruno = await node.console("bruno")
    ix = chat["interaction"]
    await anna.done("interaction.invite", asks(ix, agent="bruno"))
    await bruno.done("interaction.leave", asks(ix, "c2"))
    await anna.done("interaction.finish", asks(ix, "c3"))
    assert (await jean.hears("chat", state="ended"))["agent"] == {"name": "Anna"}


async def test_consoles_hear_when_history_has_an_end_and_what_was_noted_of_it(
    nodes: Nodes,
) -> None:
    node = await nodes(wrap_up_s=30)
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    conversation, ix = chat["conversation"], chat["interaction"]
    contact = ContactId(chat["contact"]["id"])
    await node.contacts.call_back_at(contact, E164("+33199001235"))
    known = Address(kind=AddressKind.PHONE, value="+33199001234", verified=True)
    await node.contacts.update(contact, phone=known)

    async def read_anew(after: int) -> dict[str, Any]:
        await anna.hears("history", after=after, conversation=conversation)
        opened = await anna.done("conversation.open", {"conversation": conversation})
        answers.ConversationOpened.model_validate(opened)
        assert opened["contact"]["phones"] == ["+33 1 99 00 12 34", "+33 1 99 00 12 35"]
        (past,) = opened["history"]
        return dict(past)

    after = len(anna.heard)
    await jean.done("message.send", {"client_id": "j1", "text": "That was all"})
    await anna.done("interaction.finish", asks(ix))
    past = await read_anew(after)
    assert (past["outcome"], past["agent"], past["disposition"]) == ("handled", "Anna", None)
    assert past["note"] is None
    assert past["department"]["name"] == "Support"
    assert 0 <= past["talked_ms"] <= past["ended_ms"] - past["at_ms"]

    after = len(anna.heard)
    await anna.done("wrap_up.end", {"interaction": ix, "disposition": "resolved"})
    assert (await read_anew(after))["disposition"] == "resolved"

    # the connection was lost, and the wrap-up over before it was back
    late = {"interaction": ix, "disposition": "sold", "note": "wants blue bowls"}
    after = len(anna.heard)
    assert (await anna.done("wrap_up.end", late))["chat"] is None
    opened = await anna.done("conversation.open", {"conversation": conversation})
    concluded = opened["history"][0]
    assert (concluded["disposition"], concluded["note"]) == ("sold", "wants blue bowls")
    stranger = await node.console("bruno")
    assert await stranger.refused("wrap_up.end", late) == "not_yours"
    assert await anna.refused("wrap_up.end", {"interaction": ix}) == "not_yours"

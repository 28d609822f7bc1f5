"""Work that changes hands: transfers, consultations, and who can be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.domain.agent import AgentProfile, Membership
from acd.domain.capacity import DEFAULT_CHANNELS, ChannelCapacity
from acd.domain.ids import AgentId, QueueId
from acd.domain.interaction import Channel
from acd.realtime.wire import answers
from tests.integration.realtime.chats import asks, chat_of
from tests.integration.realtime.nodes import Nodes


async def test_a_colleague_takes_over_what_is_handed_to_them(nodes: Nodes) -> None:
    node = await nodes(wrap_up_s=30)
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    bruno = await node.console("bruno")
    ix = chat["interaction"]

    targets = await anna.done("transfer.targets", {"interaction": ix})
    answers.Targets.model_validate(targets)
    assert [(a["name"], a["state"]) for a in targets["agents"]] == [("Bruno", "free")]
    assert [d["queue"] for d in targets["departments"]] == ["sales/chat"]
    nobody = await anna.done("transfer.targets", {"interaction": ix, "query": "zz"})
    assert nobody["agents"] == []

    offered = await anna.done("interaction.transfer", asks(ix, agent="bruno"))
    assert offered["outcome"] == "offered"
    assert offered["chat"]["transfer_to"] == {"id": "bruno", "name": "Bruno"}
    again = await anna.done("interaction.transfer", asks(ix, agent="bruno"))
    assert again["outcome"] == "offered", "the first answer is given again"
    ring = await bruno.hears("offer", interaction=ix)
    assert ring["transfer"] == {"id": "anna", "name": "Anna"}
    assert ring["why"]["strategy"] == "transfer"
    taken = await bruno.done("offer.accept", {"offer": ring["offer"]})
    assert (taken["outcome"], taken["chat"]["role"]) == ("accepted", "owner")
    concluding = await anna.hears("chat", interaction=ix, state="wrap_up")
    assert concluding["role"] == "giver"
    await anna.done("wrap_up.end", {"interaction": ix})
    served = await jean.hears("chat", agent={"name": "Bruno"})
    assert served["state"] == "active"
    await bruno.done(
        "message.send", {"conversation": chat["conversation"], "client_id": "b1", "text": "Hi"}
    )
    late = {"conversation": chat["conversation"], "client_id": "a1", "text": "Hi"}
    assert await anna.refused("message.send", late) == "not_yours"


async def test_a_transfer_is_taken_back_or_declined(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    _, chat = await chat_of(node, anna)
    bruno = await node.console("bruno")
    ix = chat["interaction"]
    await anna.done("interaction.transfer", asks(ix, agent="bruno"))
    first = await bruno.hears("offer", interaction=ix)
    back = await anna.done("interaction.transfer_cancel", {"interaction": ix})
    assert (back["outcome"], back["chat"]["transfer_to"]) == ("cancelled", None)
    await bruno.hears("offer.ended", offer=first["offer"])
    heard = len(bruno.heard)
    await anna.done("interaction.transfer", asks(ix, "c2", agent="bruno"))
    second = await bruno.hears("offer", after=heard, interaction=ix)
    heard = len(anna.heard)
    await bruno.done("offer.decline", {"offer": second["offer"]})
    returned = await anna.hears("chat", after=heard, interaction=ix, transfer_to=None)
    assert (returned["state"], returned["role"]) == ("active", "owner")


async def test_the_giver_sees_when_it_rings_at_last_and_that_nobody_took_it(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    _, chat = await chat_of(node, anna)
    ix = chat["interaction"]
    await anna.done("presence.set", {"channel": "chat", "availability": "away"})
    bruno = await node.console("bruno")
    others = [(await chat_of(node, bruno))[1]["interaction"] for _ in range(2)]
    waits = await anna.done("interaction.transfer", asks(ix, agent="bruno", wait=True))
    assert (waits["outcome"], waits["chat"]["transfer_waits"]) == ("waits", True)
    heard = len(anna.heard)
    await bruno.done("interaction.finish", {"interaction": others[0]})
    rings = await bruno.hears("offer", interaction=ix)
    asked = await anna.hears("chat", after=heard, interaction=ix, transfer_waits=False)
    assert asked["transfer_to"] == {"id": "bruno", "name": "Bruno"}
    heard = len(anna.heard)
    await node.router.fail(rings["offer"], AgentId("bruno"), "busy")
    returned = await anna.hears("chat", after=heard, interaction=ix, transfer_to=None)
    assert (returned["state"], returned["role"]) == ("active", "owner")


async def test_who_has_no_room_or_is_away_is_not_handed_anything(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    _, chat = await chat_of(node, anna)
    ix = chat["interaction"]
    away = await anna.done("interaction.transfer", asks(ix, agent="bruno"))
    assert away["outcome"] == "not_here"
    assert (
        await anna.refused("interaction.transfer", asks(ix, "c2", agent="nobody"))
        == "agent_unknown"
    )
    bruno = await node.console("bruno")
    assert (
        await anna.refused("interaction.transfer", asks(ix, "C3", agent="bruno")) == "bad_request"
    )
    theirs = asks(ix, "c3", agent="anna")
    assert await bruno.refused("interaction.transfer", theirs) == "not_yours"
    both = asks(ix, agent="bruno", queue="sales/chat")
    assert await anna.refused("interaction.transfer", both) == "bad_request"
    assert await anna.refused("interaction.transfer", asks(ix)) == "bad_request"


@pytest.mark.parametrize("target", [{"queue": "sales/chat"}, {"department": "sales"}])
async def test_to_another_department_it_waits_there_with_its_age(
    nodes: Nodes, target: dict[str, str]
) -> None:
    node = await nodes()
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    ix = chat["interaction"]
    moved = await anna.done("interaction.transfer", asks(ix, **target))
    assert (moved["outcome"], moved["chat"]["state"]) == ("moved", "ended")
    again = await anna.done("interaction.transfer", asks(ix, **target))
    assert (again["outcome"], again["chat"]) == ("moved", None), "the first answer is given again"
    waiting = await jean.hears("chat", state="waiting")
    assert waiting["department"]["name"] == "Sales"
    left = await jean.hears("message", **{"from": "system", "text": "agent_left"})
    assert left["name"] == "Anna"
    chloe = await node.console("chloe")
    ring = await chloe.hears("offer", interaction=ix)
    assert ring["department"]["name"] == "Sales"


async def test_who_is_consulted_reads_along_and_takes_over(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    bruno = await node.console("bruno")
    ix, conversation = chat["interaction"], chat["conversation"]
    asked = await anna.done("interaction.consult", asks(ix, agent="bruno"))
    assert asked["outcome"] == "joined"
    assert asked["chat"]["consulted"] == {"id": "bruno", "name": "Bruno"}
    reads = await bruno.hears("chat", interaction=ix)
    assert reads["role"] == "consult"
    opened = await bruno.done("conversation.open", {"conversation": conversation})
    assert opened["messages"][0]["text"] == "Hello"
    said = {"conversation": conversation, "client_id": "b1", "text": "psst"}
    assert await bruno.refused("message.send", said) == "not_yours", "the contact would read it"
    done = await anna.done("interaction.consult_complete", asks(ix, "c2"))
    assert (done["outcome"], done["chat"]["state"]) == ("completed", "ended")
    again = await anna.done("interaction.consult_complete", asks(ix, "c2"))
    assert (again["outcome"], again["chat"]) == ("completed", None), "the first answer, again"
    owner = await bruno.hears("chat", interaction=ix, role="owner")
    assert owner["state"] == "active"
    await jean.hears("message", **{"from": "system", "text": "agent_joined", "name": "Bruno"})
    await bruno.done("message.send", said)


async def test_a_consultation_ends_and_a_guest_takes_part(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    jean, chat = await chat_of(node, anna)
    bruno = await node.console("bruno")
    ix, conversation = chat["interaction"], chat["conversation"]
    await anna.done("interaction.consult", asks(ix, agent="bruno"))
    await bruno.hears("chat", interaction=ix, role="consult")
    over = await anna.done("interaction.consult_cancel", {"interaction": ix})
    assert (over["outcome"], over["chat"]["consulted"]) == ("left", None)
    await bruno.hears("chat", interaction=ix, state="ended")

    joined = await anna.done("interaction.invite", asks(ix, "c2", agent="bruno"))
    assert joined["chat"]["guests"] == [{"id": "bruno", "name": "Bruno"}]
    await bruno.hears("chat", interaction=ix, role="guest")
    told = await jean.hears("message", **{"from": "system", "name": "Bruno"})
    assert told["client_id"].startswith(f"guest.{ix}."), "it is still Anna's"
    said = {"conversation": conversation, "client_id": "b1", "text": "Two of us now"}
    await bruno.done("message.send", said)
    await jean.hears("message", text="Two of us now")
    assert await bruno.refused("interaction.finish", {"interaction": ix}) == "not_yours"
    noted = {"interaction": ix, "disposition": "sold", "note": "by a guest"}
    assert await bruno.refused("wrap_up.end", noted) == "not_yours"
    past = await node.history.interaction(ix)
    assert past is None or not past.note
    left = await bruno.done("interaction.leave", {"interaction": ix})
    assert left["outcome"] == "left"
    await jean.hears("message", **{"from": "system", "text": "agent_left", "name": "Bruno"})
    assert await anna.refused("interaction.leave", {"interaction": ix}) == "not_yours"


async def test_colleagues_who_do_not_serve_the_channel_are_not_named(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna = await node.console("anna")
    _, chat = await chat_of(node, anna)
    asked = {"interaction": chat["interaction"]}
    assert [a["id"] for a in (await anna.done("transfer.targets", asked))["agents"]] == ["bruno"]
    people, bruno = node.realtime.people.agents, AgentId("bruno")
    calls = replace(people[bruno].memberships[0], channels=(Channel.CALL,))
    people[bruno] = replace(people[bruno], memberships=(calls,))
    assert (await anna.done("transfer.targets", asked))["agents"] == []


async def test_who_takes_nothing_of_the_channel_is_named_as_such(nodes: Nodes) -> None:
    node = await nodes()
    anna, _ = await node.console("anna"), await node.console("bruno")
    _, chat = await chat_of(node, anna)
    bruno = AgentId("bruno")
    none = {**DEFAULT_CHANNELS, Channel.CHAT: ChannelCapacity(weight=20, max=0)}
    serves = (Membership(queue=QueueId("support/chat")),)
    profile = AgentProfile(agent=bruno, version=99, channels=none, memberships=serves)
    assert (await node.router.configure_agent(profile)).changed
    targets = await anna.done("transfer.targets", {"interaction": chat["interaction"]})
    answers.Targets.model_validate(targets)
    assert [(a["id"], a["state"]) for a in targets["agents"]] == [(bruno, "never")]
    asked = asks(chat["interaction"], agent="bruno", wait=True)
    assert (await anna.done("interaction.transfer", asked))["outcome"] == "other_channel"

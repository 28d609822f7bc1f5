"""Picking from the line, what supervisors do, breaks after the work in hand."""

from __future__ import annotations

from acd.realtime.wire import answers
from tests.integration.realtime.chats import asks, chat_of
from tests.integration.realtime.clients import new_start
from tests.integration.realtime.nodes import Nodes


async def test_agents_pick_from_their_line_where_it_is_allowed(nodes: Nodes) -> None:
    node = await nodes(pull=True)
    anna = await node.console("anna")
    await anna.done("presence.set", {"availability": "away", "reason": "break"})
    jean, lina = await node.visitor(), await node.visitor()
    await jean.done("chat.start", new_start(text="First"))
    second = await lina.done("chat.start", new_start(name="Lina Haddad", text="Second"))
    lines = await anna.hears("lines")
    assert lines["lines"][0]["pull"] is True
    line = await anna.done("line.open", {"queue": "support/chat"})
    answers.LineOpened.model_validate(line)
    assert [(w["position"], w["contact"]["name"], w["preview"]) for w in line["waiting"]] == [
        (1, "Jean Martin", "First"),
        (2, "Lina Haddad", "Second"),
    ]
    ix = second["chat"]["interaction"]
    pulled = await anna.done("interaction.pull", asks(ix))
    assert (pulled["outcome"], pulled["chat"]["contact"]["name"]) == ("pulled", "Lina Haddad")
    await lina.hears("message", **{"from": "system", "text": "agent_joined", "name": "Anna"})
    bruno = await node.console("bruno")
    late = await bruno.done("interaction.pull", asks(ix, "c2"))
    assert (late["outcome"], late["chat"]) == ("active", None)
    assert await bruno.refused("line.open", {"queue": "sales/chat"}) == "not_found"


async def test_where_it_is_not_allowed_nobody_picks(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.agent("anna")
    await anna.done("console.open")
    await anna.done("presence.set", {"availability": "away"})
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start())
    refused = await anna.done("interaction.pull", asks(started["chat"]["interaction"]))
    assert (refused["outcome"], refused["chat"]) == ("not_allowed", None)


async def test_supervisors_assign_move_and_prioritise(nodes: Nodes) -> None:
    node = await nodes()
    jean, lina = await node.visitor(), await node.visitor()
    first = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    second = (await lina.done("chat.start", new_start(name="Lina")))["chat"]["interaction"]
    anna, omar = await node.agent("anna"), await node.agent("omar")
    await anna.done("console.open")
    await anna.done("presence.set", {"availability": "away"})
    await omar.done("console.open")
    for event, more in (
        ("interaction.assign", asks(first, agent="anna")),
        ("interaction.move", {"interaction": first, "queue": "sales/chat"}),
        ("interaction.prioritise", {"interaction": first, "level": 1}),
    ):
        assert await anna.refused(event, more) == "forbidden"
    urgent = await omar.done("interaction.prioritise", {"interaction": second, "level": 1})
    assert urgent["outcome"] == "rescored"
    line = await omar.done("line.open", {"queue": "support/chat"})
    assert [w["interaction"] for w in line["waiting"]] == [second, first]
    moved = await omar.done("interaction.move", {"interaction": first, "queue": "sales/chat"})
    assert moved["outcome"] == "moved"
    given = await omar.done("interaction.assign", asks(second, agent="anna"))
    assert (given["outcome"], given["chat"]) == ("assigned", None)
    chat = await anna.hears("chat", interaction=second)
    assert (chat["state"], chat["role"]) == ("active", "owner")


async def test_a_break_begins_when_the_work_is_done(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.console("anna")
    _, chat = await chat_of(node, anna)
    planned = {"availability": "away", "reason": "break", "when": "finished"}
    presence = (await anna.done("presence.set", planned))["presence"]["channels"]["chat"]
    assert (presence["availability"], presence["after"]) == ("finishing", "away")
    jean = await node.visitor()
    waits = await jean.done("chat.start", new_start())
    assert waits["chat"]["state"] == "waiting"
    heard = len(anna.heard)
    await anna.done("interaction.finish", {"interaction": chat["interaction"]})
    told = await anna.hears("presence", after=heard)
    assert told["channels"]["chat"]["availability"] == "away"
    assert told["channels"]["chat"]["reason"] == "break"
    wrong = {"availability": "available", "when": "finished"}
    assert await anna.refused("presence.set", wrong) == "bad_request"

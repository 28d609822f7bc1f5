"""What a visitor sees of a chat that the department does not keep in its line."""

from __future__ import annotations

from acd.domain.queue import Diversion, Divert
from tests.integration.realtime.clients import new_start
from tests.integration.realtime.nodes import Nodes

FORM = Divert(to=Diversion.FORM)


async def test_an_offline_form_is_kept_in_the_conversation(nodes: Nodes) -> None:
    node = await nodes(on_nobody=FORM)
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start(text="My parcel is wet.", email="j@x.fr"))
    chat = started["chat"]
    assert (chat["state"], chat["outcome"], chat["diverted"]) == ("ended", "form", "form")
    assert [m["text"] for m in started["messages"]] == ["My parcel is wet."]
    # what comes to mind later is still taken
    more = {"client_id": "m2", "text": "And torn."}
    assert (await jean.done("message.send", more))["message"]["seq"] == 2
    await jean.done("typing", {"on": True})
    stored = await node.conversations.messages(chat["conversation"])
    assert [m.text for m in stored] == ["My parcel is wet.", "And torn."]
    live = await node.router.interaction(chat["interaction"])
    assert live
    assert live.outcome == "form"
    # somebody who comes back finds it, and may begin anew
    again = await node.visitor(started["token"])
    resumed = await again.done("chat.resume", {"after_seq": 0})
    assert resumed["chat"]["diverted"] == "form"
    anna = await node.console("anna")
    fresh = await again.done("chat.start", new_start())
    assert fresh["chat"]["interaction"] != chat["interaction"]
    assert fresh["chat"]["diverted"] is None
    ring = await anna.hears("offer", interaction=fresh["chat"]["interaction"])
    opened = await anna.done("offer.accept", {"offer": ring["offer"]})
    assert opened["chat"]["conversation"] == chat["conversation"], "whoever takes it reads the form"


async def test_a_form_begun_without_words_takes_them(nodes: Nodes) -> None:
    node = await nodes(on_closed=FORM)
    await node.router.set_hours("support/chat", [])
    jean = await node.visitor()
    chat = (await jean.done("chat.start", new_start()))["chat"]
    assert chat["diverted"] == "form"
    await jean.done("message.send", {"client_id": "m1", "text": "Call me."})
    stored = await node.conversations.messages(chat["conversation"])
    assert [m.text for m in stored] == ["Call me."]


async def test_who_is_turned_away_is_told_so(nodes: Nodes) -> None:
    node = await nodes(max_length=1)
    jean, zoe = await node.visitor(), await node.visitor()
    first = await jean.done("chat.start", new_start())
    assert first["chat"]["diverted"] is None
    refused = (await zoe.done("chat.start", new_start(text="Hello?")))["chat"]
    assert (refused["state"], refused["diverted"]) == ("ended", "reject")
    assert await zoe.refused("message.send", {"client_id": "m", "text": "?"}) == "chat_ended"


async def test_a_wait_that_is_too_long_becomes_a_form(nodes: Nodes) -> None:
    node = await nodes(max_wait_s=0.3, on_max_wait=FORM)
    jean = await node.visitor()
    told = (await jean.done("chat.start", new_start()))["chat"]
    if told["state"] != "ended":  # on a busy machine the wait is over before the answer is made
        told = await jean.hears("chat", state="ended")
    assert (told["outcome"], told["diverted"]) == ("form", "form")
    await jean.done("message.send", {"client_id": "m", "text": "Then I write."})


async def test_a_visitor_who_stayed_is_there_when_called_back(nodes: Nodes) -> None:
    node = await nodes(on_nobody=Divert(to=Diversion.CALLBACK))
    jean, zoe = await node.visitor(), await node.visitor()
    chat = (await jean.done("chat.start", new_start()))["chat"]
    assert (chat["state"], chat["diverted"], chat["position"]) == ("waiting", "callback", 1)
    left = await zoe.done("chat.start", new_start())
    await zoe.leave()
    anna = await node.console("anna")
    ring = await anna.hears("offer", interaction=chat["interaction"])
    await anna.done("offer.accept", {"offer": ring["offer"]})
    active = await jean.hears("chat", state="active")
    assert active["diverted"] is None
    # who went is called back when they return
    ring = await anna.hears("offer", interaction=left["chat"]["interaction"])
    await anna.done("offer.accept", {"offer": ring["offer"]})
    live = await node.router.interaction(left["chat"]["interaction"])
    assert live
    assert live.state == "connecting"
    back = await node.visitor(left["token"])
    await back.hears("chat", state="active")

"""A visitor leaves a number, keeps the place and is called: what both sides are told of it."""

from __future__ import annotations

from typing import Any

import pytest

from acd.realtime.wire import answers
from tests.contract.telephony.rig import until
from tests.integration.realtime.clients import Client, new_start
from tests.integration.realtime.nodes import Node, Nodes

NUMBER = "01 99 00 12 34"


async def waiting(node: Node, **start: Any) -> tuple[Client, dict[str, Any]]:
    """A visitor in the line while nobody is there."""
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start(text="Hello", **start))
    return jean, started["chat"]


async def called(node: Node, **start: Any) -> tuple[Client, Client, str]:
    """A visitor who left a number, and the agent who has accepted to call them."""
    jean, chat = await waiting(node, **start)
    for number in ("+33 1 99 00 99 99", NUMBER):  # the last one counts
        await jean.done("callback.ask", {"number": number})
    anna = await node.console("anna")
    ring = await anna.hears("offer", interaction=chat["interaction"])
    await anna.done("offer.accept", {"offer": ring["offer"]})
    return jean, anna, chat["interaction"]


async def test_who_leaves_a_number_keeps_the_place(nodes: Nodes) -> None:
    node = await nodes(callback=True)
    jean, chat = await waiting(node)
    assert chat["callback"] == {"state": "offered", "number": False, "next_try_ms": None}
    kept = (await jean.done("callback.ask", {"number": NUMBER}))["chat"]
    assert (kept["state"], kept["diverted"], kept["position"]) == ("waiting", "callback", 1)
    assert kept["callback"] == {"state": "kept", "number": True, "next_try_ms": None}
    await jean.vanish()
    omar = await node.agent("omar")
    await omar.done("console.open")
    line = await omar.done("line.open", {"queue": "support/chat"})
    assert [(one["callback"], one["by_hand"]) for one in line["waiting"]] == [(True, True)]


@pytest.mark.parametrize("dials", [False, True])
async def test_the_line_says_who_dials_and_nobody_does_for_who_waits(
    nodes: Nodes, dials: bool
) -> None:
    node = await nodes(callback=True, calls=True)
    node.realtime.relay.dials = dials
    jean, _ = await waiting(node, channel="call")
    omar = await node.agent("omar")
    await omar.done("console.open")

    async def by_hand() -> list[bool]:
        line = await omar.done("line.open", {"queue": "support/call"})
        return [one["by_hand"] for one in line["waiting"]]

    assert await by_hand() == [False]
    await jean.done("callback.ask", {"number": NUMBER})
    assert await by_hand() == [not dials]
    anna = await node.console("anna")
    ring = await anna.hears("offer")
    await anna.done("offer.decline", {"offer": ring["offer"], "reason": ""})

    def held_back() -> list[bool]:
        lines = [line for told in anna.all("lines") for line in told["lines"]]
        return [line["held_back"]["by_hand"] for line in lines if line["held_back"]]

    await until(lambda: bool(held_back()))
    assert held_back()[-1] is not dials


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("hello", "phone_number_invalid"),
        ("12345", "phone_number_invalid"),
        ("0899 123 456", "number_costly"),
    ],
)
async def test_what_cannot_be_called_is_refused_and_changes_nothing(
    nodes: Nodes, number: str, code: str
) -> None:
    node = await nodes(callback=True)
    jean, chat = await waiting(node)
    assert await jean.refused("callback.ask", {"number": number}) == code
    now = await node.router.interaction(chat["interaction"])
    assert now is not None
    assert now.callback is None


async def test_where_nobody_is_called_back_nothing_is_offered(nodes: Nodes) -> None:
    node = await nodes()
    jean, chat = await waiting(node)
    assert chat["callback"] is None
    assert await jean.refused("callback.ask", {"number": NUMBER}) == "callback_not_offered"
    stranger = await node.visitor()
    assert await stranger.refused("callback.ask", {"number": NUMBER}) == "not_found"


async def test_the_agent_sees_the_number_and_says_that_they_talk(nodes: Nodes) -> None:
    node = await nodes(callback=True)
    jean, anna, ix = await called(node)
    calling = await jean.hears("chat", state="connecting")
    assert calling["callback"]["state"] == "calling", "also where they are still here"
    chat = await anna.hears("chat", interaction=ix, state="connecting")
    assert chat["callback"] == {"tries": 0, "answered": False, "by_hand": True}
    assert chat["offer"] == f"{ix}.1"
    opened = await anna.done("callback.open", {"interaction": ix})
    answers.CallbackNumber.model_validate(opened)
    assert opened["number"] == "+33 1 99 00 12 34"
    bruno = await node.console("bruno")
    assert await bruno.refused("callback.open", {"interaction": ix}) == "not_yours"
    said = {"interaction": ix, "offer": f"{ix}.1", "answered": True}
    assert await anna.refused("callback.dialled", {**said, "offer": "ix_2.1"}) == "bad_request"
    assert await bruno.refused("callback.dialled", said) == "not_yours"
    done = await anna.done("callback.dialled", said)
    assert (done["outcome"], done["chat"]["state"]) == ("active", "active")
    assert (await jean.hears("chat", state="active"))["callback"]["state"] == "talking"
    joined = await jean.hears("message", **{"from": "system", "text": "agent_joined"})
    assert joined["name"] == "Anna", "once they talk, not at each try"
    late = await anna.done("callback.dialled", {**said, "answered": False})
    assert late["outcome"] == "late"
    await anna.done("interaction.finish", {"interaction": ix})
    assert (await jean.hears("chat", state="ended"))["callback"]["state"] == "done"


@pytest.mark.parametrize("dials", [False, True])
async def test_the_ring_says_whom_it_calls_back_and_where(nodes: Nodes, dials: bool) -> None:
    node = await nodes(callback=True, calls=True)
    node.realtime.relay.dials = dials
    jean, chat = await waiting(node, channel="call")
    await jean.done("callback.ask", {"number": NUMBER})
    anna = await node.console("anna")
    told = {"by_hand": not dials, "number": "+33 1 99 00 12 34"}
    ring = await anna.hears("offer", interaction=chat["interaction"], callback=told)
    assert ring["contact"]["name"] == "Jean Martin"
    (shown,) = (await anna.done("console.open"))["offers"]
    assert shown["callback"] == told
    await jean.done("callback.ask", {"number": "01 99 00 55 55"})
    told["number"] = "+33 1 99 00 55 55"
    await anna.hears("offer", interaction=chat["interaction"], callback=told)
    await anna.done("offer.accept", {"offer": ring["offer"]})
    heard = len(anna.heard)
    await jean.done("callback.ask", {"number": NUMBER})  # which the next try is for, at the latest
    await anna.hears("chat", after=heard, interaction=chat["interaction"], state="connecting")


async def test_the_ring_goes_on_as_a_callback(nodes: Nodes) -> None:
    node = await nodes(callback=True)
    jean, chat = await waiting(node)
    anna = await node.console("anna")
    ring = await anna.hears("offer", interaction=chat["interaction"])
    assert ring["callback"] is None
    await jean.done("callback.ask", {"number": NUMBER})
    told = {"by_hand": True, "number": "+33 1 99 00 12 34"}
    now = await anna.hears("offer", offer=ring["offer"], callback=told)
    assert now["deadline_ms"] == ring["deadline_ms"]
    accepted = await anna.done("offer.accept", {"offer": ring["offer"]})
    assert accepted["chat"]["state"] == "connecting"


async def test_a_ring_that_calls_nobody_back_says_nothing_of_it(nodes: Nodes) -> None:
    node = await nodes(callback=True)
    _, chat = await waiting(node)
    anna = await node.console("anna")
    ring = await anna.hears("offer", interaction=chat["interaction"])
    await anna.done("presence.set", {"availability": "available"})  # the picture is read
    assert [each["callback"] for each in anna.all("offer")] == [None]
    assert ring["callback"] is None


async def test_nobody_answers_and_it_is_tried_again_then_given_up(nodes: Nodes) -> None:
    node = await nodes(callback=True, callback_tries=2, callback_retry_s=0.5)
    jean, anna, ix = await called(node)
    unanswered = {"interaction": ix, "offer": f"{ix}.1", "answered": False}
    heard = len(anna.heard)
    parked = await anna.done("callback.dialled", unanswered)
    assert (parked["outcome"], parked["chat"]["state"]) == ("parked", "ended")
    again = await jean.hears("chat", state="parked")
    assert again["callback"]["state"] == "again"
    assert again["callback"]["next_try_ms"] > again["now"] - 1000
    ring = await anna.hears("offer", after=heard, interaction=ix)
    accepted = await anna.done("offer.accept", {"offer": ring["offer"]})
    chat = accepted["chat"]
    assert (chat["callback"]["tries"], chat["offer"]) == (1, ring["offer"])
    late = await anna.done("callback.dialled", unanswered)
    assert late["outcome"] == "late", "that was the first try"
    given_up = await anna.done("callback.dialled", {**unanswered, "offer": ring["offer"]})
    assert given_up["outcome"] == "unreached"
    ended = await jean.hears("chat", state="ended")
    assert (ended["diverted"], ended["callback"]["state"]) == ("callback", "unreached")


async def test_who_leaves_is_not_called(nodes: Nodes) -> None:
    node = await nodes(callback=True)
    jean, _ = await waiting(node)
    await jean.done("callback.ask", {"number": NUMBER})
    left = (await jean.done("chat.leave"))["chat"]
    assert (left["state"], left["outcome"], left["callback"]) == ("ended", "abandoned", None)


@pytest.mark.parametrize("channel", ["chat", "call"])
async def test_where_the_house_dials_it_dials_for_calls(nodes: Nodes, channel: str) -> None:
    node = await nodes(callback=True, calls=True)
    node.realtime.relay.dials = True
    _, anna, ix = await called(node, channel=channel)
    chat = await anna.hears("chat", interaction=ix, state="connecting")
    assert chat["callback"]["by_hand"] is (channel == "chat")

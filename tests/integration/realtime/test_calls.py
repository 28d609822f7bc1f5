"""A call from a website's page to an agent's: who may say what to whom, when it is active."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from acd.chat.delivery import to_agent, to_contact
from acd.domain.ids import AgentId, InteractionId
from acd.realtime.allowance import LEASE
from acd.realtime.wire import answers, common, visitors
from tests.contract.telephony.rig import eventually
from tests.integration.realtime.clients import new_start
from tests.integration.realtime.nodes import Node, Nodes
from tests.outcomes import open_calls, outcomes_of_calls

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"


def signal(interaction: str, tab: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"interaction": interaction, "tab": tab, "kind": kind, **more}


@pytest.fixture
async def nodes(nodes: Nodes, tmp_path: Path) -> AsyncIterator[Nodes]:
    """Whatever a test does to a call, it ends in exactly one outcome."""
    begun: list[Node] = []

    async def one_more(**rules: Any) -> Node:
        begun.append(await nodes(**rules))
        return begun[-1]

    yield one_more
    history = tmp_path / "acd.db"

    async def all_ended() -> bool:
        for call in open_calls(history):
            await begun[0].router.finish(InteractionId(call), by="system")
        with contextlib.suppress(AssertionError):  # as long as it is being written
            return not outcomes_of_calls(history)["open"]
        return False

    await eventually(all_ended)


async def ringing(node: Any) -> tuple[Any, Any, str, str]:
    """Anna's console rings for Jean's call."""
    anna = await node.console("anna", session="ss_anna")
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start(channel="call"))
    visitors.ChatStarted.model_validate(started)
    assert started["chat"]["channel"] == "call"
    interaction = started["chat"]["interaction"]
    ring = await anna.hears("offer", interaction=interaction)
    assert ring["channel"] == "call"
    await anna.done("offer.delivered", {"offer": ring["offer"]})
    return anna, jean, interaction, ring["offer"]


async def test_two_pages_find_each_other_and_talk(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, jean, interaction, offer = await ringing(node)
    ready = signal(interaction, "t_jean", "ready")
    assert await jean.refused("call.signal", ready) == "not_connected"

    accepted = await anna.done("offer.accept", {"offer": offer})
    answers.OfferAnswered.model_validate(accepted)
    assert accepted["chat"]["state"] == "connecting"
    state = await jean.hears("chat", state="connecting")
    assert state["agent"] == {"name": "Anna"}

    for page in (anna, jean):
        told = await page.done("call.servers", {"interaction": interaction})
        common.IceServersOut.model_validate(told)
        assert told["servers"] == []
    await anna.done("call.signal", signal(interaction, "t_anna", "hello"))
    heard = await jean.hears("call.signal", kind="hello")
    common.SignalOut.model_validate(heard)
    await jean.done("call.signal", {**ready, "to": "t_anna"})
    assert (await anna.hears("call.signal", kind="ready"))["tab"] == "t_jean"
    offered = {"type": "offer", "sdp": SDP}
    await anna.done(
        "call.signal",
        signal(interaction, "t_anna", "description", to="t_jean", description=offered),
    )
    assert (await jean.hears("call.signal", kind="description"))["description"] == offered

    await anna.done("call.connected", {"offer": offer})
    await jean.hears("chat", state="active")
    await anna.hears("chat", state="active", interaction=interaction)
    await jean.done("chat.leave", {})
    await anna.hears("chat", state="ended", interaction=interaction)


async def test_a_call_that_does_not_connect_rings_on(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, jean, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    await jean.hears("chat", state="connecting")
    bruno = await node.console("bruno")
    failed = await anna.done("call.failed", {"offer": offer})
    assert failed["outcome"] == "failed"
    again = await bruno.hears("offer", interaction=interaction)
    assert again["offer"] != offer
    assert again["waited_ms"] >= 0


async def test_nobody_speaks_into_a_call_of_others(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, _, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    bruno, eve = await node.console("bruno"), await node.visitor()
    hello = signal(interaction, "t_x", "hello")
    assert await bruno.refused("call.signal", hello) == "not_yours"
    assert await bruno.refused("call.servers", {"interaction": interaction}) == "not_yours"
    await eve.done("chat.start", new_start())
    assert await eve.refused("call.signal", hello) == "not_found"
    assert await eve.refused("call.servers", {"interaction": interaction}) == "not_found"
    await bruno.done("call.connected", {"offer": offer})  # says nothing of an offer of another
    await bruno.done("call.failed", {"offer": offer})
    held = await node.router.interaction(interaction)
    assert held is not None
    assert (held.state, held.agent) == ("connecting", "anna")


async def test_a_guest_says_nothing_from_page_to_page(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, _, interaction, offer = await ringing(node)
    bruno = await node.console("bruno")
    await anna.done("offer.accept", {"offer": offer})
    await anna.done("call.connected", {"offer": offer})
    asked = {"interaction": interaction, "command": "c1", "agent": "bruno"}
    assert (await anna.done("interaction.invite", asked))["outcome"] == "joined"
    await bruno.hears("chat", interaction=interaction, role="guest")
    assert await bruno.refused("call.signal", signal(interaction, "t_b", "hello")) == "not_yours"


async def consulting(node: Any) -> tuple[Any, Any, Any, str]:
    """Anna has Jean's call and asks Bruno about it."""
    anna, jean, interaction, offer = await ringing(node)
    bruno = await node.console("bruno")
    await anna.done("offer.accept", {"offer": offer})
    await anna.done("call.connected", {"offer": offer})
    asked = {"interaction": interaction, "command": "c1", "agent": "bruno"}
    assert (await anna.done("interaction.consult", asked))["outcome"] == "joined"
    told = await bruno.hears("chat", interaction=interaction, role="consult")
    assert told["owner"] == {"id": "anna", "name": "Anna"}
    return anna, bruno, jean, interaction


async def test_colleagues_talk_about_a_call_and_the_contact_hears_nothing_of_it(
    nodes: Nodes,
) -> None:
    node = await nodes(calls=True)
    anna, bruno, jean, interaction = await consulting(node)
    await anna.done("call.servers", {"interaction": interaction})
    await bruno.done("call.servers", {"interaction": interaction})
    hello = signal(interaction, "t_anna", "hello", line="colleague")
    await anna.done("call.signal", hello)
    heard = await bruno.hears("call.signal", kind="hello")
    answers.AgentSignalOut.model_validate(heard)
    assert heard["line"] == "colleague"
    ready = signal(interaction, "t_bruno", "ready", line="colleague", to="t_anna")
    await bruno.done("call.signal", ready)
    assert (await anna.hears("call.signal", kind="ready"))["tab"] == "t_bruno"
    # what Jean hears next is meant for Jean
    await anna.done("call.signal", signal(interaction, "t_anna", "held"))
    assert (await jean.hears("call.signal"))["kind"] == "held"
    assert await bruno.refused("call.signal", signal(interaction, "t_b", "hello")) == "not_yours"


async def test_whoever_was_asked_speaks_to_the_contact_once_it_is_theirs(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, bruno, jean, interaction = await consulting(node)
    done = await anna.done(
        "interaction.consult_complete", {"interaction": interaction, "command": "c2"}
    )
    assert done["outcome"] == "completed"
    await bruno.hears("chat", interaction=interaction, role="owner")
    await bruno.done("call.signal", signal(interaction, "t_bruno", "hello"))
    assert (await jean.hears("call.signal", kind="hello"))["tab"] == "t_bruno"
    await jean.done("call.signal", signal(interaction, "t_jean", "ready", to="t_bruno"))
    assert (await bruno.hears("call.signal", kind="ready"))["tab"] == "t_jean"
    late = signal(interaction, "t_anna", "held")
    assert await anna.refused("call.signal", late) == "not_yours"


async def test_a_colleague_is_spoken_to_only_while_asked(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, bruno, jean, interaction = await consulting(node)
    await anna.done("interaction.consult_cancel", {"interaction": interaction})
    await bruno.hears("chat", interaction=interaction, state="ended")
    hello = signal(interaction, "t_anna", "hello", line="colleague")
    assert await anna.refused("call.signal", hello) == "not_connected"
    assert await bruno.refused("call.signal", hello) == "not_yours"
    assert await jean.refused("call.signal", hello) == "bad_request"


async def test_the_agent_learns_that_the_colleague_left(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, bruno, _, interaction = await consulting(node)
    await anna.hears("chat", interaction=interaction, consulted={"id": "bruno", "name": "Bruno"})
    before = len(anna.heard)
    await bruno.done("interaction.leave", {"interaction": interaction})
    await anna.hears("chat", after=before, interaction=interaction, consulted=None)


async def test_a_page_answers_the_server_while_it_rings_and_no_visitor(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, jean, interaction, offer = await ringing(node)
    heard: list[dict[str, Any]] = []

    class Gateway:
        def heard(self, address: str, payload: Any) -> None:
            del address
            if payload["type"] == "call.signal":
                heard.append(dict(payload))

        def missed(self, address: str) -> None:
            del address

    held = await node.router.interaction(interaction)
    assert held is not None
    delivery = node.realtime.delivery
    await delivery.listen(to_contact(held.contact), Gateway())
    media = {"type": "offer", "sdp": SDP}
    offered = signal(interaction, "server", "description", description=media)
    told = {"type": "call.signal", "interaction": interaction, "signal": offered}
    delivery.publish(to_agent(AgentId("anna")), told)
    assert (await anna.hears("call.signal", kind="description"))["tab"] == "server"
    answered = {"type": "answer", "sdp": SDP}
    said = signal(interaction, "t_anna", "description", to="server", description=answered)
    await anna.done("call.signal", said)
    await anna.done("offer.accept", {"offer": offer})
    await anna.done("call.signal", signal(interaction, "t_anna", "hello"))
    assert (await jean.hears("call.signal"))["kind"] == "hello"
    assert [(each["agent"], each["offer"]) for each in heard] == [("anna", offer), ("anna", None)]
    assert heard[0]["signal"]["description"] == answered


async def test_nobody_gets_credentials_for_a_call_that_is_over(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    _, jean, interaction, _ = await ringing(node)
    await jean.done("chat.leave", {})
    assert await jean.refused("call.servers", {"interaction": interaction}) == "not_found"


async def test_signals_are_limited_apart_from_messages(nodes: Nodes) -> None:
    node = await nodes(calls=True, visitor_signals=1)
    anna, jean, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    await jean.hears("chat", state="connecting")
    for _ in range(LEASE):
        await jean.done("call.signal", signal(interaction, "t_jean", "ready"))
    assert (
        await jean.refused("call.signal", signal(interaction, "t_jean", "ready")) == "rate_limited"
    )
    await jean.done("message.send", {"client_id": "m1", "text": "Do you hear me?"})


async def test_a_department_without_calls_takes_none(nodes: Nodes) -> None:
    node = await nodes()
    jean = await node.visitor()
    assert await jean.refused("chat.start", new_start(channel="call")) == "not_found"


async def test_a_call_from_page_to_page_goes_to_no_number(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, bruno, _, interaction = await consulting(node)
    asked = {"interaction": interaction, "command": "n1", "number": "01 99 00 12 34"}
    back = {"interaction": interaction}
    for verb, said in (("call.transfer", asked), ("call.take_back", back)):
        assert await anna.refused(verb, said) == "not_connected"
        assert await bruno.refused(verb, said) == "not_yours"


class Exchange:
    """Carries the audio of website calls, and remembers what their pages said."""

    anchors = True

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    async def hear_visitor(self, call: InteractionId, payload: Mapping[str, Any]) -> bool:
        self.heard.append((call, payload["signal"]["kind"]))
        return True


async def test_a_visitors_page_speaks_to_the_server_where_that_carries_the_call(
    nodes: Nodes,
) -> None:
    node = await nodes(calls=True)
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start(channel="call"))
    assert started["chat"]["anchored"] is False
    interaction = started["chat"]["interaction"]
    media = {"type": "offer", "sdp": SDP}
    said = signal(interaction, "t_jean", "description", to="server-line", description=media)
    assert await jean.refused("call.signal", said) == "not_connected"

    node.realtime.relay.anchor = exchange = Exchange()
    assert (await jean.done("chat.resume", {"after_seq": 0}))["chat"]["anchored"] is True
    await jean.done("call.signal", said)
    assert exchange.heard == [(interaction, "description")]
    held = await node.router.interaction(interaction)
    assert held is not None
    told = {**said, "tab": "server-line", "to": "t_jean"}
    node.realtime.delivery.publish(
        to_contact(held.contact),
        {"type": "call.signal", "interaction": interaction, "agent": None, "offer": None,
         "signal": told},
    )  # fmt: skip
    assert (await jean.hears("call.signal"))["tab"] == "server-line"
    await jean.done("chat.leave", {})
    assert await jean.refused("call.signal", said) == "not_connected"


async def test_a_signal_is_bounded(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, _, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    long = {"type": "offer", "sdp": "x" * 24_001}
    said = signal(interaction, "t_anna", "description", description=long)
    assert await anna.refused("call.signal", said) == "bad_request"
    assert await anna.refused("call.signal", {**said, "kind": "shout"}) == "bad_request"

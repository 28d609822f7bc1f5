"""A call from a website's page to an agent's: who may say what to whom, when it is active."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from acd.chat.delivery import to_agent, to_contact
from acd.domain.ids import AgentId, ContactId, ConversationId, InteractionId, QueueId
from acd.domain.interaction import Arrival
from acd.realtime import answering
from acd.realtime.allowance import LEASE
from acd.realtime.wire import answers, common
from tests.integration.realtime.clients import new_start
from tests.integration.realtime.nodes import Nodes
from tests.integration.realtime.ringing import ringing, signal

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"


async def test_two_pages_find_each_other_and_talk(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
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


async def test_a_call_that_does_not_connect_rings_on(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, jean, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    await jean.hears("chat", state="connecting")
    bruno = await node.console("bruno")
    failed = await anna.done("call.failed", {"offer": offer})
    assert failed["outcome"] == "failed"
    again = await bruno.hears("offer", interaction=interaction)
    assert again["offer"] != offer
    assert again["waited_ms"] >= 0


async def test_nobody_speaks_into_a_call_of_others(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
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


async def test_a_guest_says_nothing_from_page_to_page(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, _, interaction, offer = await ringing(node)
    bruno = await node.console("bruno")
    await anna.done("offer.accept", {"offer": offer})
    await anna.done("call.connected", {"offer": offer})
    asked = {"interaction": interaction, "command": "c1", "agent": "bruno"}
    assert (await anna.done("interaction.invite", asked))["outcome"] == "joined"
    await bruno.hears("chat", interaction=interaction, role="guest")
    assert await bruno.refused("call.signal", signal(interaction, "t_b", "hello")) == "not_yours"


async def test_a_page_answers_the_server_while_it_rings_and_no_visitor(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
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


async def test_nobody_gets_credentials_for_a_call_that_is_over(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    _, jean, interaction, _ = await ringing(node)
    await jean.done("chat.leave", {})
    assert await jean.refused("call.servers", {"interaction": interaction}) == "not_found"


async def test_signals_are_limited_apart_from_messages(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True, visitor_signals=1)
    anna, jean, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    await jean.hears("chat", state="connecting")
    for _ in range(LEASE):
        await jean.done("call.signal", signal(interaction, "t_jean", "ready"))
    assert (
        await jean.refused("call.signal", signal(interaction, "t_jean", "ready")) == "rate_limited"
    )
    await jean.done("message.send", {"client_id": "m1", "text": "Do you hear me?"})


async def test_a_department_without_calls_takes_none(call_nodes: Nodes) -> None:
    node = await call_nodes()
    jean = await node.visitor()
    assert await jean.refused("chat.start", new_start(channel="call")) == "not_found"


class Exchange:
    """Carries the audio of website calls, and remembers what their pages said."""

    def __init__(self) -> None:
        self.has_room = True
        self.heard: list[tuple[str, Any]] = []

    def anchors(self, _: InteractionId) -> bool:
        return self.has_room

    async def hear_visitor(self, call: InteractionId, payload: Mapping[str, Any]) -> bool:
        self.heard.append((call, payload["signal"]["kind"]))
        return self.has_room


async def test_a_visitors_page_speaks_to_the_server_where_that_carries_the_call(
    call_nodes: Nodes,
) -> None:
    node = await call_nodes(calls=True)
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start(channel="call"))
    assert started["chat"]["anchored"] is False
    interaction = started["chat"]["interaction"]
    media = {"type": "offer", "sdp": SDP}
    said = signal(interaction, "t_jean", "description", to="server-line", description=media)
    assert await jean.refused("call.signal", said) == "not_connected"

    node.realtime.relay.anchor = exchange = Exchange()
    assert (await jean.hears("chat", after=len(jean.heard)))["anchored"] is True  # by itself
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
    exchange.has_room = False
    before = len(jean.heard)
    assert await jean.refused("call.signal", said) == "not_connected"
    assert (await jean.hears("chat", after=before))["anchored"] is False
    await jean.done("chat.leave", {})
    assert await jean.refused("call.signal", said) == "not_connected"


async def test_the_page_of_who_is_called_back_speaks_to_no_server(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True, callback=True)
    node.realtime.relay.anchor = exchange = Exchange()
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start(channel="call"))
    said = signal(started["chat"]["interaction"], "t_jean", "hello", to="server-line")
    await jean.done("call.signal", said)
    await jean.done("callback.ask", {"number": "+33 1 99 00 12 34"})
    assert await jean.refused("call.signal", said) == "not_connected"
    assert len(exchange.heard) == 1


async def test_a_signal_is_bounded(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, _, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    long = {"type": "offer", "sdp": "x" * 24_001}
    said = signal(interaction, "t_anna", "description", description=long)
    assert await anna.refused("call.signal", said) == "bad_request"
    assert await anna.refused("call.signal", {**said, "kind": "shout"}) == "bad_request"


@pytest.mark.parametrize("call", ["number", "telephone"])
async def test_nothing_is_written_to_who_calls_from_a_telephone(
    call_nodes: Nodes, call: str
) -> None:
    node = await call_nodes(calls=True)
    anna, chat = await telephoned(node, call)
    assert (chat["from_telephone"], chat["to_number"]) == (True, call == "number")
    assert chat["contact_here"]
    say = {"conversation": "cv_camille", "client_id": "a1", "text": "Hello"}
    assert await anna.refused("message.send", say) == "no_page"


class Switchboard:
    """The node that has a call: it says that it was asked."""

    def __init__(self, node: Any) -> None:
        self._node = node

    def heard(self, _address: str, payload: Mapping[str, Any]) -> None:
        if payload["type"] in {"call.transfer", "call.take_back"}:
            told = {"type": "call.asked", "command": payload["command"]}
            self._node.realtime.delivery.publish(to_agent(payload["agent"]), told)

    def missed(self, _address: str) -> None: ...


async def test_a_transfer_that_no_node_hears_is_refused_and_is_not_taken_back(
    call_nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await call_nodes(calls=True)
    anna, _ = await telephoned(node, "number")
    asked = {"interaction": "ix_camille", "command": "n1", "number": "+33 1 99 00 12 34"}
    monkeypatch.setattr(answering, "ANSWER_S", 0.05)
    assert await anna.refused("call.transfer", asked) == "telephony_off"
    back = {"interaction": "ix_camille"}
    assert await anna.refused("call.take_back", back) == "telephony_off"
    monkeypatch.undo()
    await node.realtime.delivery.listen(to_contact(ContactId("ct_camille")), Switchboard(node))
    await anna.done("call.transfer", asked)
    await anna.done("call.take_back", back)


async def telephoned(node: Any, call: str) -> tuple[Any, dict[str, Any]]:
    """Anna, and how her console shows the call that Camille has from a telephone."""
    anna = await node.console("anna", session="ss_anna")
    queue = QueueId("support/call")
    told = {"contact_name": "Camille", "call": call}
    await node.router.enqueue(
        Arrival(
            interaction=InteractionId("ix_camille"),
            queue=queue,
            contact=ContactId("ct_camille"),
            conversation=ConversationId("cv_camille"),
            card=json.dumps(told),
            leased=False,
        )
    )
    ring = await anna.hears("offer", interaction="ix_camille")
    await anna.done("offer.accept", {"offer": ring["offer"]})
    await anna.done("call.connected", {"offer": ring["offer"]})
    return anna, await anna.hears("chat", interaction="ix_camille", state="active")

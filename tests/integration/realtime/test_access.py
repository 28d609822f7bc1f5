"""Who may enter, and whose things they may touch."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as NotConnected

from acd.domain.ids import AgentId
from acd.realtime.allowance import LEASE
from tests.integration.realtime.clients import Client, new_start, until
from tests.integration.realtime.nodes import Node, Nodes
from tests.integration.realtime.test_messages import talking


async def turned_away(client: Client, node: Node, auth: object, **headers: str) -> str:
    """The code of the refusal."""
    codes: list[str] = []

    async def hear(error: Any) -> None:
        codes.append(error["data"]["code"])

    client.socket.on("connect_error", hear, namespace=client.namespace)
    node.clients.append(client)
    with pytest.raises(NotConnected):
        await client.socket.connect(
            node.url,
            namespaces=[client.namespace],
            auth=auth,
            headers=headers,
            transports=["websocket"],
            wait_timeout=3,
        )
    return codes[0]


async def test_visitors_are_let_in_by_site_origin_and_token(nodes: Nodes) -> None:
    node = await nodes()
    shop = {"site": "shop"}
    for auth, headers, code in (
        ({"site": "nowhere"}, {}, "not_found"),
        ({}, {}, "bad_request"),
        (None, {}, "bad_request"),
        ({**shop, "extra": 1}, {}, "bad_request"),
        ({**shop, "locale": "xx"}, {}, "bad_request"),
        ({**shop, "token": "made-up"}, {}, "not_signed_in"),
    ):
        assert await turned_away(Client("/visitor"), node, auth, **headers) == code
    stranger = Client("/visitor")
    node.clients.append(stranger)
    with pytest.raises(NotConnected):  # before any namespace: the handshake itself is refused
        await stranger.socket.connect(
            node.url,
            namespaces=["/visitor"],
            auth=shop,
            headers={"Origin": "https://evil.example"},
            transports=["websocket"],
        )
    await node.visitor(origin=node.url)
    await node.visitor(origin=None)


async def test_agents_are_let_in_by_cookie_and_csrf_from_our_own_page(nodes: Nodes) -> None:
    node = await nodes()
    anna = await node.directory.agent(AgentId("anna"))
    assert anna is not None
    signed_in = await node.accounts.sign_in(anna, hours=1)
    cookie = {"Cookie": f"acd_session={signed_in.token}"}
    for auth, headers, code in (
        ({"csrf": signed_in.csrf}, {}, "not_signed_in"),
        ({"csrf": "wrong"}, cookie, "not_signed_in"),
        ({}, cookie, "bad_request"),
        (
            {"csrf": signed_in.csrf},
            {**cookie, "Origin": "https://shop.example"},
            "forbidden",
        ),
    ):
        assert await turned_away(Client("/agent"), node, auth, **headers) == code


async def test_a_sign_out_ends_the_consoles_everywhere(nodes: Nodes) -> None:
    here, there = await nodes(), await nodes()
    anna = await here.console("anna")
    bruno = await here.console("bruno")
    there.realtime.chat.signed_out(AgentId("anna"))
    await asyncio.wait_for(anna.gone.wait(), 5)
    await bruno.done("heartbeat")


async def test_other_peoples_things_are_not_found_and_do_not_move(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, chat, _ = await talking(node)
    bruno, chloe = await node.console("bruno"), await node.console("chloe")
    conversation, interaction = chat["conversation"], chat["interaction"]
    stored = len(await node.conversations.messages(conversation))
    for other, finish in ((bruno, "not_yours"), (chloe, "not_found")):
        say = {"conversation": conversation, "client_id": "x", "text": "mine now"}
        assert await other.refused("message.send", say) == "not_yours"
        assert await other.refused("interaction.finish", {"interaction": interaction}) == finish
        assert await other.refused("wrap_up.end", {"interaction": interaction}) == "not_yours"
        assert await other.refused("wrap_up.extend", {"interaction": interaction}) == "not_yours"
        typing = {"conversation": conversation, "on": True}
        assert await other.refused("typing", typing) == "not_yours"
        read = {"conversation": conversation, "seq": 1}
        assert await other.refused("messages.read", read) == "not_yours"
    # another department does not see it at all; colleagues may read it
    look = {"conversation": conversation, "after_seq": 0}
    assert await chloe.refused("conversation.open", look) == "not_found"
    made_up = {"conversation": "cv_nothing", "after_seq": 0}
    assert await bruno.refused("conversation.open", made_up) == "not_found"

    async def recorded() -> bool:
        return bool((await bruno.call("conversation.open", look))["ok"])

    await until(recorded)
    for offer in (f"{interaction}.1", f"{interaction}.99", "nonsense"):
        answer = await bruno.call("offer.accept", {"offer": offer})
        assert not answer["ok"] or answer["outcome"] != "accepted"
    assert len(await node.conversations.messages(conversation)) == stored
    snapshot = await node.router.interaction(interaction)
    assert snapshot is not None
    assert (snapshot.agent, snapshot.state.value) == ("anna", "active")
    await jean.done("typing", {"on": True})
    await anna.hears("typing")


async def test_a_contacts_history_shows_ones_own_departments_alone(nodes: Nodes) -> None:
    node = await nodes()
    jean, anna, chat, _ = await talking(node)
    await anna.done("interaction.finish", {"interaction": chat["interaction"]})
    await jean.hears("chat", state="ended")
    await node.console("bruno")
    chloe = await node.console("chloe")
    again = await jean.done("chat.start", new_start(department="sales"))
    offer = (await chloe.hears("offer"))["offer"]
    await chloe.done("offer.accept", {"offer": offer})

    async def recorded() -> bool:
        page = await node.history.interactions(conversation=again["chat"]["conversation"])
        return len(page.interactions) == 2

    await until(recorded)
    opened = await chloe.done(
        "conversation.open", {"conversation": again["chat"]["conversation"], "after_seq": 0}
    )
    assert [one["interaction"] for one in opened["history"]] == [again["chat"]["interaction"]]


async def test_a_stranger_can_do_nothing_before_a_chat(nodes: Nodes) -> None:
    node = await nodes()
    stranger = await node.visitor()
    say = {"client_id": "x", "text": "hello"}
    assert await stranger.refused("message.send", say) == "not_found"
    assert await stranger.refused("messages.read", {"seq": 1}) == "not_found"
    assert await stranger.refused("chat.leave") == "not_found"
    assert await stranger.done("chat.resume", {"after_seq": 0}) == {
        "ok": True,
        "chat": None,
        "messages": [],
    }
    for department in ("nowhere", "support/chat", "../x"):
        start = new_start(department=department)
        assert await stranger.refused("chat.start", start) == "not_found"
    assert await stranger.refused("chat.start", new_start(client_id="short")) == "bad_request"
    assert await stranger.refused("chat.start", new_start(text="x" * 4001)) == "message_too_long"


async def test_words_into_a_chat_that_is_over_are_counted_too(nodes: Nodes) -> None:
    node = await nodes(visitor_messages=1)
    jean = await node.visitor()
    await jean.done("chat.start", new_start())
    await jean.done("chat.leave", {})
    said = [
        await jean.refused("message.send", {"client_id": f"{n}", "text": "x"})
        for n in range(LEASE + 1)
    ]
    assert said == ["chat_ended"] * LEASE + ["rate_limited"]


async def test_too_many_messages_are_told_when_to_come_back(nodes: Nodes) -> None:
    node = await nodes(visitor_messages=2)
    jean, _, _, _ = await talking(node)
    answers = [
        await jean.call("message.send", {"client_id": f"{n}", "text": "x"}) for n in range(11)
    ]
    assert [answer["ok"] for answer in answers] == [True] * 10 + [False]
    error = answers[-1]["error"]
    assert (error["code"], error["retryable"]) == ("rate_limited", True)
    assert error["retry_after_s"] > 0

"""The resources at work: contacts, a chat opened by a program, presence, queues, history."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from acd.domain.ids import AgentId, InteractionId, OfferId
from tests.integration.web.asking import problem
from tests.integration.web.conftest import Node

CONTACTS = "/api/v1/contacts"
INTERACTIONS = "/api/v1/interactions"
CLIENT_ID = "a-random-client-id-of-mine"


async def eventually(ask: Callable[[], Awaitable[Any]], wanted: Callable[[Any], bool]) -> Any:
    """The answer once it is as wanted; history follows live state by a moment."""
    for _ in range(200):
        answer = await ask()
        if wanted(answer):
            return answer
        await asyncio.sleep(0.02)
    raise AssertionError(answer)


async def lina(node: Node) -> str:
    answer = await node.program.post(CONTACTS, json={"name": "Lina", "email": "lina@example.com"})
    assert answer.status == 201, await answer.text()
    return (await answer.json())["id"]


def chat(who: str, **changes: Any) -> dict[str, Any]:
    return {
        "client_id": CLIENT_ID,
        "contact": who,
        "site": "shop",
        "department": "support",
        "text": "Where is my order?",
        **changes,
    }


async def test_contacts_are_added_found_changed(node: Node) -> None:
    contact = await lina(node)
    read = await (await node.program.get(f"{CONTACTS}/{contact}")).json()
    assert read["name"] == "Lina"
    assert read["addresses"] == [{"kind": "email", "value": "lina@example.com", "verified": False}]
    for q in ("lin", "LINA@", ""):
        page = await (await node.program.get(CONTACTS, params={"q": q})).json()
        assert [found["id"] for found in page["items"]] == [contact]
    changed = await node.program.patch(f"{CONTACTS}/{contact}", json={"name": "Lina Moreau"})
    assert (await changed.json())["name"] == "Lina Moreau"
    assert (await changed.json())["addresses"] == read["addresses"]


async def test_lists_are_read_by_cursor_each_once(node: Node) -> None:
    wanted = set()
    for number in range(7):
        answer = await node.program.post(CONTACTS, json={"name": f"Contact {number}"})
        wanted.add((await answer.json())["id"])
    seen: list[str] = []
    cursor = ""
    while True:
        answer = await node.program.get(CONTACTS, params={"limit": 3, "cursor": cursor})
        page = await answer.json()
        seen += [found["id"] for found in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(seen) == 7
    assert set(seen) == wanted
    # A cursor of one list is none of another.
    answer = await node.program.get(CONTACTS, params={"limit": 3})
    stray = (await answer.json())["next"]
    answer = await node.program.get(INTERACTIONS, params={"cursor": stray})
    await problem(answer, 422, "invalid_input")


async def test_a_chat_opened_by_a_program_rings_is_accepted_and_finished(node: Node) -> None:
    contact = await lina(node)
    await node.sits_down("anna")
    answer = await node.program.post(INTERACTIONS, json=chat(contact))
    opened = await answer.json()
    assert answer.status == 201, opened
    assert opened["queue"] == "support/chat"
    assert opened["state"] == "ringing"
    at = f"{INTERACTIONS}/{opened['id']}"

    # Sent again: the same, once.
    again = await (await node.program.post(INTERACTIONS, json=chat(contact))).json()
    assert again["id"] == opened["id"]
    figures = await (await node.program.get("/api/v1/queues/support/chat")).json()
    assert (figures["waiting"], figures["ringing"], figures["active"]) == (0, 1, 0)

    accepted = await node.services.router.accept(OfferId(f"{opened['id']}.1"), AgentId("anna"))
    assert accepted.outcome == "accepted"
    active = await (await node.program.get(at)).json()
    assert (active["state"], active["agent"]) == ("active", "anna")
    presence = await (await node.program.get("/api/v1/agents/anna/presence")).json()
    assert presence["channels"]["chat"]["count"] == 1

    csrf = await node.sign_in("anna")
    done = await (await node.client.post(f"{at}/finish", headers=csrf)).json()
    assert (done["changed"], done["outcome"]) == (True, "handled")
    repeated = await (await node.client.post(f"{at}/finish", headers=csrf)).json()
    assert (repeated["changed"], repeated["outcome"]) == (False, "handled")

    async def told() -> Any:
        return await (await node.program.get(at)).json()

    past = await eventually(told, lambda found: found["ended_ms"] is not None)
    assert past["outcome"] == "handled"
    assert [offer["outcome"] for offer in past["offers"]] == ["accepted"]
    assert past["offers"][0]["why"]["strategy"]

    listed = await (await node.client.get(INTERACTIONS, params={"outcome": "handled"})).json()
    assert [found["id"] for found in listed["items"]] == [opened["id"]]
    nothing = await (await node.client.get(INTERACTIONS, params={"state": "waiting"})).json()
    assert nothing == {"items": [], "next": None}


async def test_the_line_and_its_position(node: Node) -> None:
    contact = await lina(node)
    opened = await (await node.program.post(INTERACTIONS, json=chat(contact))).json()
    assert opened["state"] == "waiting"
    assert opened["position"] == 1
    figures = await (await node.program.get("/api/v1/queues")).json()
    support = next(found for found in figures["items"] if found["id"] == "support/chat")
    assert support["waiting"] == 1
    assert support["oldest_enqueued_ms"] == opened["enqueued_ms"]
    assert support["longest_wait_ms"] >= 0
    scrape = await (await node.stranger.get("/metrics")).text()
    assert 'acd_queue_waiting{queue="support/chat"} 1.0' in scrape


async def test_what_is_another_departments_is_not_there(node: Node) -> None:
    contact = await lina(node)
    opened = await (await node.program.post(INTERACTIONS, json=chat(contact))).json()
    csrf = await node.sign_in("claire")  # in sales
    at = f"{INTERACTIONS}/{opened['id']}"
    await problem(await node.client.get(at), 404, "not_found")
    await problem(await node.client.post(f"{at}/finish", headers=csrf), 404, "not_found")
    await problem(await node.client.get(f"{CONTACTS}/{contact}"), 404, "not_found")
    change = await node.client.patch(f"{CONTACTS}/{contact}", json={"name": "X"}, headers=csrf)
    await problem(change, 404, "not_found")
    await node.sign_in("anna")  # in support

    async def seen() -> Any:
        return await (await node.client.get(INTERACTIONS)).json()

    page = await eventually(seen, lambda found: found["items"] != [])
    assert [found["id"] for found in page["items"]] == [opened["id"]]
    assert (await node.client.get(f"{CONTACTS}/{contact}")).status == 200


async def test_an_agent_ends_own_chats_alone(node: Node) -> None:
    contact = await lina(node)
    opened = await (await node.program.post(INTERACTIONS, json=chat(contact))).json()
    csrf = await node.sign_in("anna")
    answer = await node.client.post(f"{INTERACTIONS}/{opened['id']}/finish", headers=csrf)
    await problem(answer, 403, "not_yours")
    csrf = await node.sign_in("omar")
    answer = await node.client.post(f"{INTERACTIONS}/{opened['id']}/finish", headers=csrf)
    assert (await answer.json())["outcome"] == "rejected"
    live = await node.services.router.interaction(InteractionId(opened["id"]))
    assert live is not None
    assert live.state == "ended"


async def test_opening_what_cannot_be_opened(node: Node) -> None:
    contact = await lina(node)
    for wrong, status, code in (
        ({"contact": "ct_nobody"}, 404, "not_found"),
        ({"site": "nowhere"}, 404, "not_found"),
        ({"department": "nothing"}, 404, "not_found"),
        ({"site": "open"}, 404, "not_found"),  # that site offers sales alone
        ({"text": "   "}, 400, "message_empty"),
        ({"text": "x" * 4001}, 400, "message_too_long"),
        ({"text": "a\u0000b"}, 400, "message_control_characters"),
        ({"client_id": "short"}, 422, "invalid_input"),
    ):
        answer = await node.program.post(INTERACTIONS, json=chat(contact, **wrong))
        await problem(answer, status, code)
    page = await (await node.program.get(INTERACTIONS)).json()
    assert page["items"] == []
    figures = await (await node.program.get("/api/v1/queues/support/chat")).json()
    assert figures["waiting"] == 0


async def test_what_the_background_does_is_counted(node: Node) -> None:
    contact = await lina(node)
    await node.sits_down("anna")
    opened = await (await node.program.post(INTERACTIONS, json=chat(contact))).json()
    await node.program.post(f"{INTERACTIONS}/{opened['id']}/finish")

    async def scraped() -> str:
        return await (await node.stranger.get("/metrics")).text()

    text = await eventually(scraped, lambda found: "acd_interactions_total{" in found)
    told = set(text.splitlines())
    counted = {line for line in told if line.startswith(("acd_offers", "acd_interactions"))}
    assert counted == {
        'acd_offers_total{outcome="made",queue="support/chat"} 1.0',
        'acd_offers_total{outcome="withdrawn",queue="support/chat"} 1.0',
        'acd_interactions_total{outcome="rejected",queue="support/chat"} 1.0',
    }
    assert any(line.startswith("acd_recorder_lag_seconds ") for line in told)

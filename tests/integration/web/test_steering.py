"""Work changes hands over HTTP: who may do what, and what comes of it."""

from typing import Any

from acd.domain.ids import AgentId, InteractionId, OfferId, QueueId
from tests.integration.web.asking import problem
from tests.integration.web.conftest import Node, Start, cast
from tests.integration.web.test_rest import INTERACTIONS, chat, lina

ZOE = {
    "id": "zoe", "name": "Zoé", "email": "zoe@example.com", "departments": ["support"],
    "password_env": "PASSWORD",
}  # fmt: skip


async def opened(node: Node) -> str:
    answer = await node.program.post(INTERACTIONS, json=chat(await lina(node)))
    return f"{INTERACTIONS}/{(await answer.json())['id']}"


async def held_by_anna(node: Node) -> str:
    await node.sits_down("anna")
    at = await opened(node)
    ix = at.rpartition("/")[2]
    await node.services.router.accept(OfferId(f"{ix}.1"), AgentId("anna"))
    return at


async def asks(client: Any, at: str, body: Any = None, **more: Any) -> Any:
    answer = await client.post(at, **({"json": body} if body is not None else {}), **more)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_an_agent_hands_over_what_is_theirs_and_nothing_else(start: Start) -> None:
    node = await start(agents=[*cast()["agents"], ZOE])
    at = await held_by_anna(node)
    csrf = await node.sign_in("anna")
    away = await asks(node.client, f"{at}/transfer", {"to": {"agent": "zoe"}}, headers=csrf)
    assert (away["changed"], away["reason"]) == (False, "not_here")
    await node.sits_down("zoe")
    told = await asks(
        node.client, f"{at}/transfer", {"to": {"agent": "zoe"}, "command": "c1"}, headers=csrf
    )
    assert (told["changed"], told["reason"]) == (True, "offered")
    back = await asks(node.client, f"{at}/transfer/cancel", headers=csrf)
    assert back["reason"] == "cancelled"
    asked = await asks(node.client, f"{at}/consult", {"agent": "zoe"}, headers=csrf)
    assert asked["reason"] == "joined"
    done = await asks(node.client, f"{at}/consult/complete", {}, headers=csrf)
    assert done["reason"] == "completed"
    assert (await (await node.program.get(at)).json())["agent"] == "zoe"
    refused = await node.client.post(
        f"{at}/transfer", json={"to": {"queue": "sales/chat"}}, headers=csrf
    )
    await problem(refused, 403, "not_yours")
    twice = {"to": {"agent": "zoe", "queue": "sales/chat"}}
    refused = await node.client.post(f"{at}/transfer", json=twice, headers=csrf)
    await problem(refused, 422, "invalid_input")


async def test_a_program_that_sends_a_command_again_is_given_the_first_answer(node: Node) -> None:
    at = await held_by_anna(node)
    to = {"to": {"queue": "sales/chat"}, "command": "c1"}
    for _ in range(2):
        told = await asks(node.program, f"{at}/transfer", to)
        assert (told["changed"], told["reason"]) == (True, "moved")
    anew = {"to": {"queue": "support/chat"}, "command": "c2"}
    await problem(await node.program.post(f"{at}/transfer", json=anew), 409, "conflict")


async def test_a_level_given_again_with_the_same_id_is_not_given_twice(node: Node) -> None:
    at = await opened(node)
    first = await asks(node.program, f"{at}/priority", {"level": 1, "command": "c1"})
    await asks(node.program, f"{at}/priority", {"level": 7})
    assert await asks(node.program, f"{at}/priority", {"level": 1, "command": "c1"}) == first
    line = await (await node.program.get("/api/v1/queues/support/chat/line")).json()
    assert [one["level"] for one in line["items"]] == [7]
    kept = await asks(node.program, f"{at}/callback", {"command": "c2"})
    assert (kept["changed"], kept["reason"]) == (True, "kept")


async def test_guests_come_and_leave(start: Start) -> None:
    node = await start(agents=[*cast()["agents"], ZOE])
    at = await held_by_anna(node)
    await node.sits_down("zoe")
    assert (await asks(node.program, f"{at}/invite", {"agent": "zoe"}))["reason"] == "joined"
    csrf = await node.sign_in("zoe")
    assert (await asks(node.client, f"{at}/leave", headers=csrf))["reason"] == "left"
    await asks(node.program, f"{at}/consult", {"agent": "zoe"})
    assert (await asks(node.program, f"{at}/consult/cancel"))["reason"] == "left"


async def test_supervisors_and_programs_steer_agents_do_not(node: Node) -> None:
    at = await opened(node)
    csrf = await node.sign_in("anna")
    for verb, body in (("move", {"queue": "sales/chat"}), ("priority", {"level": 1})):
        refused = await node.client.post(f"{at}/{verb}", json=body, headers=csrf)
        await problem(refused, 403, "forbidden")
    csrf = await node.sign_in("omar")
    urgent = await asks(node.client, f"{at}/priority", {"level": 1}, headers=csrf)
    assert urgent["reason"] == "rescored"
    line = await (await node.client.get("/api/v1/queues/support/chat/line")).json()
    assert [(w["id"], w["level"]) for w in line["items"]] == [(at.rpartition("/")[2], 1)]
    moved = await asks(node.client, f"{at}/move", {"queue": "sales/chat"}, headers=csrf)
    assert moved["reason"] == "moved"
    assert (await (await node.program.get(at)).json())["queue"] == "sales/chat"
    kept = await asks(node.program, f"{at}/callback")
    assert kept["reason"] == "kept"
    await node.sits_down("claire")
    nobody = await node.program.post(f"{at}/assign", json={"agent": "nobody"})
    await problem(nobody, 404, "agent_unknown")


async def test_a_supervisor_assigns_and_an_agent_picks_where_it_is_allowed(start: Start) -> None:
    first, *others = cast()["departments"]
    node = await start(departments=[{**first, "pull": True}, *others])
    at = await opened(node)
    csrf = await node.sign_in("claire")
    await problem(await node.client.post(f"{at}/pull", json={}, headers=csrf), 404, "not_found")
    await node.sits_down("claire")
    given = await asks(node.program, f"{at}/assign", {"agent": "claire"})
    assert given["reason"] == "assigned"
    assert (await (await node.program.get(at)).json())["agent"] == "claire"


async def test_a_planned_break_over_http(node: Node) -> None:
    at = await held_by_anna(node)
    csrf = await node.sign_in("anna")
    put = {"availability": "away", "reason": "break", "when": "finished"}
    there = "/api/v1/agents/anna/presence"
    told = await (await node.client.put(there, json=put, headers=csrf)).json()
    assert (told["channels"]["chat"]["availability"], told["channels"]["chat"]["after"]) == (
        "finishing", "away",
    )  # fmt: skip
    await asks(node.client, f"{at}/finish", headers=csrf)
    told = await (await node.client.get(there)).json()
    assert told["channels"]["chat"]["availability"] == "away"


async def told(node: Node, at: str) -> list[tuple[str, str]]:
    """What the system wrote into the conversation: code and name."""
    found = await node.services.router.interaction(InteractionId(at.rpartition("/")[2]))
    assert found is not None
    thread = await node.services.conversations.messages(found.conversation)
    return [(each.text, each.author_name) for each in thread if each.author_id == "system"]


async def test_the_conversation_tells_who_came_and_went(start: Start) -> None:
    node = await start(agents=[*cast()["agents"], ZOE])
    at = await held_by_anna(node)
    await node.sits_down("zoe")
    invited = {"agent": "zoe", "command": "c1"}
    for _ in range(2):  # said twice, told once
        await asks(node.program, f"{at}/invite", invited)
    csrf = await node.sign_in("zoe")
    await asks(node.client, f"{at}/leave", headers=csrf)
    await asks(node.program, f"{at}/consult", {"agent": "zoe"})
    await asks(node.client, f"{at}/leave", headers=csrf)
    await asks(node.program, f"{at}/consult", {"agent": "zoe"})
    await asks(node.program, f"{at}/consult/complete", {})
    await asks(node.program, f"{at}/transfer", {"to": {"queue": "sales/chat"}})
    assert await told(node, at) == [
        ("agent_joined", "Zoé"),
        ("agent_left", "Zoé"),
        ("agent_joined", "Zoé"),
        ("agent_left", "Zoé"),
    ], "the contact does not learn who was asked"
    await node.sits_down("claire")
    await asks(node.program, f"{at}/assign", {"agent": "claire"})
    await asks(node.program, f"{at}/finish")
    assert (await told(node, at))[4:] == [("agent_joined", "Claire"), ("chat_ended", "")]


async def test_who_is_full_is_waited_for_where_one_says_so(start: Start) -> None:
    zoe = {**ZOE, "capacity": {"total": 10}}  # less than a chat takes
    node = await start(agents=[*cast()["agents"], zoe])
    at = await held_by_anna(node)
    await node.sits_down("zoe")
    full = await asks(node.program, f"{at}/transfer", {"to": {"agent": "zoe"}})
    assert (full["changed"], full["reason"]) == (False, "full")
    waits = await asks(node.program, f"{at}/transfer", {"to": {"agent": "zoe", "wait": True}})
    assert (waits["changed"], waits["reason"]) == (True, "waits")


async def test_a_commands_id_is_one_that_routing_keeps(node: Node) -> None:
    at = await held_by_anna(node)
    capitals = {"to": {"queue": "sales/chat"}, "command": "C1"}
    await problem(await node.program.post(f"{at}/transfer", json=capitals), 422, "invalid_input")


async def test_nobody_becomes_available_when_finished(node: Node) -> None:
    await node.sits_down("anna")
    said = {"availability": "available", "when": "finished"}
    there = "/api/v1/agents/anna/presence"
    await problem(await node.program.put(there, json=said), 400, "bad_request")


async def test_steering_has_a_limit_of_its_own(start: Start) -> None:
    node = await start(limits={"steering_per_minute": 2})
    at = await opened(node)
    for level in (1, 2):
        await asks(node.program, f"{at}/priority", {"level": level})
    refused = await node.program.post(f"{at}/priority", json={"level": 3})
    await problem(refused, 429, "rate_limited")
    assert float(refused.headers["Retry-After"]) > 0
    csrf = await node.sign_in("omar")
    await asks(node.client, f"{at}/priority", {"level": 3}, headers=csrf)


async def test_what_ended_long_ago_is_finished_once_more_and_stays_as_it_was(node: Node) -> None:
    at = await held_by_anna(node)
    first = await asks(node.program, f"{at}/finish")
    again = await asks(node.program, f"{at}/finish")
    assert (first["changed"], again["changed"]) == (True, False)
    assert first["outcome"] == again["outcome"] == "handled"
    await problem(await node.program.post(f"{INTERACTIONS}/ix_none/finish"), 404, "not_found")


async def test_a_callback_is_kept_called_and_given_up(start: Start) -> None:
    first, *others = cast()["departments"]
    node = await start(
        departments=[{**first, "callback_tries": 1}, *others], telephony={"region": "FR"}
    )
    at = await opened(node)
    wrong = await node.program.post(f"{at}/callback", json={"number": "12345"})
    await problem(wrong, 400, "phone_number_invalid")
    kept = await asks(node.program, f"{at}/callback", {"number": "01 99 00 12 34"})
    assert kept["reason"] == "kept"
    line = await (await node.program.get("/api/v1/queues/support/chat/line")).json()
    assert [each["callback"] for each in line["items"]] == [True]
    said = {"offer": f"{at.rpartition('/')[2]}.1", "answered": False}
    nobody = await node.program.post(f"{at}/callback/dialled", json=said)
    await problem(nobody, 403, "not_yours")
    await node.sits_down("anna")
    await node.services.router.accept(OfferId(said["offer"]), AgentId("anna"))
    csrf = await node.sign_in("anna")
    told = await asks(node.client, f"{at}/callback/dialled", said, headers=csrf)
    assert (told["changed"], told["reason"]) == (True, "unreached")
    assert (await (await node.program.get(at)).json())["outcome"] == "unreached"


async def test_an_agent_begins_a_chat_with_somebody_they_know(node: Node) -> None:
    at = await held_by_anna(node)
    found = await node.services.router.interaction(InteractionId(at.rpartition("/")[2]))
    assert found is not None
    csrf = await node.sign_in("anna")
    there = f"/api/v1/contacts/{found.contact}/chats"
    asked = {"site": "shop", "department": "support", "client_id": "opened-by-anna"}
    busy = await asks(node.client, there, asked, headers=csrf)
    assert (busy["changed"], busy["id"]) == (True, found.interaction), "it is theirs already"
    await asks(node.client, f"{at}/finish", headers=csrf)
    first = await asks(node.client, there, {**asked, "client_id": "another-one"}, headers=csrf)
    again = await asks(node.client, there, {**asked, "client_id": "another-one"}, headers=csrf)
    assert (first["changed"], first["reason"]) == (True, "opened")
    assert first["id"] == again["id"] != found.interaction
    live = await node.services.router.interaction(InteractionId(first["id"]))
    assert live is not None
    assert (live.agent, live.state, live.conversation) == ("anna", "active", found.conversation)
    elsewhere = {**asked, "department": "sales", "client_id": "not-mine-1"}
    await problem(await node.client.post(there, json=elsewhere, headers=csrf), 404, "not_found")
    await asks(node.client, f"{INTERACTIONS}/{first['id']}/finish", headers=csrf)
    await node.client.put(
        "/api/v1/agents/anna/presence", json={"availability": "offline"}, headers=csrf
    )
    refused = await asks(node.client, there, {**asked, "client_id": "while-away"}, headers=csrf)
    assert (refused["changed"], refused["reason"]) == (False, "not_here")
    await node.services.intake.sweep(older_than_ms=0)
    line = await node.services.router.queue(QueueId("support/chat"))
    assert line.waiting == 0, "nobody is put in the line by what came to nothing"
    csrf = await node.sign_in("claire")
    await problem(await node.client.post(there, json=asked, headers=csrf), 404, "not_found")

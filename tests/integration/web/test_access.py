"""Who may call what: every endpoint without an identity, each role, each scope."""

import pytest
from aiohttp import ClientResponse

from acd.domain.agent import AgentProfile, Availability, Membership
from acd.domain.capacity import DEFAULT_CHANNELS
from acd.domain.ids import AgentId, QueueId, SessionId
from acd.web.api import ENDPOINTS, PREFIX
from acd.web.endpoint import Endpoint
from tests.integration.web.asking import SCOPES, key, problem
from tests.integration.web.conftest import Node, Start


def address(endpoint: Endpoint) -> str:
    return PREFIX + endpoint.at.format(
        agent="anna", contact="ct_1", interaction="ix_1", department="support", channel="chat",
        site="shop", device="dv_1",
    )  # fmt: skip


PROTECTED = [endpoint for endpoint in ENDPOINTS if not endpoint.public]


async def test_nobody_gets_nothing(node: Node) -> None:
    for endpoint in PROTECTED:
        for headers in (
            {},
            {"Authorization": "Bearer acd_wrong"},
            {"Authorization": "Bearer "},
            {"Authorization": "Basic YTpi"},
            {"Cookie": "acd_session=wrong"},
        ):
            answer = await node.client.request(endpoint.method, address(endpoint), headers=headers)
            await problem(answer, 401, "not_signed_in")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", SCOPES)
async def test_a_key_does_what_its_scopes_say(node: Node, name: str) -> None:
    for endpoint in PROTECTED:
        answer = await node.client.request(
            endpoint.method, address(endpoint), headers=key(name), json={}
        )
        if endpoint.access.scope in SCOPES[name]:
            assert answer.status not in {401, 403, 500}, endpoint.at
        else:
            await problem(answer, 403, "scope_missing")


async def test_agents_see_their_own_departments(node: Node) -> None:
    await node.sign_in("anna")
    queues = await (await node.client.get("/api/v1/queues")).json()
    assert [queue["id"] for queue in queues["items"]] == ["support/chat"]
    assert (await node.client.get("/api/v1/queues/support/chat")).status == 200
    await problem(await node.client.get("/api/v1/queues/sales/chat"), 404, "not_found")
    agents = await (await node.client.get("/api/v1/agents")).json()
    assert [agent["id"] for agent in agents["items"]] == ["anna"]
    await problem(await node.client.get("/api/v1/agents/claire"), 404, "not_found")
    await problem(await node.client.get("/api/v1/agents/claire/presence"), 404, "not_found")
    await problem(await node.client.get("/api/v1/contacts"), 403, "forbidden")
    await problem(await node.client.get("/api/v1/events"), 403, "forbidden")


async def test_supervisors_see_all_and_steer(node: Node) -> None:
    csrf = await node.sign_in("omar")
    queues = await (await node.client.get("/api/v1/queues")).json()
    assert [queue["id"] for queue in queues["items"]] == ["sales/chat", "support/chat"]
    agents = await (await node.client.get("/api/v1/agents")).json()
    assert [agent["email"] for agent in agents["items"]] == [
        "anna@example.com", "claire@example.com", "omar@example.com",
    ]  # fmt: skip
    answer = await node.client.put(
        "/api/v1/agents/anna/presence",
        json={"channel": "chat", "availability": "away", "reason": "training"},
        headers=csrf,
    )
    presence = await answer.json()
    assert answer.status == 200
    assert presence["channels"]["chat"]["reason"] == "training"


async def test_nobody_is_made_available_by_another_where_nothing_would_ring(node: Node) -> None:
    csrf = await node.sign_in("omar")
    at = "/api/v1/agents/anna/presence"
    router, anna = node.services.router, AgentId("anna")

    async def put(channel: str | None) -> ClientResponse:
        wanted = {"channel": channel, "availability": "available"}
        return await node.client.put(at, json=wanted, headers=csrf)

    for channel in (None, "chat", "call"):
        await problem(await put(channel), 409, "not_here")
    program = await node.client.put(at, json={"availability": "available"}, headers=key())
    assert program.status == 200, "it may have a client of its own"
    await router.set_presence(anna, channel=None, availability=Availability.OFFLINE)
    await router.open_session(anna, SessionId("ss_anna"))
    assert (await put(None)).status == 200
    await router.set_presence(anna, channel=None, availability=Availability.OFFLINE)
    await router.close_session(anna, SessionId("ss_anna"))
    await router.configure_agent(
        AgentProfile(
            agent=anna, version=10**6, channels=DEFAULT_CHANNELS, phone=True,
            memberships=(Membership(queue=QueueId("support/chat")),),
        )
    )  # fmt: skip
    await problem(await put("chat"), 409, "not_here")
    channels = (await (await put(None)).json())["channels"]
    there = {channel: one["availability"] for channel, one in channels.items()}
    assert there == {"call": "available", "chat": "offline", "ticket": "offline"}


async def test_an_agent_does_not_steer_a_colleague(node: Node) -> None:
    await node.services.health.database.write(
        lambda tx: tx.exec_driver_sql(
            "insert into memberships (agent, department, priority, channels)"
            " values ('claire', 'support', 50, '[]')"
        ).close()
    )
    csrf = await node.sign_in("anna")
    at = "/api/v1/agents/claire/presence"
    assert (await node.client.get(at)).status == 200
    answer = await node.client.put(at, json={"availability": "away"}, headers=csrf)
    await problem(answer, 403, "forbidden")


async def test_requests_of_one_key_are_limited(start: Start) -> None:
    node = await start(limits={"requests_per_minute": 5})
    for _ in range(5):
        assert (await node.client.get("/api/v1/queues", headers=key())).status == 200
    answer = await node.client.get("/api/v1/queues", headers=key())
    await problem(answer, 429, "rate_limited")
    assert (await node.client.get("/api/v1/queues", headers=key("reader"))).status == 200

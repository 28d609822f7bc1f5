"""A real node's HTTP face: real Valkey, real SQLite, the real application, a small cast."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from acd.flow.compiler import Compiler
from acd.flow.intake import Intake
from acd.flow.recorder import Recorder
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from acd import __version__
from acd.config import Config
from acd.config.provision import provision
from acd.domain.ids import AgentId, SessionId, new_id
from acd.records.accounts import Accounts
from acd.records.contacts import Contacts
from acd.records.conversations import Conversations
from acd.records.directory import Directory
from acd.records.engine import Database, open_database
from acd.records.history import History
from acd.records.intakes import Intakes
from acd.reporting.metrics import Metrics
from acd.routing.limits import Limits
from acd.routing.router import Router
from acd.web.health import Health
from acd.web.server import build_app, rates
from acd.web.services import Services

PASSWORD = "correct horse battery"
KEYS = {
    "everything": ("read", "contacts", "interactions", "presence", "events"),
    "reader": ("read",),
    "writer": ("contacts", "interactions"),
}
CAST: dict[str, Any] = {
    "sites": [
        {"id": "shop", "name": "Shop", "origins": ["https://shop.example"]},
        {"id": "open", "name": "Open", "origins": ["*"], "departments": ["sales"]},
    ],
    "departments": [
        {"id": "support", "name": {"en": "Support", "fr": "Assistance"}},
        {"id": "sales", "name": {"en": "Sales", "fr": "Ventes"}},
    ],
    "agents": [
        {"id": "anna", "name": "Anna", "email": "anna@example.com", "departments": ["support"]},
        {"id": "claire", "name": "Claire", "email": "claire@example.com", "departments": ["sales"]},
        {"id": "omar", "name": "Omar", "email": "omar@example.com", "role": "supervisor"},
    ],
    "limits": {"sign_ins_per_minute": 100, "requests_per_minute": 100_000},
}
for agent in CAST["agents"]:
    agent["password_env"] = "PASSWORD"
CAST["api_keys"] = [
    {"id": key, "scopes": list(scopes), "secret_env": f"KEY_{key.upper()}"}
    for key, scopes in KEYS.items()
]
ENV = {"PASSWORD": PASSWORD, **{f"KEY_{key.upper()}": f"acd_{key}_" + "0" * 40 for key in KEYS}}


@dataclass
class Node:
    """One node and its services; `client` is a program or browser without an identity yet."""

    client: TestClient[Any, Any]
    services: Services
    database: Database

    @staticmethod
    def key(name: str = "everything") -> dict[str, str]:
        return {"Authorization": f"Bearer {ENV[f'KEY_{name.upper()}']}"}

    async def sign_in(self, name: str) -> dict[str, str]:
        """Signs the client's cookie jar in; the answer holds the CSRF header."""
        answer = await self.client.post(
            "/api/v1/session", json={"email": f"{name}@example.com", "password": PASSWORD}
        )
        assert answer.status == 200, await answer.text()
        return {"X-CSRF-Token": (await answer.json())["csrf"]}

    async def console(self, name: str) -> None:
        """Anna sits down: a session with its lease, available on every channel."""
        router = self.services.router
        await router.open_session(AgentId(name), SessionId(new_id("ss")))
        answer = await self.client.put(
            f"/api/v1/agents/{name}/presence",
            json={"availability": "available"},
            headers=self.key(),
        )
        assert answer.status == 200, await answer.text()


Start = Callable[..., Awaitable[Node]]


@pytest.fixture
async def start(redis_url: str, tenant: str, tmp_path: Path) -> AsyncIterator[Start]:
    """`await start(limits={...})`: a node of this tenant with sections of its own."""
    async with contextlib.AsyncExitStack() as stack:

        async def begin(*, demo: bool = False, **sections: Any) -> Node:
            config = Config.model_validate({**CAST, **sections, "tenant": tenant})
            database = await open_database(f"sqlite:///{tmp_path / 'acd.db'}")
            stack.push_async_callback(database.close)
            router = await Router.open(redis_url, tenant)
            stack.push_async_callback(router.close)
            metrics = Metrics(__version__)
            directory, history = Directory(database), History(database)
            intakes = Intakes(database)
            await directory.apply(provision(config, ENV))
            await Compiler(directory, router).compile_all()
            recorder = Recorder(router, history)
            task = asyncio.create_task(recorder.run(), name="recorder")
            stack.push_async_callback(_cancelled, task)
            services = Services(
                config=config,
                router=router,
                directory=directory,
                accounts=Accounts(database),
                contacts=Contacts(database),
                conversations=Conversations(database),
                history=history,
                intake=Intake(intakes, directory, router),
                limits=Limits(router.link, tenant, rates(config), on_refused=metrics.limit_refused),
                metrics=metrics,
                health=Health(router=router, database=database),
                demo=demo,
            )
            client = TestClient(TestServer(build_app(services)))
            await stack.enter_async_context(client)
            return Node(client=client, services=services, database=database)

        yield begin


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def node(start: Start) -> Node:
    return await start()


async def problem(response: ClientResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document, after checking that it is one."""
    body = await response.json(content_type="application/problem+json")
    assert (response.status, body["code"]) == (status, code), body
    assert body["status"] == status
    assert body["instance"] == f"urn:acd:request:{response.headers['X-Request-Id']}"
    return body

"""A real node: the whole server over a real Valkey and SQLite, with a small cast."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, DummyCookieJar
from yarl import URL

from acd.app import Node as Running
from acd.app import running_node
from acd.config import Config
from acd.config.provision import provision
from acd.domain.ids import AgentId, SessionId, new_id
from acd.records.directory import Directory
from acd.records.engine import open_database
from acd.web.services import Services
from tests.integration.web.asking import ENV, PASSWORD, SCOPES, key

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
}
LIMITS = {"sign_ins_per_minute": 100, "requests_per_minute": 100_000}


@dataclass
class Node:
    """One node. `client` has cookies, `program` an API key, `stranger` nothing."""

    url: URL
    client: ClientSession
    program: ClientSession
    stranger: ClientSession
    services: Services

    async def sign_in(self, name: str) -> dict[str, str]:
        """Signs the client in; the answer is the CSRF header."""
        answer = await self.client.post(
            "/api/v1/session", json={"email": f"{name}@example.com", "password": PASSWORD}
        )
        assert answer.status == 200, await answer.text()
        return {"X-CSRF-Token": (await answer.json())["csrf"]}

    @property
    def cookie(self) -> str:
        """The session's token, as a thief would have it."""
        return self.client.cookie_jar.filter_cookies(self.url)["acd_session"].value

    async def sits_down(self, name: str) -> None:
        """A console with its lease, available on every channel."""
        await self.services.router.open_session(AgentId(name), SessionId(new_id("ss")))
        answer = await self.program.put(
            f"/api/v1/agents/{name}/presence", json={"availability": "available"}
        )
        assert answer.status == 200, await answer.text()


Start = Callable[..., Awaitable[Node]]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the cast in it: tables and passwords cost a second, a copy nothing."""
    path = tmp_path_factory.mktemp("filled") / "acd.db"

    async def fill() -> None:
        database = await open_database(f"sqlite:///{path}")
        await Directory(database).apply(provision(Config.model_validate(cast()), ENV))
        await database.close()

    asyncio.run(fill())
    return path


def cast(**sections: Any) -> dict[str, Any]:
    """The configuration, with sections of a test's own over it."""
    return {
        **CAST,
        "agents": [{**agent, "password_env": "PASSWORD"} for agent in CAST["agents"]],
        "api_keys": [
            {"id": name, "scopes": list(scopes), "secret_env": f"KEY_{name.upper()}"}
            for name, scopes in SCOPES.items()
        ],
        **sections,
        "limits": {**LIMITS, **sections.get("limits", {})},
    }


@pytest.fixture
async def start(
    redis_url: str, tenant: str, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Start]:
    """`await start(limits={...})`: a node of this tenant with sections of its own."""
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    async with contextlib.AsyncExitStack() as stack:

        async def begin(*, demo: bool = False, **sections: Any) -> Node:
            shutil.copy(filled, tmp_path / "acd.db")
            told = cast(
                **{"redis": {"url": redis_url}, **sections},
                tenant=tenant,
                database={"url": f"sqlite:///{tmp_path / 'acd.db'}"},
            )
            told["server"] = {"port": 0, "data_dir": str(tmp_path), **sections.get("server", {})}
            running: Running = await stack.enter_async_context(
                running_node(Config.model_validate(told), demo=demo, front_end=False)
            )
            client = await stack.enter_async_context(
                ClientSession(running.url, cookie_jar=CookieJar(unsafe=True))
            )
            program = await stack.enter_async_context(
                ClientSession(running.url, cookie_jar=DummyCookieJar(), headers=key("everything"))
            )
            stranger = await stack.enter_async_context(
                ClientSession(running.url, cookie_jar=DummyCookieJar())
            )
            return Node(
                url=URL(running.url),
                client=client,
                program=program,
                stranger=stranger,
                services=running.services,
            )

        yield begin


@pytest.fixture
async def node(start: Start) -> Node:
    return await start()

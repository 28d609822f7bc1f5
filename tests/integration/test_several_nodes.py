"""Two nodes in processes of their own, on one Redis and one PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from acd.demo.client import Line
from acd.domain.ids import InteractionId, new_id
from acd.records.engine import open_database
from acd.records.history import History
from tests.integration.nodes import PASSWORD, TEXT
from tests.integration.test_app import eventually, heard
from tests.servers import Server


class Process:
    """`acd serve`; `url` is where it listens."""

    def __init__(self, folder: Path, redis_url: str, database_url: str, tenant: str) -> None:
        folder.mkdir()
        (folder / "config.toml").write_text(TEXT)
        self._env = {
            **os.environ,
            "ACD_CONFIG": str(folder / "config.toml"),
            "ACD_TENANT": tenant,
            "ACD_REDIS__URL": redis_url,
            "ACD_DATABASE__URL": database_url,
            "ACD_SERVER__DATA_DIR": str(folder / "data"),
            "ACD_SERVER__LOG_FORMAT": "json",
            "ANNA_PASSWORD": PASSWORD,
        }
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "acd", "serve", env=self._env, stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr
        said: list[bytes] = []
        async with asyncio.timeout(40):
            while not self.url:
                line = await self._process.stderr.readline()
                assert line, b"".join(said).decode()
                said.append(line)
                if b'"serving"' in line:
                    self.url = json.loads(line)["url"]
        self._reading = asyncio.create_task(self._drink(), name="log-of-a-node")

    async def _drink(self) -> None:
        assert self._process
        assert self._process.stderr
        while await self._process.stderr.readline():
            pass

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading


@pytest.fixture
async def processes(
    tmp_path: Path, postgres_url: str, tenant: str
) -> AsyncIterator[tuple[Process, Process]]:
    server = Server(tmp_path / "redis")
    server.start()
    both = (
        Process(tmp_path / "one", server.url, postgres_url, tenant),
        Process(tmp_path / "two", server.url, postgres_url, tenant),
    )
    try:
        await asyncio.gather(*(process.start() for process in both))
        yield both
    finally:
        await asyncio.gather(*(process.kill() for process in both))
        server.kill()


@asynccontextmanager
async def console(url: str) -> AsyncIterator[Line]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{url}/api/v1/session", json={"email": "anna@example.com", "password": PASSWORD}
        ) as response,
    ):
        cookie, csrf = response.cookies["acd_session"].value, (await response.json())["csrf"]
    async with Line(url, "/agent") as line:
        await line.open({"csrf": csrf}, {"Cookie": f"acd_session={cookie}"})
        await line.call("console.open")
        await line.call("presence.set", channel=None, availability="available", reason="")
        yield line


async def start_chat(line: Line) -> dict[str, Any]:
    return await line.call(
        "chat.start", client_id=new_id("c"), department="support", name="Jean Martin", text="Allô"
    )


@pytest.mark.timeout(120)
async def test_a_visitor_on_one_node_and_the_agent_on_another(
    processes: tuple[Process, Process], postgres_url: str
) -> None:
    one, two = processes
    async with console(two.url) as anna, Line(one.url, "/visitor") as jean:
        await jean.open({"site": "shop", "locale": "fr"})
        started = await start_chat(jean)
        offer = await heard(anna, "offer")
        assert offer["contact"]["name"] == "Jean Martin"
        accepted = await anna.call("offer.accept", offer=offer["offer"])
        assert accepted["outcome"] == "accepted"
        await heard(jean, "chat", state="active")
        conversation = accepted["chat"]["conversation"]
        await anna.call("message.send", conversation=conversation, client_id="a1", text="Bonjour")
        assert (await heard(jean, "message", **{"from": "agent"}))["text"] == "Bonjour"
        await jean.call("message.send", client_id="v1", text="Merci")
        assert (await heard(anna, "message", **{"from": "visitor"}))["text"] == "Merci"

        # the visitor's node dies: they come back on the other one, in the same chat
        await one.kill()
        async with Line(two.url, "/visitor") as again:
            await again.open({"site": "shop", "locale": "fr", "token": started["token"]})
            resumed = await again.call("chat.resume")
            assert resumed["chat"]["interaction"] == started["chat"]["interaction"]
            said = [message["text"] for message in resumed["messages"]]
            assert [text for text in said if text != "agent_joined"] == ["Allô", "Bonjour", "Merci"]
            interaction = accepted["chat"]["interaction"]
            await anna.call("interaction.finish", interaction=interaction)
            await heard(again, "chat", state="ended")

            # and what the dead node may have done last is done by the other
            history = History(await open_database(postgres_url))

            async def recorded() -> Any:
                past = await history.interaction(InteractionId(interaction))
                return past if past is not None and past.outcome else None

            assert (await eventually(recorded)).outcome == "handled"
            await history._database.close()
            await anna.call("wrap_up.end", interaction=interaction)
            await start_chat(again)
            assert (await heard(anna, "offer"))["preview"] == "Allô"

"""A node from its configuration: one chat through every real part, restarts, faults, stops."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from acd import app as composition
from acd.app import FrontEndMissing, Node, running_node
from acd.cli.main import app as cli
from acd.config import Config
from acd.demo.client import Gone, Line
from acd.domain.ids import InteractionId, new_id
from acd.embedded.redis import EmbeddedRedis
from acd.web.listener import PortTaken
from tests.integration.nodes import PASSWORD, TEXT, configured, node_of


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("ANNA_PASSWORD", PASSWORD)
    return configured(tmp_path)


async def sign_in(node: Node, email: str) -> tuple[str, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{node.url}/api/v1/session",
            json={"email": email, "password": PASSWORD},
        ) as response,
    ):
        assert response.status == 200, await response.text()
        return response.cookies["acd_session"].value, (await response.json())["csrf"]


@asynccontextmanager
async def console(node: Node, email: str = "anna@example.com") -> AsyncIterator[Line]:
    """An open console, available for chats."""
    cookie, csrf = await sign_in(node, email)
    async with Line(node.url, "/agent") as line:
        await line.open({"csrf": csrf}, {"Cookie": f"acd_session={cookie}"})
        await line.call("console.open")
        await line.call("presence.set", channel=None, availability="available", reason="")
        yield line


@asynccontextmanager
async def visitor(node: Node) -> AsyncIterator[Line]:
    async with Line(node.url, "/visitor") as line:
        yield await line.open({"site": "shop", "locale": "fr"})


async def start_chat(line: Line, text: str = "Bonjour !") -> dict[str, Any]:
    return await line.call(
        "chat.start", client_id=new_id("c"), department="support", name="Jean Martin", text=text
    )


async def heard(line: Line, wanted: str, **fields: Any) -> dict[str, Any]:
    """The next event of that name whose payload has these fields."""
    async with asyncio.timeout(10):
        while True:
            event, data = await line.next_event()
            if event == wanted and all(data.get(key) == value for key, value in fields.items()):
                return data


async def eventually(check: Callable[[], Any], within_s: float = 10) -> Any:
    async with asyncio.timeout(within_s):
        while not (found := await check()):  # noqa: ASYNC110 - there is no event for a state
            await asyncio.sleep(0.05)
        return found


async def test_one_chat_through_every_part(config: Config) -> None:
    async with node_of(config) as node, console(node) as anna, visitor(node) as jean:
        started = await start_chat(jean)
        assert [message["text"] for message in started["messages"]] == ["Bonjour !"]

        offer = await heard(anna, "offer")
        assert offer["contact"]["name"] == "Jean Martin"
        assert offer["preview"] == "Bonjour !"
        assert offer["department"] == {"id": "support", "name": "Support"}
        assert offer["deadline_ms"] > offer["now"]
        await anna.call("offer.delivered", offer=offer["offer"])
        accepted = await anna.call("offer.accept", offer=offer["offer"])
        assert accepted["outcome"] == "accepted"
        state = await heard(jean, "chat", state="active")
        assert state["agent"] == {"name": "Anna Novak"}

        conversation = accepted["chat"]["conversation"]
        await anna.call(
            "message.send", conversation=conversation, client_id="a1", text="Bonjour Jean"
        )
        assert (await heard(jean, "message", **{"from": "agent"}))["text"] == "Bonjour Jean"
        await jean.call("message.send", client_id="v1", text="Où est ma commande ?")
        question = await heard(anna, "message", **{"from": "visitor"})
        assert question["text"] == "Où est ma commande ?"

        async with visitor(node) as lina:
            waiting = (await start_chat(lina, "Moi aussi"))["chat"]
            assert (waiting["state"], waiting["position"]) == ("waiting", 1)
            interaction = accepted["chat"]["interaction"]
            await anna.call("interaction.finish", interaction=interaction)
            await heard(jean, "chat", state="ended")
            await anna.call("wrap_up.end", interaction=interaction)
            assert (await heard(anna, "offer"))["preview"] == "Moi aussi"

            async def recorded() -> Any:
                found = await node.services.history.interaction(InteractionId(interaction))
                return found if found is not None and found.outcome else None

            assert (await eventually(recorded)).outcome == "handled"
        assert await node.services.router.check() == []


async def test_a_restart_keeps_who_waits_with_their_age(config: Config) -> None:
    async with node_of(config) as node, visitor(node) as jean:
        started = await start_chat(jean)
        interaction = InteractionId(started["chat"]["interaction"])
        before = await node.services.router.interaction(interaction)
        assert before is not None
    async with node_of(config) as node:
        after = await node.services.router.interaction(interaction)
        assert after is not None
        assert after.enqueued_ms == before.enqueued_ms
        async with console(node) as anna:
            assert (await heard(anna, "offer"))["interaction"] == interaction


async def test_redis_gone_and_back(config: Config, tmp_path: Path) -> None:
    store = EmbeddedRedis(tmp_path / "redis")
    await store.start()
    config = configured(tmp_path, ACD_REDIS__URL=store.url)
    try:
        async with node_of(config) as node, console(node) as anna, aiohttp.ClientSession() as http:

            async def ready(status: int) -> bool:
                async with http.get(f"{node.url}/readyz") as response:
                    return response.status == status

            assert await ready(200)
            await store.stop()
            await eventually(lambda: ready(503))
            assert (await heard(anna, "service"))["ok"] is False
            async with http.get(f"{node.url}/healthz") as response:
                assert response.status == 200
            await store.start()
            await eventually(lambda: ready(200))
            await heard(anna, "service", ok=True)
            async with visitor(node) as jean:
                await start_chat(jean)
                assert await heard(anna, "offer")
    finally:
        await store.stop()


async def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = configured(tmp_path, ACD_SERVER__PORT=str(port))
        with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 is taken"):
            async with node_of(config):
                pass
    assert not (tmp_path / "data").exists()


async def test_missing_pages_are_told(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "FRONT_END", tmp_path / "build.json")
    with pytest.raises(FrontEndMissing, match="make static"):
        async with running_node(config):
            pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
async def test_the_command_serves_until_told_to_stop(
    tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "config.toml").write_text(TEXT)
    env = {
        **os.environ,
        "ACD_CONFIG": str(tmp_path / "config.toml"),
        "ACD_SERVER__DATA_DIR": str(tmp_path / "data"),
        "ANNA_PASSWORD": PASSWORD,
        "ACD_SERVER__LOG_FORMAT": "json",
        "NOTIFY_SOCKET": str(tmp_path / "manager"),
    }
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(env["NOTIFY_SOCKET"])
    manager.setblocking(False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "acd", "serve", env=env, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(20):
            said = b""
            while b'"serving"' not in said:
                said = await process.stderr.readline()
                assert said, "it ended before it served"
            told = [await asyncio.get_running_loop().sock_recv(manager, 100)]
            process.send_signal(number)
            assert await process.wait() == 0
            told.append(manager.recv(100))
            rest = await process.stderr.read()
        assert told == [b"READY=1", b"STOPPING=1"]
        assert b"Traceback" not in rest, rest.decode()
        assert not (tmp_path / "data" / "running.json").exists()
    finally:
        manager.close()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_an_agent_added_while_a_node_runs_is_rung_at_once(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(TEXT)
    monkeypatch.setenv("ACD_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("ACD_SERVER__DATA_DIR", str(config.server.data_dir))
    words = "agents add claire --name Claire --email claire@example.com --department support:1"
    async with node_of(config) as node:
        result = await asyncio.to_thread(
            CliRunner().invoke, cli, [*words.split(), "--password-file", "-"], input=PASSWORD
        )
        assert result.exit_code == 0, result.output
        async with console(node, "claire@example.com") as claire, visitor(node) as jean:
            await start_chat(jean)
            assert (await heard(claire, "offer"))["contact"]["name"] == "Jean Martin"


async def test_signing_out_closes_the_console(config: Config) -> None:
    async with node_of(config) as node:
        cookie, csrf = await sign_in(node, "anna@example.com")
        headers = {"Cookie": f"acd_session={cookie}"}
        async with Line(node.url, "/agent") as anna, aiohttp.ClientSession() as http:
            await anna.open({"csrf": csrf}, headers)
            await anna.call("console.open")
            headers["X-CSRF-Token"] = csrf
            async with http.delete(f"{node.url}/api/v1/session", headers=headers) as response:
                assert response.status == 204
            with pytest.raises(Gone):
                await heard(anna, "never")

"""What goes away and comes back: pages, connections, nodes, Redis, the database."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from acd.chat.sessions import ChatPhase, Live
from acd.domain.errors import StoreUnavailable
from acd.domain.ids import AgentId, InteractionId
from acd.embedded.orphans import dies_with_parent
from acd.embedded.program import find_server
from acd.realtime import answering, relay
from tests.integration.realtime.clients import new_start, until
from tests.integration.realtime.nodes import Nodes, running_node
from tests.integration.realtime.test_messages import talking


class OwnRedis:
    """A Valkey that a test may stop and start; it keeps its state in a file."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "redis.sock"
        self.url = f"unix://{self.address}"
        self._command = [
            find_server(), "--port", "0", "--unixsocket", self.address, "--dir", folder,
            "--appendonly", "yes", "--save", "", "--loglevel", "warning",
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
            start_new_session=True,
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.address))
                probe.sendall(b"PING\r\n")
                if probe.recv(16).startswith(b"+PONG"):
                    return
            time.sleep(0.01)
        pytest.fail("Valkey does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    with tempfile.TemporaryDirectory(prefix="acd-redis-") as folder:
        server = OwnRedis(Path(folder))
        server.start()
        yield server
        server.stop()


async def test_redis_goes_and_comes_back(own_redis: OwnRedis, tenant: str, sqlite_url: str) -> None:
    async with running_node(own_redis.url, tenant, sqlite_url) as node:
        jean, anna, chat, token = await talking(node)
        conversation = chat["conversation"]
        await asyncio.to_thread(own_redis.stop)
        gone = {"ok": False, "code": "store_unavailable"}
        assert await jean.hears("service", ok=False, within_s=10) == gone
        assert await anna.hears("service", ok=False) == gone

        # what is written is kept, and on this node even delivered
        sent = await jean.done("message.send", {"client_id": "1", "text": "still here"})
        assert (await anna.hears("message", text="still here")) == sent["message"]
        say = {"conversation": conversation, "client_id": "2", "text": "me too"}
        await anna.done("message.send", say)
        await jean.hears("message", text="me too")
        # what needs live state says so, and may be tried again
        answer = await anna.call("interaction.finish", {"interaction": chat["interaction"]})
        assert answer["error"]["code"] == "store_unavailable"
        assert answer["error"]["retryable"] is True
        late = await node.visitor(token)
        assert await late.hears("service", ok=False) == gone
        stranger = await node.visitor()
        started = await stranger.done("chat.start", new_start(name="Lina", text="anybody?"))
        assert started["chat"]["state"] == "starting"

        await asyncio.to_thread(own_redis.start)
        assert await jean.hears("service", ok=True, within_s=10) == {"ok": True}
        await anna.hears("resync")
        opened = await anna.done("console.open")
        assert [c["interaction"] for c in opened["chats"]] == [chat["interaction"]]
        assert opened["chats"][0]["last_seq"] == sent["message"]["seq"] + 1
        assert opened["presence"]["channels"]["chat"]["availability"] == "available"
        await anna.done("interaction.finish", {"interaction": chat["interaction"]})
        await jean.hears("chat", state="ended")
        await late.hears("chat", state="ended")


async def test_who_cannot_be_answered_since_redis_is_away_listens_no_longer(
    own_redis: OwnRedis, tenant: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "ANSWER_S", 0)
    async with running_node(own_redis.url, tenant, sqlite_url) as node:
        delivery = node.realtime.relay.delivery
        await asyncio.to_thread(own_redis.stop)
        answer = answering.Answer(delivery, "agent:anna", "c1")
        with pytest.raises(StoreUnavailable):
            await answer.__aenter__()
        delivery.publish("agent:anna", {"command": "c1"})
        assert not await answer.comes()
        await asyncio.to_thread(own_redis.start)


async def test_work_that_began_anew_hears_of_redis_once(nodes: Nodes) -> None:
    ours = (await nodes()).realtime.relay
    before = list(ours.router.link._handlers)
    again = asyncio.create_task(ours.run())

    async def hears() -> bool:
        return len(ours.router.link._handlers) > len(before)

    await until(hears)
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)
    assert ours.router.link._handlers == before


async def test_a_visitor_who_reloads_is_not_two(nodes: Nodes) -> None:
    node = await nodes()
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start())
    interaction, token = started["chat"]["interaction"], started["token"]
    await jean.leave()
    back = await node.visitor(token)
    resumed = await back.done("chat.resume", {"after_seq": 0})
    assert resumed["chat"]["interaction"] == interaction
    assert resumed["chat"]["position"] == 1
    await asyncio.sleep(0.6)
    snapshot = await node.router.interaction(interaction)
    assert snapshot is not None
    assert (snapshot.state.value, snapshot.contact_lost) == ("waiting", False)
    queue = await node.router.queue(snapshot.queue)
    assert queue.waiting == 1


async def test_a_visitor_who_is_gone_is_parked_and_comes_back_to_the_place(nodes: Nodes) -> None:
    node = await nodes()
    jean, lina = await node.visitor(), await node.visitor()
    started = await jean.done("chat.start", new_start())
    await lina.done("chat.start", new_start(name="Lina"))
    interaction = started["chat"]["interaction"]
    await jean.vanish()

    async def parked() -> bool:
        snapshot = await node.router.interaction(interaction)
        return snapshot is not None and snapshot.state.value == "parked"

    await until(parked)
    await lina.hears("chat", position=1)
    back = await node.visitor(started["token"])
    resumed = await back.done("chat.resume", {"after_seq": 0})
    assert (resumed["chat"]["state"], resumed["chat"]["position"]) == ("waiting", 1)
    await lina.hears("chat", position=2, after=len(lina.heard) - 1)


async def test_a_visitor_with_a_tab_on_another_node_is_not_lost(nodes: Nodes) -> None:
    here, there = await nodes(), await nodes()
    jean = await here.visitor()
    started = await jean.done("chat.start", new_start())
    tab = await there.visitor(started["token"])
    await tab.done("chat.resume", {"after_seq": 0})
    await jean.leave()
    await asyncio.sleep(0.8)
    snapshot = await there.router.interaction(started["chat"]["interaction"])
    assert snapshot is not None
    assert (snapshot.state.value, snapshot.contact_lost) == ("waiting", False)


async def test_a_closed_laptop_loses_its_lease(nodes: Nodes) -> None:
    node = await nodes(lease_s=1, grace_s=1, ring_time_s=60)
    anna = await node.console("anna")
    jean = await node.visitor()
    interaction = (await jean.done("chat.start", new_start()))["chat"]["interaction"]
    ring = await anna.hears("offer", interaction=interaction)
    await anna.done("offer.delivered", {"offer": ring["offer"]})
    bruno = await node.console("bruno")
    await anna.vanish()
    await bruno.hears("offer", interaction=interaction, within_s=8)


async def test_a_node_restarts_within_the_lease_and_nobody_notices(
    redis_url: str, tenant: str, sqlite_url: str
) -> None:
    async with running_node(redis_url, tenant, sqlite_url) as node:
        jean, anna, chat, token = await talking(node)
        await node.realtime.stop()
        await asyncio.wait_for(asyncio.gather(jean.gone.wait(), anna.gone.wait()), 5)
    async with running_node(redis_url, tenant, sqlite_url) as node:
        snapshot = await node.router.agent(AgentId("anna"))
        assert snapshot is not None
        assert snapshot.grace_until_ms is None
        assert snapshot.channels["chat"].availability == "available"  # type: ignore[index]
        anna = await node.agent("anna")
        opened = await anna.done("console.open")
        assert [c["interaction"] for c in opened["chats"]] == [chat["interaction"]]
        jean = await node.visitor(token)
        resumed = await jean.done("chat.resume", {"after_seq": 0})
        assert resumed["chat"]["state"] == "active"
        await jean.done("message.send", {"client_id": "1", "text": "hello again"})
        await anna.hears("message", text="hello again")


async def test_the_database_away_refuses_messages_for_a_while(nodes: Nodes) -> None:
    node = await nodes()
    jean, _, _, _ = await talking(node)
    database = node.conversations._database
    await database.close()
    answer = await jean.call("message.send", {"client_id": "1", "text": "lost?"})
    assert answer["error"]["code"] == "store_unavailable"
    assert answer["error"]["retryable"] is True


class Ear:
    """Knows when something was said."""

    def __init__(self) -> None:
        self.told = asyncio.Event()

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        del address, payload
        self.told.set()

    def missed(self, address: str) -> None:
        del address


async def test_what_happens_while_a_chat_is_read_is_read_again(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "TICK_S", 3600)  # it would read the chat too
    node = await nodes()
    jean, anna = await node.visitor(), await node.console("anna")
    chat = (await jean.done("chat.start", new_start()))["chat"]
    ring = await anna.hears("offer", interaction=chat["interaction"])
    (visit,) = node.realtime.relay.visits.values()
    chats, ear = node.realtime.relay.chat, Ear()
    await node.realtime.relay.delivery.listen(visit.address, ear)  # behind the visit
    read = chats.live

    async def accepted_meanwhile(interaction: InteractionId, *, since_ms: int) -> Live:
        found = await read(interaction, since_ms=since_ms)
        if found.phase is ChatPhase.RINGING:
            ear.told.clear()
            accept = asyncio.create_task(anna.done("offer.accept", {"offer": ring["offer"]}))
            await ear.told.wait()
            del accept
        return found

    monkeypatch.setattr(chats, "live", accepted_meanwhile)
    visit.refresh_soon()
    await jean.hears("chat", state="active")

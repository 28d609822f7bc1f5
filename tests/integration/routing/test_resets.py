"""Connections to Redis that are reset, and replies that cannot be read: the node goes on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from acd.domain.errors import StoreUnavailable
from acd.domain.ids import QueueId
from acd.routing import keys
from acd.routing.outbox import SENDERS
from acd.routing.router import Router
from acd.routing.wire import Wire, packed

QUEUE = QueueId("support/chat")
NOT_UTF_8 = b"\xff"


class Between:
    """What stands between a node and Redis, and may reset every connection at once."""

    def __init__(self, redis_url: str) -> None:
        self._path = redis_url.removeprefix("unix://")
        self._accepted: list[asyncio.StreamWriter] = []
        self._carrying: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}"

    @contextlib.asynccontextmanager
    async def standing(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for writer in self._accepted:
                writer.transport.abort()
            await asyncio.gather(*self._carrying, return_exceptions=True)

    async def reset(self) -> None:
        """Reset every connection; the node has heard of it when this returns."""
        for writer in self._accepted:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        self._accepted.clear()
        await asyncio.sleep(0.05)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted.append(writer)
        opened = await asyncio.open_unix_connection(self._path)
        ways = ((reader, opened[1]), (opened[0], writer))
        tasks = [asyncio.create_task(_pour(*way)) for way in ways]
        self._carrying.update(tasks)
        await asyncio.gather(*tasks)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
    writer.close()


async def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def _goes_on(router: Router) -> None:
    """Every sender is there, and what is published is heard."""
    async with asyncio.timeout(5):
        await asyncio.gather(*(router.queue(QUEUE) for _ in range(2 * SENDERS)))
        for _ in range(SENDERS):
            await router.addresses().publish_many([("agent:anna", {"type": "x"})])


async def _verbs_and_publications(redis_url: str, tenant: str) -> None:
    between = Between(redis_url)
    async with between.standing():
        router = await Router.open(between.url, tenant)
        try:
            for _ in range(SENDERS):  # each of them is hit
                await _goes_on(router)
                await between.reset()
                with pytest.raises(StoreUnavailable):
                    async with asyncio.timeout(5):
                        await router.queue(QUEUE)
                await _until(lambda: router.link.available)
            await _goes_on(router)
        finally:
            await router.close()


async def _a_write(redis_url: str, _tenant: str) -> None:
    between = Between(redis_url)
    async with between.standing(), Redis.from_url(between.url) as client:
        wire = Wire(client)
        await wire.connect()
        await between.reset()
        wire.write(packed("PING"))
        with pytest.raises((OSError, RedisConnectionError)):
            await wire.hear()
        await wire.disconnect(at_once=True)


@pytest.mark.skipif(sys.platform == "win32", reason="no uvloop there")
@pytest.mark.parametrize("proof", [_verbs_and_publications, _a_write])
def test_a_reset_while_nothing_is_asked_silences_nothing(
    redis_url: str, tenant: str, proof: Callable[[str, str], Coroutine[None, None, None]]
) -> None:
    import uvloop  # noqa: PLC0415 - there is none on Windows

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as `acd serve` runs
        runner.run(proof(redis_url, tenant))


async def test_a_reply_that_cannot_be_read_fails_its_exchange_alone(router: Router) -> None:
    prefix = keys.prefix(router.tenant)
    await router.link.client.set(f"{prefix}unreadable", NOT_UTF_8)
    loop = asyncio.get_running_loop()
    for _ in range(SENDERS):
        read: asyncio.Future[str] = loop.create_future()
        router.link.send([("get", (prefix,), packed("GET", f"{prefix}unreadable"), read)])
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(read, 5)
    assert router.link.available
    await _goes_on(router)


async def test_a_publication_that_cannot_be_read_does_not_make_the_node_deaf(
    router: Router,
) -> None:
    addresses = router.addresses()
    heard: list[str] = []
    again: list[list[str]] = []
    addresses.on_message(lambda _, payload: heard.append(payload["type"]))
    addresses.on_reconnect(again.append)
    await addresses.subscribe("agent:anna")
    said = keys.channel(router.tenant, "agent:anna")
    await router.link.client.execute_command("SPUBLISH", said, NOT_UTF_8)  # type: ignore[no-untyped-call]
    await _until(lambda: again)
    await addresses.publish_many([("agent:anna", {"type": "x"})])
    await _until(lambda: heard)
    assert again == [["agent:anna"]]

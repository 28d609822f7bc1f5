"""Redis gone under a running node: the API says so, and what SQL alone knows goes on."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from acd.embedded.orphans import dies_with_parent
from acd.embedded.program import find_server
from tests.integration.web.asking import problem
from tests.integration.web.conftest import Node, Start
from tests.integration.web.test_rest import CONTACTS, chat, eventually, lina


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server of this test's own, to be ended."""
    address = tmp_path / "own.sock"
    process = subprocess.Popen(
        [find_server(), "--port", "0", "--unixsocket", address, "--save", ""],
        stdout=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
    )
    deadline = time.monotonic() + 10
    while not address.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield process
    process.kill()
    process.wait(10)


async def test_redis_ends(start: Start, own_redis: subprocess.Popen[bytes], tmp_path: Path) -> None:
    node: Node = await start(redis={"url": f"unix://{tmp_path / 'own.sock'}"})
    contact = await lina(node)
    own_redis.kill()
    own_redis.wait()

    async def figures() -> int:
        return (await node.program.get("/api/v1/queues")).status

    await eventually(figures, lambda status: status == 503)
    answer = await node.program.get("/api/v1/queues")
    told = await problem(answer, 503, "store_unavailable")
    assert told["retryable"] is True
    assert answer.headers["Retry-After"]
    # What SQL alone knows is told, and a sign-in that cannot be counted is not let through.
    assert (await node.program.get(f"{CONTACTS}/{contact}")).status == 200
    sign_in = {"email": "anna@example.com", "password": "x"}
    refused = await node.stranger.post("/api/v1/session", json=sign_in)
    await problem(refused, 503, "store_unavailable")
    ready = await node.stranger.get("/readyz")
    assert ready.status == 503
    assert (await ready.json())["stores"]["redis"] == {"ok": False, "reason": "store_unavailable"}
    scrape = await (await node.stranger.get("/metrics")).text()
    assert 'acd_store_up{store="redis"} 0.0' in scrape
    assert 'acd_store_up{store="database"} 1.0' in scrape
    assert "acd_queue_waiting{" not in scrape
    # A chat is stored and enters its line later; the program is told to ask again.
    opened = await node.program.post("/api/v1/interactions", json=chat(contact))
    await problem(opened, 503, "store_unavailable")

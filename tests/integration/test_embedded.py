"""The private Valkey: it answers, keeps, comes back, goes with its parent, and is alone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from acd.embedded.data import DataFromAnotherServer, DataInUse
from acd.embedded.program import EmbeddedServerFailed, Server, find_server
from acd.embedded.redis import Crash, EmbeddedRedis

# A process as `acd serve` is one: says its child's pid, then lives until it is told to stop.
SERVE = """
import asyncio, sys
from pathlib import Path
from acd.embedded.redis import EmbeddedRedis

async def main():
    async with EmbeddedRedis(Path(sys.argv[1])) as server:
        print(server.pid, flush=True)
        await asyncio.sleep(60)

{run}(main())
"""
LOOPS = {"asyncio": "asyncio.run", "uvloop": "__import__('uvloop').run"}


async def ask(server: EmbeddedRedis, *command: str) -> object:
    async with Redis.from_url(server.url, protocol=2, decode_responses=True) as client:
        return await client.execute_command(*command)


async def eventually(condition: Callable[[], bool], *, within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - a process outside has no event to wait for
            await asyncio.sleep(0.01)


async def lose_child(server: EmbeddedRedis) -> None:
    """Kills it, and waits until another has taken its place."""
    first = server.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: server.pid not in {None, first})


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def parent(folder: Path, loop: str) -> tuple[subprocess.Popen[str], int]:
    program = SERVE.format(run=LOOPS[loop])
    process = subprocess.Popen(
        [sys.executable, "-c", program, folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


async def test_it_answers_on_a_socket_only_its_owner_may_open(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path / "redis") as server:
        assert await ask(server, "PING") is True
        assert server.url.startswith("unix:///")
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "redis").stat().st_mode & 0o777 == 0o700
        assert await ask(server, "CONFIG", "GET", "port") == ["port", "0"]
        policy = await ask(server, "CONFIG", "GET", "maxmemory-policy")
        assert policy == ["maxmemory-policy", "noeviction"]
    assert server.pid is None


async def test_a_restart_keeps_the_data(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    for expected in (1, 2, 3):
        await server.start()
        assert await ask(server, "INCR", "starts") == expected
        await server.stop()


async def test_without_persistence_nothing_is_kept(tmp_path: Path) -> None:
    for _ in range(2):
        async with EmbeddedRedis(tmp_path, persist=False) as server:
            assert await ask(server, "INCR", "starts") == 1


async def test_a_killed_child_comes_back_with_its_data_and_is_reported(tmp_path: Path) -> None:
    crashes: list[Crash] = []
    async with EmbeddedRedis(tmp_path, on_crash=crashes.append) as server:
        await ask(server, "SET", "kept", "yes")
        for round_ in (1, 2):
            await lose_child(server)
            await eventually(server.socket.exists)
            async with Redis.from_url(
                server.url, protocol=2, decode_responses=True,
                retry=Retry(ConstantBackoff(0.05), 200),  # it may be loading its data
                retry_on_error=[RedisConnectionError],
            ) as client:  # fmt: skip
                assert await client.get("kept") == "yes"
            assert len(crashes) == round_
    assert [crash.exit_code for crash in crashes] == [-signal.SIGKILL, -signal.SIGKILL]
    assert crashes[0].restart_in_s < crashes[1].restart_in_s


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
@pytest.mark.parametrize("loop", LOOPS)
async def test_a_killed_parent_takes_its_child_along(tmp_path: Path, loop: str) -> None:
    process, child = parent(tmp_path, loop)
    with process:
        process.kill()
    await eventually(lambda: not is_running(child))
    async with EmbeddedRedis(tmp_path) as server:
        assert await ask(server, "PING") is True


@pytest.mark.parametrize("loop", LOOPS)
async def test_ctrl_c_ends_both_in_order(tmp_path: Path, loop: str) -> None:
    process, child = parent(tmp_path, loop)
    with process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
        _, errors = process.communicate(timeout=15)
    assert "KeyboardInterrupt" in errors
    assert "embedded redis ended" not in errors
    assert not is_running(child)
    said = (tmp_path / "redis.log").read_text()
    assert "Received SIGTERM" in said
    assert "ready to exit" in said


async def test_a_second_server_on_the_same_data_is_refused_at_once(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        since = time.monotonic()
        with pytest.raises(DataInUse, match=str(os.getpid())):
            await EmbeddedRedis(tmp_path).start()
        assert time.monotonic() - since < 1
        assert await ask(server, "PING") is True
    async with EmbeddedRedis(tmp_path):
        pass  # and is welcome when the first has gone


async def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    async with EmbeddedRedis(deep) as server:
        assert await ask(server, "PING") is True
        assert not server.socket.is_relative_to(tmp_path)
        elsewhere = server.socket.parent
    assert not elsewhere.exists()


async def test_data_of_a_newer_server_are_not_touched(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        await ask(server, "SET", "kept", "yes")
    note = tmp_path / "written-by.json"
    written = json.loads(note.read_text())
    assert written["name"] in find_server().name
    note.write_text(json.dumps({**written, "version": [99, 0]}))
    with pytest.raises(DataFromAnotherServer, match=r"99\.0"):
        await EmbeddedRedis(tmp_path).start()
    note.write_text(json.dumps(written))
    async with EmbeddedRedis(tmp_path) as server:
        assert await ask(server, "GET", "kept") == "yes"


@pytest.mark.parametrize(
    ("reader", "writer", "reads"),
    [
        (("valkey", (9, 1)), ("valkey", (9, 1)), True),
        (("valkey", (9, 1)), ("valkey", (8, 0)), True),
        (("valkey", (8, 0)), ("valkey", (9, 1)), False),
        (("valkey", (8, 0)), ("redis", (7, 2)), True),
        (("valkey", (9, 1)), ("redis", (8, 0)), False),
        (("redis", (7, 0)), ("valkey", (8, 0)), False),
    ],
    ids=str,
)
def test_data_move_forward_only(
    reader: tuple[str, tuple[int, int]], writer: tuple[str, tuple[int, int]], reads: bool
) -> None:
    one, other = (Server(name=name, version=version) for name, version in (reader, writer))
    assert one.reads_data_of(other) is reads


async def test_a_program_that_is_no_server_says_so(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerFailed, match="--version says"):
        await EmbeddedRedis(tmp_path, binary=Path("/bin/echo")).start()


async def test_unreadable_data_name_the_servers_own_words(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        await ask(server, "SET", "kept", "yes")
    (manifest,) = (tmp_path / "appendonlydir").glob("*.manifest")
    manifest.write_text("nonsense\n")
    with pytest.raises(EmbeddedServerFailed, match="manifest"):
        await EmbeddedRedis(tmp_path).start()

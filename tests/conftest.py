"""What every test may ask for: a real Valkey, a tenant of its own, a real PostgreSQL, a peer.

Nothing here stands in for the real thing. Servers are private to the session, listen on unix
sockets in temporary directories, and end with it, even if pytest is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from acd.embedded import dies_with_parent, find_server

# peer: where it may be found
PEERS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "rtpengine": ("rtpengine",),
    "sipp": ("sipp",),
    "postgresql": ("/usr/lib/postgresql/*/bin/initdb",),
    "kamailio": ("kamailio", "/usr/sbin/kamailio"),
}


def find_peer(name: str) -> Path | None:
    for place in PEERS[name]:
        if place.startswith("/"):
            if found := sorted(Path("/").glob(place[1:])):
                return found[-1]
        elif program := shutil.which(place):
            return Path(program)
    return None


@pytest.fixture(scope="session")
def peer() -> Callable[[str], Path]:
    """`peer("chromium")` is its path; a missing peer skips on a laptop and fails in CI."""

    def ask(name: str) -> Path:
        if found := find_peer(name):
            return found
        message = f"{name} is not installed; `make peers` installs it on Debian, as root"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)

    return ask


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """One Valkey for the session, nothing on disk. `tenant` keeps tests apart, never FLUSHALL."""
    with tempfile.TemporaryDirectory(prefix="acd-redis-") as folder:
        address = Path(folder, "redis.sock")
        options = f"--port 0 --unixsocketperm 700 --appendonly no --dir {folder} --loglevel warning"
        process = subprocess.Popen(
            [find_server(), "--unixsocket", address, "--save", "", *options.split()],
            stdin=subprocess.DEVNULL,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
            start_new_session=True,
        )
        with ended(process):
            deadline = time.monotonic() + 10
            while not _answers(address):
                assert process.poll() is None, "the server for the tests ended at once"
                assert time.monotonic() < deadline, "the server for the tests does not answer"
                time.sleep(0.01)
            yield f"unix://{address}"


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(address))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@pytest.fixture
def tenant() -> str:
    """A name nobody used before: its keys are `acd:{tenant}:…`."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def postgres_cluster(peer: Callable[[str], Path]) -> Iterator[Path]:
    """The directory of a private PostgreSQL's socket. PostgreSQL refuses to run as root."""
    programs = peer("postgresql").parent
    user = (
        next((u for u in ("postgres", "nobody") if _exists(u)), None) if os.getuid() == 0 else None
    )
    folder = Path(tempfile.mkdtemp(prefix="acd-pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", "acd", "-A", "trust", "-E", "UTF8",
             "--no-sync", "--locale", "C.UTF-8"],
            cwd=folder, user=user, check=True, capture_output=True,
        )  # fmt: skip
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=",
             "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=32MB"],
            cwd=folder, user=user, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
        )  # fmt: skip
        with ended(process):
            asked = f"-q -U acd -d postgres -h {folder}".split()
            ready = [str(programs / "pg_isready"), *asked]
            deadline = time.monotonic() + 20
            while subprocess.run(ready, check=False).returncode:
                assert process.poll() is None, "PostgreSQL for the tests ended at once"
                assert time.monotonic() < deadline, "PostgreSQL for the tests does not answer"
                time.sleep(0.05)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exists(user: str) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(user))
    return False


@pytest.fixture
def postgres_url(postgres_cluster: Path, peer: Callable[[str], Path]) -> str:
    """An empty database in the session's PostgreSQL, as SQLAlchemy's asyncpg dialect names it."""
    name = f"t{uuid.uuid4().hex[:12]}"
    createdb = peer("postgresql").with_name("createdb")
    subprocess.run([createdb, "-h", postgres_cluster, "-U", "acd", name], check=True)
    return f"postgresql+asyncpg://acd@/{name}?host={postgres_cluster}"


@pytest.fixture
async def no_leaked_tasks() -> AsyncIterator[None]:
    """Every background task has an owner who ends it: whoever leaves one behind fails."""
    before = asyncio.all_tasks()
    yield
    deadline = time.monotonic() + 0.25  # a closed transport says goodbye in the next few ticks
    while leaked := asyncio.all_tasks() - before - {asyncio.current_task()}:
        if time.monotonic() > deadline:
            pytest.fail(f"tasks left running: {sorted(task.get_name() for task in leaked)}")
        await asyncio.sleep(0.01)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every async test is watched; what is first in the list is torn down after all else.

    Browsers come last: from the first one on, Playwright's own loop occupies this thread, and no
    other loop can run in it.
    """
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            item.fixturenames.insert(0, "no_leaked_tasks")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

"""What every test may ask for: a real Valkey, a tenant of its own, a real PostgreSQL, a peer.

Nothing here stands in for the real thing. Servers are private to the session, listen on unix
sockets in temporary directories, and end with it, even if pytest is killed.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from acd.embedded.orphans import dies_with_parent
from acd.embedded.program import find_server
from tests.peers.rtpengine import Rtpengine
from tests.postgres import Postgres, make_tables
from tests.processes import ended
from tests.spread import InOrder

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


@pytest.fixture(scope="session")
def rtpengine(
    peer: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rtpengine]:
    """One for the session; each test leaves it empty."""
    engine = Rtpengine(peer("rtpengine"), tmp_path_factory.mktemp("rtpengine"))
    engine.start()
    yield engine
    engine.kill()


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
def postgres(peer: Callable[[str], Path]) -> Iterator[Postgres]:
    """One PostgreSQL for the session, each test with a database of its own in it."""
    server = Postgres(peer("postgresql").parent)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """A database with its tables and nothing in them."""
    return postgres.with_tables()


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with tables and nothing in them; a copy costs nothing."""
    path = tmp_path_factory.mktemp("tables") / "acd.db"
    asyncio.run(make_tables(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_tables: Path, tmp_path: Path) -> str:
    """A database with its tables and nothing in them: `acd.db` in the test's folder."""
    shutil.copy(sqlite_tables, tmp_path / "acd.db")
    return f"sqlite:///{tmp_path}/acd.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with its tables and nothing in them, of each kind in turn."""
    kind = "sqlite" if request.param == "sqlite" else "postgres"
    return str(request.getfixturevalue(f"{kind}_url"))


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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> InOrder:
    return InOrder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every async test is watched; what is first in the list is torn down after all else.

    Browsers come last: from the first one on, Playwright's own loop occupies this thread, and no
    other loop can run in it.
    """
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            item.fixturenames.insert(0, "no_leaked_tasks")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

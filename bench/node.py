"""A real node in a process of its own, with as many agents as asked, and what it spends."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import subprocess
import sys
import tempfile
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from aiohttp import ClientError, ClientSession, TCPConnector

from acd.embedded import dies_with_parent
from acd.records.accounts import Accounts
from acd.records.directory import Directory
from acd.records.engine import open_database
from acd.routing.router import Router
from bench.client import Socket
from bench.stores import Store, private_valkey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

SETTINGS = """
tenant = "bench"
[server]
port = {port}
data_dir = "{folder}/data"
log_level = "warning"
log_format = "json"
[redis]
url = "{redis}"
[limits]
messages_per_minute = 10000000
agent_messages_per_minute = 10000000
chats_per_minute = 10000000
connects_per_minute = 10000000
requests_per_minute = 10000000
[[sites]]
id = "shop"
name = "Shop"
departments = ["support"]
[[departments]]
id = "support"
name = {{ en = "Support", fr = "Assistance" }}
strategy = "longest_idle"
ring_time_s = 300
"""
AGENT = """
[[agents]]
id = "a{number:06d}"
name = "Agent {number}"
email = "a{number}@example.com"
departments = ["support"]
capacity = {{ total = 1000, chat = {{ weight = 1, max = {chats} }} }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchNode:
    """A serving node, the store behind it, and a client session to reach it."""

    url: str
    store: Store
    router: Router
    client: ClientSession
    accounts: Accounts
    directory: Directory
    process: psutil.Process
    group: asyncio.TaskGroup

    def cpu_s(self) -> float:
        """User and system time the node has spent so far."""
        spent = self.process.cpu_times()
        return float(spent.user + spent.system)

    def resident_kib(self) -> float:
        """Memory of the node that is really there."""
        return float(self.process.memory_info().rss) / 1024

    async def agent(self, number: int) -> Socket:
        """The console of the n-th agent, signed in; it has not opened yet."""
        known = await self.directory.agent(f"a{number:06d}")  # type: ignore[arg-type]
        assert known is not None
        signed_in = await self.accounts.sign_in(known, hours=1)
        socket = await Socket.connect(
            self.client,
            self.url,
            "/agent",
            {"csrf": signed_in.csrf},
            headers={"Cookie": f"acd_session={signed_in.token}", "Origin": self.url},
            group=self.group,
        )
        self.group.create_task(socket.beat())
        return socket

    async def visitor(self) -> Socket:
        """A visitor who has opened the chat and said nothing yet."""
        return await Socket.connect(
            self.client,
            self.url,
            "/visitor",
            {"site": "shop", "locale": "en"},
            headers={"Origin": self.url},
            group=self.group,
        )


@asynccontextmanager
async def running(*, agents: int, chats: int, port: int = 8991) -> AsyncIterator[BenchNode]:
    """Starts Valkey and a node, and ends both."""
    allow_many_sockets()
    with private_valkey(durable=True) as store, tempfile.TemporaryDirectory() as folder:
        people = "".join(AGENT.format(number=n, chats=chats) for n in range(agents))
        settings = SETTINGS.format(port=port, folder=folder, redis=store.url)
        with _serving(Path(folder, "config.toml"), settings + people) as process:
            url = f"http://127.0.0.1:{port}"
            connector = TCPConnector(limit=0)
            async with ClientSession(connector=connector) as client, asyncio.TaskGroup() as group:
                await _ready(client, url, process)
                database = await open_database(f"sqlite:///{folder}/data/acd.db")
                router = await Router.open(store.url, "bench")
                yield BenchNode(
                    url=url,
                    store=store,
                    router=router,
                    client=client,
                    accounts=Accounts(database),
                    directory=Directory(database),
                    process=psutil.Process(process.pid),
                    group=group,
                )
                await router.close()
                await database.close()
                await client.close()


@contextmanager
def _serving(file: Path, config: str) -> Iterator[subprocess.Popen[bytes]]:
    file.write_text(config)
    process = subprocess.Popen(
        [sys.executable, "-m", "acd", "serve", "--config", file],
        stdin=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


async def _ready(client: ClientSession, url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the node ended at once"
        with contextlib.suppress(ClientError):
            async with client.get(f"{url}/readyz") as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.1)
    raise TimeoutError("the node is not ready after a minute")


def allow_many_sockets() -> None:
    """As many open files as the machine lets us have; the node inherits it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

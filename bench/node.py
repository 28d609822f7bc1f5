"""A real node in a process of its own, with as many agents as asked, and what it spends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
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

from acd.embedded.orphans import dies_with_parent
from acd.records.accounts import Accounts, SignedIn
from acd.records.directory import Directory
from acd.records.engine import open_database
from acd.routing.router import Router
from bench.client import Socket
from bench.stores import Store, private_valkey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from acd.records.engine import Database
SETTINGS = """
tenant = "bench"
[server]
port = {port}
data_dir = "{folder}/data"
log_level = "warning"
log_format = "json"
{more}
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
strategy = "{strategy}"
ring_time_s = {ring_time_s}
{calls}
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
    database: Database
    process: psutil.Process
    group: asyncio.TaskGroup
    sockets: list[Socket]
    """All that were opened; they are closed with the node."""

    def cpu_s(self) -> float:
        """User and system time the node has spent so far."""
        spent = self.process.cpu_times()
        return float(spent.user + spent.system)

    def resident_kib(self) -> float:
        """Memory of the node that is really there."""
        return float(self.process.memory_info().rss) / 1024

    async def agent(self, number: int) -> Socket:
        """The console of the n-th agent, signed in; it has not opened yet."""
        pass_ = await sign_in(self.directory, self.accounts, number)
        self.sockets.append(socket := await console(self.url, pass_))
        return socket

    async def visitor(self) -> Socket:
        """A visitor who has opened the chat and said nothing yet."""
        auth = {"site": "shop", "locale": "en"}
        socket = await Socket.connect(self.url, "/visitor", auth, headers={"Origin": self.url})
        self.sockets.append(socket)
        return socket


async def sign_in(directory: Directory, accounts: Accounts, number: int) -> SignedIn:
    """What the n-th agent's browser shows for an hour."""
    known = await directory.agent(f"a{number:06d}")  # type: ignore[arg-type]
    assert known is not None
    return await accounts.sign_in(known, hours=1)


async def console(url: str, signed_in: SignedIn) -> Socket:
    """An agent's console, connected; it has not opened yet.

    Raises:
        OSError: nobody serves there.
        Refused, Gone: the node does not let them in.
    """
    headers = {"Cookie": f"acd_session={signed_in.token}", "Origin": url}
    socket = await Socket.connect(url, "/agent", {"csrf": signed_in.csrf}, headers=headers)
    socket.beat()
    return socket


@asynccontextmanager
async def running(
    *, agents: int, chats: int, port: int = 8991, calls: str = "", telephony: str = ""
) -> AsyncIterator[BenchNode]:
    """Starts Valkey and a node, and ends both.

    Args:
        agents: how many there are, of one department.
        chats: how many each has at a time.
        port: where the node serves.
        calls: the department's table of calls; without it there is no line for them.
        telephony: how calls come, further sections of the configuration.
    """
    allow_many_sockets()
    with private_valkey(durable=True) as store, tempfile.TemporaryDirectory() as folder:
        more = f'[redis]\nurl = "{store.url}"\n{telephony}'
        config = write_config(
            Path(folder), port, agents=agents, chats=chats, more=more, calls=calls
        )
        with _serving(config) as process:
            url = f"http://127.0.0.1:{port}"
            connector = TCPConnector(limit=0)
            async with ClientSession(connector=connector) as client, asyncio.TaskGroup() as group:
                await ready(client, url, process)
                database = await open_database(f"sqlite:///{folder}/data/acd.db")
                router = await Router.open(store.url, "bench")
                gc.collect()
                gc.freeze()  # pauses of this process are not the node's
                node = BenchNode(
                    url=url,
                    store=store,
                    router=router,
                    client=client,
                    accounts=Accounts(database),
                    directory=Directory(database),
                    database=database,
                    process=psutil.Process(process.pid),
                    group=group,
                    sockets=[],
                )
                yield node
                for socket in node.sockets:
                    socket.close()
                await router.close()
                await database.close()
                await client.close()


def write_config(
    folder: Path,
    port: int,
    *,
    agents: int,
    chats: int,
    more: str,
    strategy: str = "longest_idle",
    ring_time_s: int = 300,
    calls: str = "",
) -> Path:
    """A config.toml in that folder, with its data; `more` and `calls` are further sections."""
    settings = SETTINGS.format(
        port=port, folder=folder, more=more, strategy=strategy, ring_time_s=ring_time_s,
        calls=calls,
    )  # fmt: skip
    people = "".join(AGENT.format(number=n, chats=chats) for n in range(agents))
    config = folder / "config.toml"
    config.write_text(settings + people)
    return config


def serve(config: Path) -> subprocess.Popen[bytes]:
    """A node in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "acd", "serve", "--config", config],
        stdin=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
    )


@contextmanager
def _serving(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = serve(config)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


async def ready(client: ClientSession, url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the node serves."""
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

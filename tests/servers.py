"""Redis-compatible servers of a test's own: killed, started again, copied, taken over."""

from __future__ import annotations

import contextlib
import random
import socket
import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from acd.embedded.orphans import dies_with_parent
from acd.embedded.program import find_server

PATIENCE_S = 20
_DICE = random.SystemRandom()  # Hypothesis seeds the other one alike in every process


def free_port() -> int:
    """A port nobody listens on, with room for a cluster's bus 10,000 above it.

    Drawn from those the system gives to nobody by itself, so that it is still free a moment later.
    """
    while True:
        port = _DICE.randrange(11_000, 22_000)
        with socket.socket() as one, socket.socket() as bus, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            bus.bind(("127.0.0.1", port + 10_000))
            return port


class Server:
    """A private Valkey on loopback with an append-only file that holds all it acknowledged."""

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = port or free_port()
        self.options = options
        self.url = f"redis://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers, its data loaded."""
        with (self.folder / "log").open("ab") as out:
            self.process = subprocess.Popen(
                [find_server(), *self._arguments()],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()[-800:]
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _arguments(self) -> list[str]:
        return [
            "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
            "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
            "--repl-diskless-sync-delay", "0", *self.options,
        ]  # fmt: skip

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except RedisError:
            return False

    def client(self) -> Redis:
        """A client of its own; close it."""
        return Redis(port=self.port, decode_responses=True, protocol=2, socket_timeout=5)

    def say(self, *command: str | int) -> object:
        """One command."""
        with self.client() as client:
            return client.execute_command(*command)

    def kill(self) -> None:
        """SIGKILL, whatever it is doing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def write_all(self) -> None:
        """Returns when all it said is in its file, however busy the disk is."""
        with self.client() as client:
            client.set("written", 1)  # what this connection wrote is what it waits for
            assert client.execute_command("WAITAOF", 1, 0, 4000)[0] == 1
            client.delete("written")

    def write_no_more(self) -> None:
        """What follows is not in the file that it starts from, as what a slow disk had not got."""
        self.say("CONFIG", "SET", "appendonly", "no")

    def copies(self, other: Server) -> None:
        """Become the other's replica, and return once its data is here."""
        self.say("REPLICAOF", "127.0.0.1", other.port)
        deadline = time.monotonic() + PATIENCE_S
        while "master_link_status:up" not in self.text_of("replication"):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def text_of(self, section: str) -> str:
        """INFO as it is sent."""
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(f"INFO {section}\r\n".encode())
            text = b""
            while not text.endswith(b"\r\n\r\n") and b"\r\n" not in text[-4:]:
                text += line.recv(65536)
            return text.decode()

    def take_over(self) -> None:
        """Stop copying, as a replica that is promoted."""
        self.say("REPLICAOF", "NO", "ONE")


class Sentinel(Server):
    """Watches a primary and has a replica take its place when it is silent for `silence_ms`."""

    def __init__(self, folder: Path, primary: Server, *, silence_ms: int = 1500) -> None:
        super().__init__(folder)
        self._config = folder / "sentinel.conf"
        self._config.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor acd 127.0.0.1 {primary.port} 2\n"
            f"sentinel down-after-milliseconds acd {silence_ms}\n"
            "sentinel failover-timeout acd 6000\nsentinel parallel-syncs acd 1\n"
        )

    def _arguments(self) -> list[str]:
        return [str(self._config), "--sentinel"]

    def primary_port(self) -> int:
        """Who it says is the primary now."""
        with self.client() as client:
            found = client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "acd")
        return int(found[1])


class SentinelHouse:
    """A primary, a replica, and three sentinels that watch them."""

    def __init__(self, folder: Path, *, silence_ms: int = 1500) -> None:
        self.servers = [Server(folder / "one"), Server(folder / "two")]
        self.sentinels = [
            Sentinel(folder / name, self.servers[0], silence_ms=silence_ms)
            for name in ("sentinel-1", "sentinel-2", "sentinel-3")
        ]
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self.sentinels)
        self.url = f"redis+sentinel://{hosts}/acd"

    def start(self) -> None:
        """Returns when the replica copies and all three sentinels know one another."""
        for server in self.servers:
            server.start()
        self.servers[1].copies(self.servers[0])
        for sentinel in self.sentinels:
            sentinel.start()
        # a sentinel that had no time for two seconds takes the clock for wrong, and waits for 30
        deadline = time.monotonic() + 30 + PATIENCE_S
        while not all("slaves=1,sentinels=3" in one.text_of("sentinel") for one in self.sentinels):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    @property
    def primary(self) -> Server:
        """As the sentinels say."""
        port = self.sentinels[0].primary_port()
        return next(server for server in self.servers if server.port == port)

    @property
    def replica(self) -> Server:
        """The other one."""
        primary = self.primary
        return next(server for server in self.servers if server is not primary)

    def replica_is_whole(self) -> bool:
        """Whether a failover would find somebody to take over."""
        try:
            return "master_link_status:up" in self.replica.text_of("replication")
        except OSError:
            return False

    def stop(self) -> None:
        """End all of them."""
        for server in (*self.sentinels, *self.servers):
            server.kill()


class Cluster:
    """Three primaries that share the slots; more may be added."""

    SLOTS = 16384

    def __init__(self, folder: Path, primaries: int = 3) -> None:
        self.nodes = [
            Server(folder / f"node-{number}", "--cluster-enabled", "yes",
                   "--cluster-node-timeout", "2000")
            for number in range(primaries)
        ]  # fmt: skip
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{one.port}" for one in self.nodes)

    def start(self) -> None:
        """Returns when every node serves its share."""
        first, share = self.nodes[0], self.SLOTS // len(self.nodes)
        for number, one in enumerate(self.nodes):
            one.start()
            last = self.SLOTS - 1 if one is self.nodes[-1] else (number + 1) * share - 1
            one.say("CLUSTER", "ADDSLOTSRANGE", number * share, last)
        for one in self.nodes[1:]:
            one.say("CLUSTER", "MEET", "127.0.0.1", first.port)
        self.settle()

    def settle(self) -> None:
        """Wait until all nodes agree."""
        deadline = time.monotonic() + PATIENCE_S
        while not all(
            "cluster_state:ok" in str(one.say("CLUSTER", "INFO"))
            and f"cluster_known_nodes:{len(self.nodes)}" in str(one.say("CLUSTER", "INFO"))
            for one in self.nodes
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def owner(self, slot: int) -> Server:
        """Who serves the slot, as the first node says."""
        for line in str(self.nodes[0].say("CLUSTER", "NODES")).splitlines():
            _, address, _, *_, ranges = line.split(" ", 8)[:9] if line.count(" ") >= 8 else (
                *line.split(" "), ""
            )  # fmt: skip
            for part in ranges.split():
                first, _, last = part.partition("-")
                if first.isdigit() and int(first) <= slot <= int(last or first):
                    port = int(address.split("@")[0].rpartition(":")[2])
                    return next(one for one in self.nodes if one.port == port)
        raise AssertionError(f"nobody serves slot {slot}")

    def stop(self) -> None:
        """End all of them."""
        for one in self.nodes:
            one.kill()

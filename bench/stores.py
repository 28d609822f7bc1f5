"""A private Valkey for measurements, and what it spent."""

from __future__ import annotations

import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from acd.embedded.orphans import dies_with_parent
from acd.embedded.program import find_server
from acd.routing import keys

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A running server: its address, and a plain connection to ask it what it spent."""

    url: str
    admin: redis.Redis

    def cpu_us(self) -> float:
        """User and system time of the thread that runs the scripts and the sockets, in µs.

        The background threads (freeing memory, syncing the file) are not counted.
        """
        info = self.admin.info("cpu")
        spent = info["used_cpu_user_main_thread"] + info["used_cpu_sys_main_thread"]
        return float(spent) * 1e6

    def forget_events(self, tenant: str) -> None:
        """Lets go of the log, as the recorder does behind itself; otherwise it only grows."""
        self.admin.xtrim(keys.events(tenant), maxlen=0, approximate=False)


@contextmanager
def private_valkey(*, durable: bool = False) -> Iterator[Store]:
    """Starts a server on a unix socket and ends it; `durable` writes an append-only file."""
    with tempfile.TemporaryDirectory(prefix="acd-bench-") as folder:
        address = Path(folder, "redis.sock")
        keep = "yes" if durable else "no"
        options = f"--port 0 --unixsocketperm 700 --dir {folder} --appendonly {keep}"
        process = subprocess.Popen(
            [find_server(), "--unixsocket", address, "--save", "", *options.split()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
            start_new_session=True,
        )
        try:
            admin = redis.Redis(unix_socket_path=str(address), protocol=2, decode_responses=True)
            _wait_for(admin, process)
            yield Store(url=f"unix://{address}", admin=admin)
            admin.close()
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(admin: redis.Redis, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            admin.ping()
        except redis.ConnectionError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return

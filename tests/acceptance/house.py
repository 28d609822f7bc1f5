"""The houses of the stories: a site, its departments and two agents, many of them on one server."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psutil
from argon2 import PasswordHasher

from tests.servers import free_port

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD: Final = "correct horse battery"
PASSWORD_HASH: Final = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)

SERVER: Final = """\
[server]
port = {port}
data_dir = "{folder}/data"
log_level = "warning"
log_format = "json"
stop_s = 5
[limits]
connects_per_minute = 60000
chats_per_minute = 60000
sign_ins_per_minute = 60000
public_per_minute = 60000
steering_per_minute = 60000
requests_per_minute = 60000
[routing]
{routing}
"""
HOUSE: Final = """\
[[sites]]
id = "shop-{n}"
name = "Maison Perrin"
departments = ["support-{n}", "sales-{n}", "express-{n}"]
origins = ["http://127.0.0.1:{host_port}"]
locales = ["en", "fr"]
[[departments]]
id = "support-{n}"
name = {{ en = "Support", fr = "Assistance" }}
strategy = "priority"
ring_time_s = {ring_time_s}
{rules}
[departments.chat]
wrap_up_s = 40
[[departments]]
id = "sales-{n}"
name = {{ en = "Sales", fr = "Ventes" }}
strategy = "ring_all"
ring_time_s = 60
{rules}
[[departments]]
id = "express-{n}"
name = {{ en = "Express desk", fr = "Accueil express" }}
strategy = "priority"
ring_time_s = 5
{rules}
[[agents]]
id = "anna-{n}"
name = "Anna Novak"
email = "anna-{n}@example.com"
locale = "en"
departments = [
  {{ department = "support-{n}", priority = 1 }},
  {{ department = "express-{n}", priority = 1 }},
  "sales-{n}",
]
capacity = {{ chat = {{ max = {places} }} }}
[[agents]]
id = "claire-{n}"
name = "Claire Dubois"
email = "claire-{n}@example.com"
locale = "fr"
departments = [
  {{ department = "support-{n}", priority = 2 }},
  {{ department = "express-{n}", priority = 2 }},
  "sales-{n}",
]
capacity = {{ chat = {{ max = {places} }} }}
[[agents]]
id = "omar-{n}"
name = "Omar Diallo"
email = "omar-{n}@example.com"
role = "supervisor"
"""
"""What one story has to itself, so that stories share a server and never meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One site with two agents, and Omar who watches.

    Anna comes first at Support; at Sales everybody rings.
    """

    number: int
    url: str
    host_port: int

    @property
    def site(self) -> str:
        return f"shop-{self.number}"

    def department(self, name: str) -> str:
        return f"{name}-{self.number}"

    def email(self, agent: str) -> str:
        return f"{agent}-{self.number}@example.com"

    def is_told(self, department: str, service: str) -> None:
        """Wait until the site says so of the department: what it says is kept for a moment."""
        deadline = time.monotonic() + 20
        while self._service(department) != service:
            assert time.monotonic() < deadline, f"{department} is never told as {service}"
            time.sleep(0.1)

    def _service(self, department: str) -> str:
        address = f"{self.url}/api/v1/widget/{self.site}"
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
            told = json.load(answer)["departments"]
        found = {each["id"]: str(each["service"]) for each in told}
        return found[self.department(department)]


class Server:
    """`acd serve` with its embedded stores; it can be stopped, killed and started again."""

    def __init__(
        self,
        folder: Path,
        *,
        houses: int = 1,
        places: int = 2,
        ring_time_s: int = 60,
        routing: str = "",
        rules: str = "",
        more: str = "",
    ) -> None:
        """`rules` are lines of config.toml for every department, `more` its last tables."""
        self.port = free_port()
        self.host_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sip_port = 0
        """Where it takes calls, if it does."""
        self._file = folder / "config.toml"
        self._file.write_text(
            SERVER.format(port=self.port, folder=folder, routing=routing)
            + "".join(
                HOUSE.format(
                    n=n,
                    host_port=self.host_port,
                    places=places,
                    ring_time_s=ring_time_s,
                    rules=rules,
                )
                for n in range(1, houses + 1)
            )
            + more
        )
        self.database = folder / "data" / "acd.db"
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.was_killed = False
        """Or handed its calls over, and not started again."""
        self._free = iter(range(1, houses + 1))

    def house(self) -> House:
        """The next one nobody was in yet."""
        return House(number=next(self._free), url=self.url, host_port=self.host_port)

    def start(self) -> None:
        self.was_killed = False
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "acd", "serve", "--config", self._file],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while not self._ready():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        self._give_passwords()

    def _give_passwords(self) -> None:
        """One hash for all: so many of them would take longer than the stories."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=20)) as database, database:
            mine = "UPDATE agents SET password_hash = ? WHERE password_hash = ''"
            database.execute(mine, (PASSWORD_HASH,))

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """SIGINT, and wait until it has said goodbye to everybody."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)

    def hand_over(self) -> None:
        """SIGTERM: its calls are left to the next start."""
        assert self._process is not None
        self.was_killed = True
        self._process.terminate()
        self._process.wait(20)

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing flushed."""
        assert self._process is not None
        self.was_killed = True
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def kill_redis(self) -> None:
        """SIGKILL to the Valkey child, as often as it takes until its keeper waits seconds."""
        assert self._process is not None
        node = psutil.Process(self._process.pid)
        for _ in range(6):
            deadline = time.monotonic() + 20
            while not (found := [child for child in node.children() if "valkey" in child.name()]):
                assert time.monotonic() < deadline, f"no Valkey came back\n{self.log()}"
                time.sleep(0.01)
            for child in found:
                child.kill()
                psutil.wait_procs([child], timeout=5)

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-4000:] if self._log.exists() else ""

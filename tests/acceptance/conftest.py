"""A real server in its own process, and people in front of a real Chromium.

Tests read like the story they check: `jean.starts_chat()`, `anna.accepts()`, `server.kill()`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.acceptance.people import Agent, Visitor

PASSWORD = "correct horse battery"
CONFIG = """\
[server]
port = {port}
data_dir = "{folder}/data"
log_level = "warning"
log_format = "json"
stop_s = 5
[limits]
connects_per_minute = 6000
chats_per_minute = 6000
sign_ins_per_minute = 6000
[routing]
contact_grace_s = 20
[[sites]]
id = "shop"
name = "Maison Perrin"
departments = ["support", "sales"]
origins = ["http://127.0.0.1:{host_port}"]
locales = ["en", "fr"]
[[departments]]
id = "support"
name = {{ en = "Support", fr = "Assistance" }}
strategy = "priority"
ring_time_s = 6
[departments.chat]
wrap_up_s = 20
[[departments]]
id = "sales"
name = {{ en = "Sales", fr = "Ventes" }}
strategy = "ring_all"
ring_time_s = 20
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
locale = "en"
departments = [{{ department = "support", priority = 1 }}, "sales"]
capacity = {{ chat = {{ max = 2 }} }}
password_env = "CAST_PASSWORD"
[[agents]]
id = "claire"
name = "Claire Dubois"
email = "claire@example.com"
locale = "fr"
departments = [{{ department = "support", priority = 2 }}, "sales"]
capacity = {{ chat = {{ max = 2 }} }}
password_env = "CAST_PASSWORD"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`acd serve` with its embedded stores; it can be stopped, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.host_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._file = folder / "config.toml"
        self._file.write_text(
            CONFIG.format(port=self.port, folder=folder, host_port=self.host_port)
        )
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "acd", "serve", "--config", self._file],
                env={**os.environ, "CAST_PASSWORD": PASSWORD},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while not self._ready():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing flushed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()


@pytest.fixture(scope="session")
def browser(peer: Callable[[str], Path]) -> Iterator[Browser]:
    chromium = peer("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def agent(browser: Browser, server: Server) -> Iterator[Callable[..., Agent]]:
    """`agent("anna")` signs in at a console of her own; `locale` is the browser's language."""
    opened: list[Agent] = []

    def sign_in(name: str, *, locale: str = "en-GB") -> Agent:
        found = Agent(browser, server.url, name, locale)
        found.signs_in(PASSWORD)
        opened.append(found)
        return found

    yield sign_in
    for one in opened:
        one.leaves()


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Iterator[Callable[..., Visitor]]:
    """`visitor("Jean Martin")` opens the chat's own page in a browser of their own."""
    opened: list[Visitor] = []

    def come(name: str, *, locale: str = "en-GB") -> Visitor:
        found = Visitor(browser, server.url, name, locale)
        found.opens()
        opened.append(found)
        return found

    yield come
    for one in opened:
        one.leaves()



"""A private PostgreSQL, and databases in it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from functools import cached_property
from pathlib import Path

from acd.embedded.orphans import dies_with_parent
from acd.records.engine import open_database

PATIENCE_S = 20


class Postgres:
    """A cluster of its own on a unix socket. PostgreSQL refuses to run as root."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="acd-pg-"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        folder, user = self._folder, None
        if os.getuid() == 0:
            user = next(name for name in ("postgres", "nobody") if _exists(name))
            shutil.chown(folder, user)
        subprocess.run(
            [self._programs / "initdb", "-D", folder / "data", "-U", "acd", "-A", "trust",
             "-E", "UTF8", "--no-sync", "--locale", "C.UTF-8"],
            cwd=folder, user=user, check=True, capture_output=True,
        )  # fmt: skip
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", folder / "data", "-k", folder,
             "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off",
             "-c", "shared_buffers=32MB"],
            cwd=folder, user=user, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
        )  # fmt: skip
        asked = f"-q -U acd -d postgres -h {folder}".split()
        ready = [str(self._programs / "pg_isready"), *asked]
        deadline = time.monotonic() + PATIENCE_S
        while subprocess.run(ready, check=False).returncode:
            assert self._process.poll() is None, "PostgreSQL for the tests ended at once"
            assert time.monotonic() < deadline, "PostgreSQL for the tests does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, whoever is connected; nothing of it is left."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_S)
        shutil.rmtree(self._folder, ignore_errors=True)

    def empty(self) -> str:
        """An empty database, as SQLAlchemy's asyncpg dialect names it."""
        return self._url(self._create("template1"))

    def with_tables(self) -> str:
        """A database whose tables are made: a copy takes a tenth of the revisions' time."""
        return self._url(self._create(self._tables))

    @cached_property
    def _tables(self) -> str:
        name = self._create("template1")
        asyncio.run(make_tables(self._url(name)))
        return name

    def _create(self, template: str) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        program = self._programs / "createdb"
        subprocess.run([program, "-h", self._folder, "-U", "acd", "-T", template, name], check=True)
        return name

    def _url(self, name: str) -> str:
        return f"postgresql+asyncpg://acd@/{name}?host={self._folder}"


async def make_tables(url: str) -> None:
    """By the revisions, from nothing."""
    await (await open_database(url)).close()


def _exists(user: str) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(user))
    return False

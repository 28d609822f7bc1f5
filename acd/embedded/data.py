"""The data directory: one server at a time has it, and only one that reads what is there."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import time
from typing import TYPE_CHECKING

from acd.domain.errors import AcdError
from acd.embedded.program import Server

if TYPE_CHECKING:
    from pathlib import Path


class DataInUse(AcdError):
    """Another server runs on this data directory; stop it, or set another `server.data_dir`."""

    code = "data_in_use"
    retryable = True


class DataFromAnotherServer(AcdError):
    """A newer or different server wrote this data; install that one, or move the directory away."""

    code = "data_from_another_server"


async def take_lock(data_dir: Path, *, patience_s: float = 10.0) -> int:
    """The descriptor that holds the directory.

    A child whose parent was killed still writes its last lines: it is waited for. A server
    whose parent lives is not.

    Raises:
        DataInUse: another server has it.
    """
    path = data_dir / "redis.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience_s
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                owner = os.pread(descriptor, 32, 0).decode().strip()
                orphaned = owner.isdecimal() and not is_running(int(owner))
                if not orphaned or time.monotonic() > deadline:
                    message = f"{DataInUse.message()} ({data_dir}, process {owner or '?'})"
                    raise DataInUse(message) from None
                await asyncio.sleep(0.05)
    except BaseException:
        os.close(descriptor)
        raise
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def sign(data_dir: Path, program: Path, server: Server) -> None:
    """Write down who writes these data from now on; `server` is what the program says it is.

    Raises:
        DataFromAnotherServer: this one could not read, or would spoil, what is there.
    """
    note = data_dir / "written-by.json"
    if note.is_file() and (data_dir / "appendonlydir").is_dir():
        said = json.loads(note.read_text())
        major, minor = said["version"]
        writer = Server(name=said["name"], version=(major, minor))
        if not server.reads_data_of(writer):
            raise DataFromAnotherServer(
                f"{DataFromAnotherServer.message()}"
                f" ({data_dir} is of {writer}, {program} is {server})"
            )
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps({"name": server.name, "version": server.version}) + "\n")
    fresh.replace(note)


def is_running(pid: int) -> bool:
    """Whether there is such a process on this machine, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True

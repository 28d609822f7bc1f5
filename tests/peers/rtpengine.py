"""A private rtpengine on loopback: killed, started again, asked what it holds."""

from __future__ import annotations

import contextlib
import json
import random
import secrets
import socket
import subprocess
import time
from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from acd.embedded.orphans import dies_with_parent
from tests.peers.tones import write_tone

PATIENCE_S = 10
HOST = "127.0.0.1"
LOOPBACK = IPv4Network("127.0.0.0/8")
_ROOM = 400
_DICE = random.SystemRandom()


def udp_port() -> int:
    """A UDP port that nobody has, of those the system gives to nobody by itself."""
    while True:
        port = _DICE.randrange(11_000, 22_000)
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def audio_room(room: int = _ROOM) -> int:
    """The first of so many ports for audio; rtpengine itself passes over those in use."""
    return _DICE.randrange(22_000, 32_000 - room, 100)


class Rtpengine:
    """Answers at `ng`, tells pressed keys to `keys`."""

    def __init__(
        self, program: Path, folder: Path, *, room: int = _ROOM, hosts: Sequence[str] = (HOST,)
    ) -> None:
        """Args: room is how many ports there are for audio; a call takes four while it rings.

        hosts: where audio is sent to.
        """
        self.hosts = hosts
        self._program = program
        self._folder = folder
        self._log = folder / "rtpengine.log"
        self.ng = ("127.0.0.1", udp_port())
        self.keys = ("127.0.0.1", udp_port())
        self._first, self._room = audio_room(room), room
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        options = [
            "--config-file=none", "-f", "-E", "-t", "-1",
            *(f"--interface={host}" for host in self.hosts),
            "-n", f"127.0.0.1:{self.ng[1]}", "-m", str(self._first),
            "-M", str(self._first + self._room - 1), f"--dtmf-log-dest=127.0.0.1:{self.keys[1]}",
            "--timeout=3600", "--silent-timeout=3600", "--num-threads=2", "-L", "4",
        ]  # fmt: skip
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                [self._program, *options],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_S
        while self.ask("ping", wait_s=0.1) is None:
            assert self._process.poll() is None, self._log.read_text()[-800:]
            assert time.monotonic() < deadline, "rtpengine does not answer"

    def ask(self, command: str, *, wait_s: float = 2.0, **given: Any) -> dict[str, Any] | None:
        """One command, or None when nobody answers."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(wait_s)
            line.connect(self.ng)
            try:
                # a cookie that was used is answered with what it was answered before
                asked = json.dumps({"command": command, **given})
                line.send(f"{secrets.token_hex(8)} {asked}".encode())
                return dict(json.loads(line.recv(65536).partition(b" ")[2]))
            except OSError:
                return None

    def tone(self, hertz: int, seconds: float = 2.0) -> str:
        """A file that it can play."""
        path = self._folder / f"{hertz}-{seconds}.wav"
        if not path.exists():
            write_tone(str(path), hertz, seconds)
        return str(path)

    @property
    def pid(self) -> int:
        """Of its process, which runs."""
        assert self._process is not None
        return self._process.pid

    def pairings(self) -> list[str]:
        """What it holds."""
        answer = self.ask("list", limit="10000")
        assert answer is not None
        return list(answer.get("calls", ()))

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

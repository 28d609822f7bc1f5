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
_AUDIO, _PART, _PARTS = 22_000, 2_000, 5
"""The first port for audio, how many a process of tests has, and how many may run at once."""
_MARKS = 10_900
_DICE = random.SystemRandom()


def udp_port() -> int:
    """A UDP port that nobody has, of those the system gives to nobody by itself."""
    while True:
        port = _DICE.randrange(11_000, 22_000)
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


class _Rooms:
    """Ports for audio, of a part that no other process of tests has.

    Two rtpengines would open common ports both, and hear one another's callers.
    """

    def __init__(self) -> None:
        self._mark: socket.socket | None = None
        """Says that the part is ours, as long as it is open."""
        self._first = self._next = 0

    def take(self, room: int) -> int:
        if self._mark is None:
            self._mark, self._first = _part()
            self._next = self._first
        if self._next + room > self._first + _PART:
            self._next = self._first + _ROOM  # the first of all may be one that lasts the session
        self._next += room
        return self._next - room


def _part() -> tuple[socket.socket, int]:
    for number in range(_PARTS):
        mark = socket.socket()
        with contextlib.suppress(OSError):
            mark.bind((HOST, _MARKS + number))
            return mark, _AUDIO + number * _PART
        mark.close()
    raise AssertionError("no ports for audio: too many processes run tests")


_rooms = _Rooms()


def audio_room(room: int = _ROOM) -> int:
    """The first of so many ports for audio; a benchmark, which takes more, runs alone."""
    return _rooms.take(room) if room <= _PART else _AUDIO


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

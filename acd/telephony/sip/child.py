"""rtpengine as a child of the node.

It outlives a node that is killed, or hands its calls over, so that those who talk hear each other
and those who wait hear music; the next start on the same data directory takes it up again if its
flags are the same, and ends it if they are not. A node that ends its calls ends it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from acd.telephony.sip.ping import Address, answers
from acd.telephony.sip.ports import AudioPortsTaken, claim_audio
from acd.telephony.sip.rtpengine import (
    LOOPBACK,
    PROGRAM,
    RtpengineFailed,
    RtpengineInUse,
    RtpengineMissing,
    check_interface,
    find_rtpengine,
    flags,
    free_port,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.config.telephony import RtpengineSettings

log = structlog.get_logger(__name__)

START_S: Final = 10.0
END_S: Final = 3.0
FIRST_RESTART_S: Final = 0.1
LAST_RESTART_S: Final = 5.0
HEALTHY_AFTER_S: Final = 60.0
_REAPS: Final = 20
_REAP_S: Final = 0.05
LOG_MAX_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """What is written down of a child, for the next start."""

    pid: int
    ng_port: int
    dtmf_port: int
    argv: tuple[str, ...]

    @classmethod
    def read(cls, file: Path) -> _Note | None:
        try:
            said = json.loads(file.read_text())
            return cls(**{**said, "argv": tuple(said["argv"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, file: Path) -> None:
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self)) + "\n")
        fresh.replace(file)

    def runs(self) -> bool:
        """Whether that very process is still there; another may have got its number."""
        try:
            words = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return False
        return tuple(os.fsdecode(word) for word in words.split(b"\0")[:-1]) == self.argv


def left_in(data_dir: Path) -> int | None:
    """The process of the rtpengine that a node of this directory runs, or left behind."""
    note = _Note.read(data_dir / f"{PROGRAM}.json")
    return note.pid if note is not None and note.runs() else None


class ChildRtpengine:
    """One that this node runs, with its ports on loopback, and starts again when it dies."""

    def __init__(
        self,
        settings: RtpengineSettings,
        data_dir: Path,
        *,
        on_lost: Callable[[], None],
        on_back: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._dir = data_dir.absolute()
        self._on_lost, self._on_back = on_lost, on_back
        self._ng_port = self._dtmf_port = 0
        self._binary: Path | None = None
        self._note: _Note | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._lock: int | None = None
        self._claim: int | None = None
        """Of its audio ports; the child has it, too, and keeps it where it outlives us."""
        self.adopted = False

    @property
    def ng(self) -> Address:
        return LOOPBACK, self._ng_port

    @property
    def dtmf(self) -> Address:
        return LOOPBACK, self._dtmf_port

    @property
    def pid(self) -> int | None:
        """Its process id, None while there is none."""
        return self._note.pid if self._note is not None and self._note.runs() else None

    async def start(self) -> None:
        """Returns when it answers.

        Raises:
            RtpengineMissing: there is no program to run.
            RtpengineInUse: another node has the directory.
            RtpengineFailed: the program ended, or did not answer; or its address is another's.
            AudioPortsTaken: another node's rtpengine has some of its ports.
        """
        self._binary = find_rtpengine()
        if self._binary is None:
            raise RtpengineMissing
        check_interface(self._settings)
        self._dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = self._take_lock()
        try:
            self.adopted = await self._adopt()
            if not self.adopted:
                self._ng_port, self._dtmf_port = free_port(), free_port()
                await self._launch()
        except BaseException:
            await self.stop()
            raise
        self._keeper = asyncio.create_task(self._keep_alive(), name=PROGRAM)

    async def stop(self) -> None:
        await self._watch_no_more()
        if self._note is not None:
            await self._end(self._note)
            self._file("json").unlink(missing_ok=True)
        self._forget()

    async def leave(self) -> None:
        await self._watch_no_more()
        self._forget()

    async def _watch_no_more(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None

    def _forget(self) -> None:
        self._note = None
        for held in (self._lock, self._claim):
            if held is not None:
                os.close(held)
        self._lock = self._claim = None

    def _file(self, suffix: str) -> Path:
        return self._dir / f"{PROGRAM}.{suffix}"

    def _take_lock(self) -> int:
        descriptor = os.open(self._file("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise RtpengineInUse from None
        return descriptor

    async def _adopt(self) -> bool:
        """Take up the one that a killed node left behind, or end it."""
        note = _Note.read(self._file("json"))
        if note is None or not note.runs():
            return False
        self._ng_port, self._dtmf_port = note.ng_port, note.dtmf_port
        if note.argv == self._argv() and await answers(self.ng, within_s=1.0):
            self._note = note
            log.info("rtpengine taken up again", pid=note.pid)
            return True
        await self._end(note)
        return False

    def _argv(self) -> tuple[str, ...]:
        return (str(self._binary), *flags(self._settings, ng=self.ng, dtmf=self.dtmf))

    async def _launch(self) -> None:
        """Starts the child and waits for its first answer."""
        if self._claim is None:
            ports = self._settings
            self._claim = await claim_audio(ports.first_port, ports.last_port)
        argv, log_path = self._argv(), self._rotated_log()
        self._note = note = _Note(
            pid=self._spawn(argv, log_path),
            ng_port=self._ng_port,
            dtmf_port=self._dtmf_port,
            argv=argv,
        )
        note.write(self._file("json"))
        deadline = time.monotonic() + START_S
        while not await answers(self.ng, within_s=0.02):
            if not note.runs() or time.monotonic() > deadline:
                words = log_path.read_text(errors="replace")[-800:]
                raise RtpengineFailed(f"{RtpengineFailed.message()}\n{words}")

    def _spawn(self, argv: tuple[str, ...], log_path: Path) -> int:
        """Not as a child of asyncio's, which kills those when its loop closes."""
        with log_path.open("ab") as out:
            try:
                process = subprocess.Popen(  # noqa: S603 - found on this machine, no shell
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    pass_fds=() if self._claim is None else (self._claim,),
                    start_new_session=True,  # Ctrl-C is for the parent, which then calls stop()
                )
            except OSError as error:
                raise RtpengineFailed(f"{self._binary}: {error}") from error
        process.returncode = 0  # it is watched by its note, and may outlive us
        return process.pid

    async def _keep_alive(self) -> None:
        delay_s = FIRST_RESTART_S
        while self._note is not None:
            since = time.monotonic()
            await self._ended(self._note)
            if time.monotonic() - since > HEALTHY_AFTER_S:
                delay_s = FIRST_RESTART_S
            log.error("rtpengine ended", restart_in_s=delay_s)
            self._on_lost()
            while True:
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, LAST_RESTART_S)
                try:
                    await self._launch()
                    break
                except (RtpengineFailed, AudioPortsTaken, OSError) as error:  # of log or note
                    log.error("rtpengine does not start", reason=str(error))
                    await self._end(self._note)
            log.info("rtpengine restarted", pid=self.pid)
            self._on_back()

    async def _ended(self, note: _Note) -> None:
        """Returns when it is gone. One that was taken up is no child, and cannot be waited for."""
        while note.runs():  # noqa: ASYNC110 - a process that is no child has no event to wait for
            await asyncio.sleep(0.1)
        await _reaped(note.pid)

    async def _end(self, note: _Note) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not note.runs():
                break
            with contextlib.suppress(TimeoutError, ProcessLookupError):
                os.kill(note.pid, number)
                await asyncio.wait_for(self._ended(note), END_S)
        await _reaped(note.pid)  # one that ended by itself, too

    def _rotated_log(self) -> Path:
        path = self._file("log")
        if path.is_file() and path.stat().st_size > LOG_MAX_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path


async def _reaped(pid: int) -> None:
    """Take the end of a child, or it is kept as a zombie; one that was taken up is none.

    It may be a moment before the last of its threads is gone.
    """
    for _ in range(_REAPS):
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:  # noqa: ASYNC222 - it does not wait
                return
        except ChildProcessError:
            return
        await asyncio.sleep(_REAP_S)

"""The server as a child of this process: started, watched, and ended in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import structlog

from acd.embedded.data import DataInUse, sign, take_lock
from acd.embedded.orphans import dies_with_parent
from acd.embedded.program import EmbeddedServerFailed, find_server, identify

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

log = structlog.get_logger(__name__)

# a unix socket's path has 107 bytes on Linux, 103 on macOS
SOCKET_PATH_MAX = 100
LOG_MAX_BYTES = 1 << 20
FIRST_RESTART_S = 0.1
LAST_RESTART_S = 5.0
HEALTHY_AFTER_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """The child ended although nobody asked it to; it is started again after `restart_in_s`."""

    exit_code: int
    restart_in_s: float


class EmbeddedRedis:
    """Runs and watches one server on `data_dir`.

    `on_crash` hears of every unexpected end; it must not raise. `persist=False` keeps nothing on
    disk. After `start()`, `url` answers until `stop()`, but for the moments after a crash.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        on_crash: Callable[[Crash], None] | None = None,
        binary: Path | None = None,
        persist: bool = True,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.on_crash = on_crash
        self._binary = binary
        self._persist = persist
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._lock: int | None = None
        self._socket_dir: Path | None = None

    @property
    def socket(self) -> Path:
        """In the data directory, or in a short temporary one when that path is too long."""
        own = self.data_dir / "redis.sock"
        if len(os.fsencode(own)) <= SOCKET_PATH_MAX:
            return own
        if self._socket_dir is None:
            self._socket_dir = Path(tempfile.mkdtemp(prefix="acd-"))
        return self._socket_dir / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        if self._process is None or self._process.returncode is not None:
            return None
        return self._process.pid

    async def start(self) -> None:
        """Returns when the server answers, its data loaded. Call it on the main thread's loop.

        Raises:
            DataInUse: another server holds the directory.
            DataFromAnotherServer: this server could not read, or would spoil, what is there.
            EmbeddedServerMissing: there is no program to run.
            EmbeddedServerFailed: the program ended, or did not answer.
        """
        if self._lock is not None:
            raise DataInUse
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._binary = self._binary or find_server()
        self._lock = await take_lock(self.data_dir)
        try:
            if self._persist:
                sign(self.data_dir, self._binary, await identify(self._binary))
            await self._launch()
        except BaseException:
            await self.stop()
            raise
        self._keeper = asyncio.create_task(self._keep_alive(), name="embedded-redis")

    async def stop(self, *, patience_s: float = 10.0) -> None:
        """Ends the server in order: what it has acknowledged is on disk afterwards."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), patience_s)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        if self._socket_dir is not None:
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            self._socket_dir = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _launch(self, *, silence_s: float = 60.0) -> None:
        """Starts the child and waits for its first PONG."""
        if self._lock is None:
            raise EmbeddedServerFailed
        self.socket.unlink(missing_ok=True)  # the lock is ours, so any socket here is stale
        log_path = self._rotated_log()
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data_dir),
            "appendonly": "yes" if self._persist else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",  # live state is not a cache
            "daemonize": "no",
            "logfile": "",
        }
        with log_path.open("ab") as out:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    str(self._binary),
                    *(word for key, value in options.items() for word in (f"--{key}", value)),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,  # Ctrl-C is for the parent, which then calls stop()
                    pass_fds=(self._lock,),  # the directory is held as long as the child lives
                    preexec_fn=dies_with_parent(),
                )
            except OSError as error:
                raise EmbeddedServerFailed(f"{self._binary}: {error}") from error
        deadline = time.monotonic() + silence_s
        while not (answer := await self._ping()).startswith(b"+PONG"):
            if answer.startswith(b"-LOADING"):
                deadline = time.monotonic() + silence_s
            if self._process.returncode is not None or time.monotonic() > deadline:
                words = log_path.read_text(errors="replace")[-800:]
                raise EmbeddedServerFailed(f"{EmbeddedServerFailed.message()}\n{words}")
            await asyncio.sleep(0.005)

    async def _ping(self) -> bytes:
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.socket))
        except OSError:
            return b""
        try:
            writer.write(b"PING\r\n")
            return await asyncio.wait_for(reader.readline(), 1.0)
        except (OSError, TimeoutError):
            return b""
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _keep_alive(self) -> None:
        delay_s = FIRST_RESTART_S
        while self._process is not None:
            since = time.monotonic()
            exit_code = await self._process.wait()
            if time.monotonic() - since > HEALTHY_AFTER_S:
                delay_s = FIRST_RESTART_S
            log.error("embedded redis ended", exit_code=exit_code, restart_in_s=delay_s)
            if self.on_crash is not None:
                self.on_crash(Crash(exit_code=exit_code, restart_in_s=delay_s))
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, LAST_RESTART_S)
            try:
                await self._launch()
            except EmbeddedServerFailed as error:
                log.error("embedded redis does not start", reason=str(error))
                if self._process.returncode is None:  # it hangs: its end is the next round's start
                    self._process.kill()
            else:
                log.info("embedded redis restarted", pid=self.pid)

    def _rotated_log(self) -> Path:
        path = self.data_dir / "redis.log"
        if path.is_file() and path.stat().st_size > LOG_MAX_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

"""A node in a process of its own: what it is told, what it says, how it dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall

ROOT = Path(__file__).parents[4]


class Process:
    """A node, what it said, and its end."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said
        self.events: list[tuple[str, Any]] = []
        self._news = asyncio.Event()

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.telephony.sip.node", json.dumps(self.said),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self._task = asyncio.create_task(self._read(), name="node")
        await self.told("Standing")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            kind, said = json.loads(line)
            self.events.append((kind, said))
            self._news.set()

    async def told(self, kind: str, many: int = 1, within_s: float = 20.0) -> Any:
        """The last of so many."""

        def found() -> list[Any]:
            return [said for one, said in self.events if one == kind]

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(found()) < many:
                    self._news.clear()
                    await self._news.wait()
        assert len(found()) >= many, (
            Counter(one for one, _ in self.events),
            [said for one, said in self.events if one == "CallerEnded"],
        )
        return found()[-1]

    @property
    def place(self) -> tuple[str, int]:
        host, port = self.said["place"]
        return host, port

    async def empty(self) -> None:
        """Until it holds no call."""
        async with asyncio.timeout(10):
            while (await self._counts())["calls"]:  # noqa: ASYNC110 - it says so when asked
                await asyncio.sleep(0.05)

    async def _counts(self) -> dict[str, int]:
        before = len([kind for kind, _ in self.events if kind == "Counts"])
        self.say("counts")
        found: dict[str, int] = await self.told("Counts", before + 1)
        return found

    def say(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())

    async def kill(self) -> None:
        """SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._task

    async def leave(self) -> None:
        """In order, with its calls handed over."""
        self.say("leave")
        await self._process.wait()
        await self._task

    def pause(self) -> None:
        """SIGSTOP."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(10):
            await self._process.wait()
        await self._task


async def picked_up(phone: Phone, many: int) -> list[PhoneCall]:
    calls = [await asyncio.wait_for(phone.ringing.get(), 20) for _ in range(many)]
    for call in calls:
        await phone.pick_up(call)
    return calls

"""Telephones of the demonstration, played by sipp where it is installed."""

from __future__ import annotations

import asyncio
import importlib.resources
import os
import shutil
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

LONGEST_S: Final = 600
"""A call that nobody ends is over after so long."""


def find_sipp() -> str | None:
    """The program, where it is installed."""
    return shutil.which("sipp")


async def play(program: str, scenario: str, *arguments: str) -> None:
    """Play a scenario of this package to its end, saying back what is heard; never raises."""
    file = importlib.resources.files("acd.demo") / scenario
    try:
        with importlib.resources.as_file(file) as path:
            process = await asyncio.create_subprocess_exec(
                program, "-sf", str(path), "-rtp_echo", "-nostdin", *arguments,
                cwd=Path(os.path.sep),
                env={**os.environ, "TERM": "dumb"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                await process.wait()
            finally:
                if process.returncode is None:
                    process.terminate()
                    await process.wait()
    except OSError as error:
        log.warning("sipp cannot be started", reason=str(error))

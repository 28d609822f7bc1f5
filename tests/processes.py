"""Processes that tests start and kill again and again."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMPORTED = (
    "acd.records.postgresql",  # a database imports these where it is opened
    "acd.records.sqlite",
    "alembic.command",
    "tests.chaos.client",
    "tests.chaos.node",
    "tests.integration.flow.recorder_process",
    "tests.integration.records.writer_process",
)


def forked() -> ForkServerContext:
    """Where they are forked from a process that has imported all they need, in milliseconds."""
    os.environ["PYTHONPATH"] = str(ROOT)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    return context


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Terminated at the end of the block, killed if that does not help."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

"""Processes that tests start and kill again and again."""

from __future__ import annotations

import multiprocessing
import os
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

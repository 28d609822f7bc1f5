"""Logs of many processes, away from the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import structlog


def be_quiet(file: Path) -> None:
    """Everything this process says goes to the end of a file."""
    out = file.open("a", buffering=1)
    sys.stderr = out
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )

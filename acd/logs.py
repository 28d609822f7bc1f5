"""Structured logs: fixed phrases with fields, as JSON for collectors or as lines for people.

No personal data: ids may appear, names, addresses and message texts may not.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Literal

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor

Format = Literal["auto", "console", "json"]

# libraries that tell more than anyone wants at their info level
_QUIET = ("aiohttp.access", "alembic", "asyncio", "engineio", "engineio.server", "socketio",
          "socketio.server", "sqlalchemy.engine")  # fmt: skip

# Both renderers would print local variables by default: passwords, tokens, what people wrote.
_TRACES = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def set_up_logs(form: Format, level: str) -> None:
    """Sends our logs and those of the libraries to stderr in one form. Call once, at start."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Processor] = (
        [structlog.processors.ExceptionRenderer(_TRACES), structlog.processors.JSONRenderer()]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)

"""What a configuration says without meaning it: found by looking at the rules together.

A finding that is no warning makes the configuration unusable. Codes stay the same when words
change. Agents that only the directory knows (`acd agents add`) are not seen here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.config.lint import bounds, hours, overflow, relax, serving, telephony, trunk
from acd.config.lint.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acd.config.model import Config
    from acd.config.problems import Problem


def findings(config: Config, now_ms: int) -> Iterator[Problem]:
    """Everything there is to say of a configuration; references that lead nowhere are passed over.

    Args:
        config: the configuration.
        now_ms: when; hours are examined from then on.
    """
    broken = list(hours.broken(config))
    yield from broken
    if not broken:
        yield from hours.findings(config, now_ms)
    yield from telephony.findings(config)
    yield from trunk.findings(config)
    view = View(config, None if broken else now_ms)
    for look in (bounds.findings, relax.findings, overflow.findings, serving.findings):
        yield from look(view)

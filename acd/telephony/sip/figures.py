"""What is told of SIP to whoever watches a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SipFigures:
    """Now, and since the start."""

    up: bool
    """Whether calls can be made and taken."""
    calls: int
    dialogs: int
    """Calls have one for each telephone; those that ended stay for half a minute."""
    malformed: int
    """Messages that were none, since the start."""
    refused: Mapping[tuple[int, str], int]
    """Requests refused before they became calls, by status and reason, since the start."""
    lag_s: float
    """The longest that anything waited between the stack and the core since the last figures."""


Observe = Callable[[SipFigures], None]


def nobody(_: SipFigures) -> None:
    """Nobody watches."""

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
    refused: Mapping[int, int]
    """Requests that were refused before they became calls, by status, since the start."""


Observe = Callable[[SipFigures], None]


def nobody(_: SipFigures) -> None:
    """Nobody watches."""

"""The log as the scripts wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from acd.domain.events import Event
from acd.routing.events import parse_entries


def events_of(entries: Iterable[Any], after: str = "0-0") -> list[Event]:
    """What is behind a position in entries of the stream; every one is an event."""
    events, unreadable = parse_entries(entries, after)
    assert unreadable is None, unreadable
    return events

"""Every call ends in exactly one outcome: read from the history that a server has written."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CALLS = "SELECT id, outcome, ended_ms IS NOT NULL FROM interactions WHERE channel = 'call'"
ENDS = "SELECT interaction FROM events WHERE type = 'interaction.ended'"
ARRIVALS = "SELECT interaction FROM intakes WHERE queue LIKE '%/call'"


def outcomes_of_calls(database: Path) -> Counter[str]:
    """How often calls ended so; `open` are those that have not.

    No call is missing in the history, ended twice, or ended without saying how.
    """
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as history:
        history.execute("BEGIN")  # all of one moment, while the server goes on writing
        calls = {call: (outcome, ended) for call, outcome, ended in history.execute(CALLS)}
        ends = Counter(call for (call,) in history.execute(ENDS))
        arrivals = {call for (call,) in history.execute(ARRIVALS)}
    assert arrivals <= set(calls), f"let in and never heard of: {sorted(arrivals - set(calls))}"
    wrong = {
        call: (outcome, ends[call])
        for call, (outcome, ended) in calls.items()
        if ends[call] != ended or bool(outcome) != bool(ended)
    }
    assert not wrong, f"outcome and number of ends: {wrong}"
    return Counter(outcome or "open" for outcome, _ in calls.values())


def open_calls(database: Path) -> list[str]:
    """Those that have not ended."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as history:
        return [call for call, _, ended in history.execute(CALLS) if not ended]

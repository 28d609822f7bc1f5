"""What `acd doctor` reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a finding counts."""

    OK = "ok"
    NOTE = "note"
    DOWN = "down"
    """Nothing is wrong, and nothing runs."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report."""

    mark: Mark
    what: str
    found: str
    remedy: str = ""

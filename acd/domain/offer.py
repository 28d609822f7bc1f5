"""The offer: one interaction for one agent until a deadline. It holds a slot and ends once."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

EXTRA_MAX_MS: Final = 120_000
"""The most that an offer may be prolonged by."""

MEDIA_LOST: Final = "media_lost"
"""Why a call that was active goes back to its line: its agent is not heard any more."""


class OfferOutcome(StrEnum):
    """How an offer ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class AcceptOutcome(StrEnum):
    """What an accept was answered: it won, or the reason why it changed nothing."""

    ACCEPTED = "accepted"
    TAKEN = "taken"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"

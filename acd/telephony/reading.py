"""What is said of a call at its addresses: routing's events, and the words of pages.

Either may be of an older or newer release, and a page says what it likes: what cannot be read is
passed over, for a conversation does not end by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from acd.telephony import hearing, paging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.telephony.state import Call

log = structlog.get_logger(__name__)


def read(call: Call, payload: Mapping[str, Any]) -> hearing.News | paging.Said | None:
    """What it means to the call as it is, if anything."""
    try:
        if "id" in payload:
            return hearing.news(payload, call.epoch + 1)
        return paging.said(call, payload)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        log.warning("call message not read", call=call.id, reason=type(error).__name__)
        return None

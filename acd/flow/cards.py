"""What a ring shows of whoever comes: JSON within the bound of a card."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from acd.domain.interaction import CARD_MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import DepartmentId
    from acd.flow.intake import ChatStart

PREVIEW_CHARS: Final = 160
PAGE_CHARS: Final = 400


def visitor_card(start: ChatStart) -> str:
    """What a ring shows of a visitor; what is too long is cut."""
    name, page = start.name[:80], start.page[:PAGE_CHARS]
    preview = (start.text or "").strip()[:PREVIEW_CHARS]
    while True:
        fields = {
            "contact_name": name,
            "preview": preview,
            "page": page,
            "locale": start.locale,
            "department": start.department,
        }
        card = _text(fields)
        if len(card.encode()) <= CARD_MAX_BYTES:
            return card
        if page:
            page = page[: len(page) // 2]
        else:
            preview, name = preview[: len(preview) // 2], name[: max(20, len(name) // 2)]


def caller_card(
    name: str,
    shown: str,
    department: DepartmentId,
    headers: Mapping[str, str],
    *,
    transfers: bool,
) -> str:
    """What a ring shows of a caller: the name, and the number where it says more.

    Headers are kept as long as there is room for them.
    """
    fields: dict[str, object] = {
        "contact_name": name or shown,
        "number": shown if shown != name else "",
        "department": department,
        "call": "number" if transfers else "telephone",
    }
    plain = _text(fields)
    whole = _text({**fields, "headers": dict(headers)}) if headers else plain
    return whole if len(whole.encode()) <= CARD_MAX_BYTES else plain


def _text(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

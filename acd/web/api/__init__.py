"""The resources of /api/v1, and the one list of every endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.web.api import (
    agents,
    contacts,
    devices,
    event_stream,
    explain,
    interactions,
    lines,
    presence,
    queues,
    session,
    steering,
    widget,
)

if TYPE_CHECKING:
    from acd.web.endpoint import Endpoint

PREFIX: Final = "/api/v1"

ENDPOINTS: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    *session.ENDPOINTS,
    *contacts.ENDPOINTS,
    *interactions.ENDPOINTS,
    *explain.ENDPOINTS,
    *steering.ENDPOINTS,
    *agents.ENDPOINTS,
    *presence.ENDPOINTS,
    *devices.ENDPOINTS,
    *queues.ENDPOINTS,
    *lines.ENDPOINTS,
    *event_stream.ENDPOINTS,
    *widget.ENDPOINTS,
)

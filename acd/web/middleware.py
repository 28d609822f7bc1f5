"""What happens around every request: an id, a time, a log line, a problem document, headers."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from acd.domain import errors
from acd.domain.ids import new_id
from acd.web import problems, security
from acd.web.peer import Peer
from acd.web.services import PROXIES, SERVICES

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

log = structlog.get_logger("acd.web")

REQUEST_ID = web.RequestKey("request_id", str)
PEER = web.RequestKey("peer", Peer)
SOCKET_PATH = "/socket.io"

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Probes come every few seconds and say nothing new when they succeed.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


def route_of(request: web.Request) -> str:
    """The route's template: a bounded label, unlike the path."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


@web.middleware
async def identify_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives the request an id, a peer and, at the end, its metrics and its log line."""
    given = request.headers.get("X-Request-Id", "")
    request_id = given if _GIVEN_ID.fullmatch(given) else new_id("rq")
    services = request.app[SERVICES]
    request[REQUEST_ID] = request_id
    request[PEER] = request.app[PROXIES].peer(request)
    if request.path.startswith(SOCKET_PATH):
        return await handler(request)  # engine.io counts its own
    started = time.perf_counter()
    status = 500
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            took_s = time.perf_counter() - started
            route = route_of(request)
            services.metrics.http_request(
                method=request.method, route=route, status=status, took_s=took_s
            )
            if route not in _QUIET or status >= 400:  # noqa: PLR2004
                log.info(
                    "request",
                    method=request.method,
                    route=route,
                    status=status,
                    took_ms=round(took_s * 1000, 1),
                )


@web.middleware
async def tell_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every error into a problem document; what is not ours is logged with its trace."""
    if request.path.startswith(SOCKET_PATH):
        return await handler(request)
    request_id = request[REQUEST_ID]
    try:
        return await handler(request)
    except errors.AcdError as error:
        if problems.status_of(type(error)) >= 500 and not error.retryable:  # noqa: PLR2004
            log.exception("request failed")
        return problems.response_of(error, instance=request_id)
    except web.HTTPException as failure:
        if failure.status < 400:  # noqa: PLR2004 - redirects
            raise
        response = problems.response_of(problems.from_http(failure), instance=request_id)
        if isinstance(failure, web.HTTPMethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(failure.allowed_methods))
        return response
    except Exception:
        log.exception("request failed")
        return problems.response_of(errors.AcdError(), instance=request_id)


async def prepare(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer, websockets and engine.io's polls included."""
    peer = request.get(PEER)
    security.harden(response, https=peer is not None and peer.https)
    request_id = request.get(REQUEST_ID)
    if request_id is not None:
        response.headers["X-Request-Id"] = request_id

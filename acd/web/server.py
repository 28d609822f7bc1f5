"""The HTTP application: every route, in one place."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from acd.domain.errors import StoreUnavailable
from acd.reporting.metrics import CONTENT_TYPE, QueueFigures
from acd.web import health, middleware, openapi, static
from acd.web.api import ENDPOINTS, PREFIX, widget
from acd.web.api.event_stream import STREAMS, EventStreams
from acd.web.api.widget import ANSWERS
from acd.web.endpoint import MAX_BODY_BYTES
from acd.web.fresh import Fresh, FreshOnes
from acd.web.peer import TrustedProxies
from acd.web.services import PROXIES, SERVICES, Services

if TYPE_CHECKING:
    from acd.domain.ids import QueueId
    from acd.web.endpoint import Endpoint

SCRAPE_S: Final = 2.0
SCRAPED_S: Final = 1.0
"""How old the figures may be: several scrapers, or a curious one, cost one reading a second."""
MAX_QUEUES: Final = 500
SCRAPED: Final = web.AppKey("scraped", Fresh[bytes])


def build_app(services: Services) -> web.Application:
    """The application over these services; the caller attaches Socket.IO and runs it."""
    app = web.Application(
        client_max_size=MAX_BODY_BYTES,
        middlewares=[middleware.identify_request, middleware.tell_problems],
    )
    app[SERVICES] = services
    app[PROXIES] = TrustedProxies.parse(services.config.server.trusted_proxies)
    app.on_response_prepare.append(middleware.prepare)
    health.mount(app, services.health)
    app[ANSWERS] = FreshOnes(widget.FRESH_S)
    app[SCRAPED] = Fresh(SCRAPED_S)
    app.router.add_get("/metrics", _metrics)
    _mount_api(app, ENDPOINTS, server=services.config.server.public_url)
    streams = EventStreams()
    app[STREAMS] = streams
    app.on_shutdown.append(streams.close)
    static.mount(app, demo=services.demo)
    return app


def _mount_api(
    app: web.Application, endpoints: tuple[Endpoint[Any, Any, Any], ...], *, server: str
) -> None:
    document = openapi.document(endpoints, server=server)

    async def described(_request: web.Request) -> web.Response:
        return web.json_response(document, headers={"Cache-Control": "no-cache"})

    app.router.add_get(f"{PREFIX}/openapi.json", described)
    for endpoint in endpoints:
        if endpoint.method == "GET":
            app.router.add_get(
                PREFIX + endpoint.at, endpoint.serve, allow_head=not endpoint.websocket
            )
        else:
            app.router.add_route(endpoint.method, PREFIX + endpoint.at, endpoint.serve)


async def _metrics(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    with contextlib.suppress(StoreUnavailable):
        await services.limits.take("public", request[middleware.PEER].subscriber)
    return web.Response(
        body=await request.app[SCRAPED].of(lambda: _figures(services)),
        headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"},
    )


async def _figures(services: Services) -> bytes:
    readiness, _ = await asyncio.gather(services.health.readiness(), _gather_queues(services))
    for name, store in readiness.stores.items():
        services.metrics.store(name, up=store.ok)
    return services.metrics.text()


async def _gather_queues(services: Services) -> None:
    """One read of every queue; without an answer in time the figures are absent, not old."""

    async def figures(queue: QueueId) -> QueueFigures:
        found = await services.router.queue(queue)
        return QueueFigures(
            queue=queue,
            waiting=found.waiting,
            ringing=found.ringing,
            active=found.active,
            available=found.available,
            here=found.here,
            longest_wait_s=(found.longest_wait_ms or 0) / 1000,
        )

    try:
        async with asyncio.timeout(SCRAPE_S):
            queues = [queue.id for queue in await services.directory.queues() if queue.active]
            found = await asyncio.gather(*(figures(queue) for queue in queues[:MAX_QUEUES]))
    except (TimeoutError, StoreUnavailable):
        found = []
    services.metrics.queues(found)

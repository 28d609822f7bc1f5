"""What the website widget may know of its site. Public, for pages of the site's own origins."""

from __future__ import annotations

import contextlib
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import structlog
from aiohttp import web
from pydantic import Field

from acd.domain import errors
from acd.domain.ids import SiteId
from acd.domain.interaction import Channel
from acd.domain.queue import Diversion
from acd.flow.hours import opens_at
from acd.web import problems
from acd.web.api.values import Id, Ms
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output, reply
from acd.web.fresh import FreshOnes
from acd.web.identity import PUBLIC
from acd.web.middleware import PEER, REQUEST_ID
from acd.web.peer import same_origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.directory import Department, Queue, Site
    from acd.domain.ids import DepartmentId
    from acd.domain.queue import Divert, QueueSettings
    from acd.routing.snapshots import QueueSnapshot
    from acd.web.services import Services


log = structlog.get_logger(__name__)

_TOLD_CHARS: Final = 200
FRESH_S: Final = 2.0
"""How old what a page is told may be: hours, lines and estimates move slower than visitors come."""


class OneSite(Input):
    """A site's address."""

    site: Id


class Service(StrEnum):
    """What comes of a chat that is started now."""

    CHAT = "chat"
    FORM = "form"
    """The message is kept and answered later."""
    FULL = "full"
    """The line is full; nobody else is let in for the moment."""
    CLOSED = "closed"


class WaitEstimate(Output):
    """Expected wait in seconds: half of the contacts wait less than p50."""

    p50_s: float
    p90_s: float


class WidgetDepartment(Output):
    """A department a visitor may choose."""

    id: str
    name: dict[str, str]
    open: Annotated[bool, Field(description="whether a chat can be started")]
    service: Service
    opens_ms: Annotated[Ms | None, Field(description="when its hours begin next")]
    estimate: Annotated[WaitEstimate | None, Field(description="while enough is known")]
    channels: Annotated[
        tuple[Channel, ...],
        Field(description="ways in; `call` while somebody is there to answer one"),
    ]


class WidgetLimits(Output):
    """What a visitor may send."""

    message_chars: int


class WidgetConfig(Output):
    """What the widget shows before anybody wrote anything."""

    site: str
    name: str
    locales: tuple[str, ...]
    departments: tuple[WidgetDepartment, ...]
    limits: WidgetLimits


ANSWERS: Final = web.AppKey("widget_answers", FreshOnes[tuple[SiteId, int], WidgetConfig])


async def _read_widget(call: Call[OneSite, Nothing, Nothing]) -> web.Response:
    try:
        with contextlib.suppress(errors.StoreUnavailable):
            await call.services.limits.take("public", call.request[PEER].subscriber)
        return await _described(call)
    except (errors.OriginRefused, errors.NotFound, errors.TooMany) as refusal:
        # it tells nothing of the site, and without this the page could only guess at the reason
        response = problems.response_of(refusal, instance=call.request[REQUEST_ID])
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


async def _described(call: Call[OneSite, Nothing, Nothing]) -> web.Response:
    services = call.services
    await services.people.refresh()
    site = services.people.sites.get(SiteId(call.path.site))
    if site is None or not site.active:
        raise errors.NotFound
    origin = call.request.headers.get("Origin")
    foreign = origin is not None and not same_origin(
        call.request, services.config.server.public_url
    )
    if origin is not None and foreign and not site.admits(origin):
        # the page is told nothing of the site; whoever installs it looks here
        log.warning("origin refused", site=site.id, origin=origin[:_TOLD_CHARS])
        raise errors.OriginRefused
    answer = call.request.app[ANSWERS].of((site.id, services.people.version))
    config = await answer.of(lambda: _config(services, site))
    response = reply(config)
    response.headers["Vary"] = "Origin"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if origin is not None and foreign:
        response.headers["Access-Control-Allow-Origin"] = origin
    return response


async def _config(services: Services, site: Site) -> WidgetConfig:
    queues = {
        (queue.department, queue.channel): queue
        for queue in await services.directory.queues()
        if queue.active
    }
    departments = {
        found.id: found for found in await services.directory.departments() if found.active
    }
    chosen = [wanted for wanted in site.departments or departments if wanted in departments]
    return WidgetConfig(
        site=site.id,
        name=site.name,
        locales=tuple(site.locales),
        departments=tuple(
            [await _department(services, departments[wanted], queues) for wanted in chosen]
        ),
        limits=WidgetLimits(message_chars=services.config.limits.message_chars),
    )


async def _department(
    services: Services,
    department: Department,
    queues: Mapping[tuple[DepartmentId, Channel], Queue],
) -> WidgetDepartment:
    queue = queues.get((department.id, Channel.CHAT))
    calls = queues.get((department.id, Channel.CALL))
    live, channels = None, []
    with contextlib.suppress(errors.StoreUnavailable):  # then a chat may be tried, as ever
        if queue is not None:
            channels.append(Channel.CHAT)
            live = await services.router.queue(queue.id)
        if calls is not None and await _answers(services, calls):
            channels.append(Channel.CALL)
    service = Service.CLOSED if queue is None else Service.CHAT
    if queue is not None and live is not None and live.configured:
        service = service_of(queue.settings, live)
    opens_ms = None
    if queue is not None and live is not None and not live.open:
        opens_ms = live.opens_ms or await _opens_some_day(services, queue, live.now_ms)
    wait = live.expected if live is not None and service is Service.CHAT else None
    return WidgetDepartment(
        id=department.id,
        name=dict(department.names),
        open=service is Service.CHAT,
        service=service,
        opens_ms=opens_ms,
        estimate=WaitEstimate(p50_s=wait.p50_s, p90_s=wait.p90_s) if wait is not None else None,
        channels=tuple(channels),
    )


async def _opens_some_day(services: Services, queue: Queue, now_ms: int) -> int | None:
    """Routing knows of the next days; a season's pause is longer."""
    hours = {entry.id: entry for entry in await services.directory.hours()}
    return opens_at(queue, hours, now_ms) if queue.hours in hours else None


async def _answers(services: Services, calls: Queue) -> bool:
    """Whether somebody might pick up: nobody is shown a button that rings into the void."""
    live = await services.router.queue(calls.id)
    return live.here > 0 and service_of(calls.settings, live) is Service.CHAT


def service_of(rules: QueueSettings, live: QueueSnapshot) -> Service:
    """What the queue's rules make of an arrival now: the order in which routing asks them."""
    if not live.open:
        return _by(rules.on_closed, Service.CLOSED)
    if live.here == 0 and rules.on_nobody is not None:
        return _by(rules.on_nobody, Service.CLOSED)
    if rules.max_length and live.waiting + live.ringing >= rules.max_length:
        return _by(rules.on_full, Service.FULL)
    return Service.CHAT


def _by(rule: Divert | None, refused: Service) -> Service:
    """Where it goes on by another queue or by a callback, it is a chat still."""
    if rule is None or rule.to in {Diversion.REJECT, Diversion.VOICEMAIL}:
        return refused
    return Service.FORM if rule.to is Diversion.FORM else Service.CHAT


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/widget/{site}",
        tag="widget",
        summary="What the widget shows",
        description="Pages of the site's origins may read it (CORS); any page, why it was refused.",
        access=PUBLIC,
        handler=_read_widget,
        path=OneSite,
        query=Nothing,
        body=Nothing,
        answer=WidgetConfig,
        refuses=(errors.OriginRefused, errors.TooMany),
    ),
)

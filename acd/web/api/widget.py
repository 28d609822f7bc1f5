"""What the website widget may know of its site. Public, for pages of the site's own origins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain import errors
from acd.domain.ids import SiteId
from acd.domain.interaction import Channel
from acd.web import problems
from acd.web.api.values import Id
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output, reply
from acd.web.identity import PUBLIC
from acd.web.middleware import REQUEST_ID
from acd.web.peer import same_origin

if TYPE_CHECKING:
    from aiohttp import web


class OneSite(Input):
    """A site's address."""

    site: Id


class WidgetDepartment(Output):
    """A department a visitor may choose."""

    id: str
    name: dict[str, str]
    open: bool
    channels: tuple[Channel, ...]


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


async def _read_widget(call: Call[OneSite, Nothing, Nothing]) -> web.Response:
    try:
        return await _described(call)
    except (errors.OriginRefused, errors.NotFound) as refusal:
        # it tells nothing of the site, and without this the page could only guess at the reason
        response = problems.response_of(refusal, instance=call.request[REQUEST_ID])
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


async def _described(call: Call[OneSite, Nothing, Nothing]) -> web.Response:
    services = call.services
    site = await services.directory.site(SiteId(call.path.site))
    if site is None or not site.active:
        raise errors.NotFound
    origin = call.request.headers.get("Origin")
    foreign = origin is not None and not same_origin(
        call.request, services.config.server.public_url
    )
    if origin is not None and foreign and not site.admits(origin):
        raise errors.OriginRefused
    queues = [queue for queue in await services.directory.queues() if queue.active]
    departments = {
        found.id: found for found in await services.directory.departments() if found.active
    }
    chosen = [wanted for wanted in site.departments or departments if wanted in departments]
    config = WidgetConfig(
        site=site.id,
        name=site.name,
        locales=tuple(site.locales),
        departments=tuple(
            WidgetDepartment(
                id=wanted,
                name=dict(departments[wanted].names),
                open=True,
                channels=tuple(
                    queue.channel
                    for queue in queues
                    if queue.department == wanted and queue.channel is Channel.CHAT
                ),
            )
            for wanted in chosen
        ),
        limits=WidgetLimits(message_chars=services.config.limits.message_chars),
    )
    response = reply(config)
    response.headers["Vary"] = "Origin"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if origin is not None and foreign:
        response.headers["Access-Control-Allow-Origin"] = origin
    return response


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
        refuses=(errors.OriginRefused,),
    ),
)

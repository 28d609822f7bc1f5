"""The demo page's own verbs, under /demo/. Nothing here exists outside the demonstration."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from acd.demo.seed import SITE, YOU
from acd.domain.errors import BadRequest, NotFound, OriginRefused
from acd.domain.ids import AgentId
from acd.web.api.session import begin_session
from acd.web.peer import same_origin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.demo.crowd import Crowd
    from acd.web.services import Services

RUSH_VISITORS: Final = 40
"""Twice as many as there are slots: the lines must fill."""
MAX_BODY_BYTES: Final = 1024


def demo_routes(services: Services, crowd: Crowd, clear: Callable[[], None]) -> web.Application:
    """The sub-application to mount at /demo/.

    Args:
        services: the node's.
        crowd: the simulated people.
        clear: ends this run of the demonstration; the next begins with fresh data.
    """
    verbs = _Verbs(services, crowd, clear)
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.router.add_get("/state", verbs.state)
    app.router.add_post("/rush", _ours_only(services, verbs.rush))
    app.router.add_post("/call", _ours_only(services, verbs.call))
    app.router.add_delete("/call", _ours_only(services, verbs.hang_up))
    app.router.add_post("/clear", _ours_only(services, verbs.clear))
    app.router.add_post("/sign-in", _ours_only(services, verbs.sign_in))
    return app


def _ours_only(
    services: Services, handler: Callable[[web.Request], Awaitable[web.Response]]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Only a page of this server may ask: a form on another site cannot start a rush here."""

    async def checked(request: web.Request) -> web.Response:
        if not same_origin(request, services.config.server.public_url):
            raise OriginRefused("Ask from the demo page of this server.")
        return await handler(request)

    return checked


class _Verbs:
    def __init__(self, services: Services, crowd: Crowd, clear: Callable[[], None]) -> None:
        self._services = services
        self._crowd = crowd
        self._clear = clear

    async def state(self, _request: web.Request) -> web.Response:
        """Who is here and how busy it is; a page may ask every second."""
        agent = await self._services.directory.agent(AgentId(YOU))
        queues = [queue.id for queue in await self._services.directory.queues()]
        figures = await asyncio.gather(*(self._services.router.queue(queue) for queue in queues))
        return web.json_response(
            {
                "run": self._crowd.run_id,
                "site": SITE,
                "agent": {"id": YOU, "name": agent.name if agent else YOU},
                "simulated": {
                    "agents": self._crowd.agents_here,
                    "visitors": self._crowd.rush.present,
                },
                "waiting": sum(found.waiting + found.ringing for found in figures),
                "active": sum(found.active for found in figures),
                "call": asdict(self._crowd.telephone.state),
                "rush": {"running": self._crowd.rush.arriving > 0, "visitors": RUSH_VISITORS},
            }
        )

    async def rush(self, request: web.Request) -> web.Response:
        """Sends visitors, 40 unless `{"visitors": n}` says otherwise."""
        visitors = (await _body(request)).get("visitors", RUSH_VISITORS)
        if not isinstance(visitors, int) or isinstance(visitors, bool) or visitors < 1:
            raise BadRequest("`visitors` is a whole number from 1.", field="visitors")
        return web.json_response({"visitors": self._crowd.rush.start(visitors)}, status=202)

    async def call(self, _request: web.Request) -> web.Response:
        """Lets a telephone call come in."""
        self._crowd.telephone.place()
        return web.json_response(asdict(self._crowd.telephone.state), status=202)

    async def hang_up(self, _request: web.Request) -> web.Response:
        """Ends the telephone calls that were let in; `running` tells when they are over."""
        self._crowd.telephone.hang_up()
        return web.json_response(asdict(self._crowd.telephone.state), status=202)

    async def clear(self, _request: web.Request) -> web.Response:
        """Answers, then starts anew: `run` in /demo/state is another one when that is done."""
        asyncio.get_running_loop().call_later(0.2, self._clear)
        return web.json_response({"run": self._crowd.run_id}, status=202)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Makes this browser the demo agent's."""
        agent = await self._services.directory.agent(AgentId(YOU))
        if agent is None:
            raise NotFound
        return await begin_session(request, self._services, agent)


async def _body(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        raise BadRequest("The body is no JSON.") from None
    if not isinstance(found, dict):
        raise BadRequest("The body is a JSON object.")
    return found

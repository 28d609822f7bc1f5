"""The session of a signed-in person: sign in, who am I, sign out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, StringConstraints

from acd.domain import errors
from acd.domain.directory import Role
from acd.records.accounts import SESSION_COOKIE
from acd.records.secrets import token_hash
from acd.web.api.values import Ms
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output, reply
from acd.web.identity import MAX_SECRET_CHARS, PUBLIC, Access
from acd.web.middleware import PEER
from acd.web.peer import same_origin

if TYPE_CHECKING:
    from aiohttp import web

    from acd.domain.directory import Agent
    from acd.web.services import Services


class SignIn(Input):
    """What a person signs in with."""

    email: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class Me(Output):
    """Who is signed in."""

    id: str
    name: str
    role: Role
    email: str
    locale: str


class SessionView(Output):
    """The session; `csrf` goes into X-CSRF-Token of every request that changes something."""

    agent: Me
    csrf: str
    expires_ms: Annotated[Ms | None, Field(description="when signing in again is due")] = None


SIGNED_IN_COOKIE: Final = "acd_signed_in"
"""Tells the console's scripts, which cannot see the session, that asking for it is worth it."""
BROWSER_COOKIE: Final = "acd_browser"
"""Tells a browser that has signed in before from those that only try; see ADR 32."""
BROWSER_DAYS: Final = 180


def _view(agent: Agent, csrf: str, expires_ms: int | None) -> SessionView:
    return SessionView(
        agent=Me(
            id=agent.id,
            name=agent.name,
            role=agent.role,
            email=agent.email,
            locale=agent.locale,
        ),
        csrf=csrf,
        expires_ms=expires_ms,
    )


async def _sign_in(call: Call[Nothing, Nothing, SignIn]) -> web.Response:
    services, request, given = call.services, call.request, call.body
    if not same_origin(request, services.config.server.public_url):
        raise errors.OriginRefused("Sign in from a page of this server.")
    try:
        await _paced(request, services, given.email.strip().lower())
    except errors.TooMany:
        services.metrics.sign_in("limited")
        raise
    try:
        agent = await services.accounts.check_password(given.email, given.password)
    except errors.SignInFailed:
        services.metrics.sign_in("refused")
        raise
    services.metrics.sign_in("ok")
    response = await begin_session(request, services, agent)
    response.set_cookie(
        BROWSER_COOKIE,
        await services.accounts.mark_browser(agent.id),
        max_age=BROWSER_DAYS * 86_400,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=_secure(request, services),
    )
    return response


async def _paced(request: web.Request, services: Services, email: str) -> None:
    """Takes a try: of the browser's own where it is known, else of the address and the account.

    So whoever guesses cannot keep out those who have signed in before. What strangers may try on
    an account counts whether there is one or not: the answers do not tell.
    """
    limits, address = services.limits, request[PEER].subscriber
    mark = request.cookies.get(BROWSER_COOKIE, "")
    if 0 < len(mark) <= MAX_SECRET_CHARS:
        await limits.take("public", address)  # looking it up costs a read
        if await services.accounts.knows_browser(email, mark):
            await limits.take("sign_in_browser", f"{email} {mark}")
            return
    await limits.take("sign_in_address", address)
    await limits.take("sign_in_account", email)


async def begin_session(request: web.Request, services: Services, agent: Agent) -> web.Response:
    """Signs this browser in as the agent: the cookie, and what the console needs beside it."""
    hours = services.config.security.session_hours
    session = await services.accounts.sign_in(agent, hours=hours)
    response = reply(_view(agent, session.csrf, session.expires_ms))
    for name, value in ((SESSION_COOKIE, session.token), (SIGNED_IN_COOKIE, "yes")):
        response.set_cookie(
            name,
            value,
            max_age=hours * 3600,
            path="/",
            httponly=name == SESSION_COOKIE,
            samesite="Strict",
            secure=_secure(request, services),
        )
    return response


async def _read_session(call: Call[Nothing, Nothing, Nothing]) -> SessionView:
    assert call.caller.agent is not None  # noqa: S101 - no scope: people only
    return _view(call.caller.agent, call.caller.csrf, call.caller.expires_ms)


async def _sign_out(call: Call[Nothing, Nothing, Nothing]) -> web.Response:
    services, token = call.services, call.request.cookies[SESSION_COOKIE]
    await services.accounts.sign_out(token)
    if call.caller.agent is not None:
        services.chat.signed_out(call.caller.agent.id, token_hash(token))
    response = reply(None, status=204)
    secure = _secure(call.request, services)
    for name in (SESSION_COOKIE, SIGNED_IN_COOKIE):
        response.del_cookie(
            name, path="/", httponly=name == SESSION_COOKIE, samesite="Strict", secure=secure
        )
    return response


def _secure(request: web.Request, services: Services) -> bool:
    wanted = services.config.security.cookie_secure
    if wanted == "auto":
        public = services.config.server.public_url
        return request[PEER].https or public.startswith("https://")
    return wanted


ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        at="/session",
        tag="session",
        summary="Sign in",
        description="Sets the cookie acd_session. Tries are limited per address and account; those "
        "of a browser that signed in before (cookie acd_browser) are counted apart.",
        access=PUBLIC,
        handler=_sign_in,
        path=Nothing,
        query=Nothing,
        body=SignIn,
        answer=SessionView,
        refuses=(errors.SignInFailed, errors.OriginRefused),
    ),
    Endpoint(
        method="GET",
        at="/session",
        tag="session",
        summary="Who is signed in",
        access=Access(),
        handler=_read_session,
        path=Nothing,
        query=Nothing,
        body=Nothing,
        answer=SessionView,
    ),
    Endpoint(
        method="DELETE",
        at="/session",
        tag="session",
        summary="Sign out",
        access=Access(),
        handler=_sign_out,
        path=Nothing,
        query=Nothing,
        body=Nothing,
    ),
)

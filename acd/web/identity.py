"""Who calls: a signed-in person by cookie or a program by API key, and what each may do."""

from __future__ import annotations

import contextlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from acd.chat.actors import Actor
from acd.domain import errors
from acd.domain.directory import Role
from acd.records.accounts import SESSION_COOKIE
from acd.web.peer import same_origin
from acd.web.refusals import CsrfFailed, ScopeMissing

if TYPE_CHECKING:
    from aiohttp import web

    from acd.domain.directory import Agent, ApiKey
    from acd.domain.ids import AgentId, DepartmentId, QueueId
    from acd.web.services import Services

CSRF_HEADER: Final = "X-CSRF-Token"
MAX_SECRET_CHARS: Final = 256
_RANK: Final = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Scope(StrEnum):
    """What an API key may do."""

    READ = "read"
    CONTACTS = "contacts"
    INTERACTIONS = "interactions"
    PRESENCE = "presence"
    EVENTS = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may call a verb: people from this role up, programs with this scope (None: none)."""

    role: Role = Role.AGENT
    scope: Scope | None = None


PUBLIC: Final = Access()
"""Anybody; compared by identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The identity behind a request: a person, a program, or nobody for public verbs."""

    agent: Agent | None = None
    csrf: str = ""
    expires_ms: int | None = None
    key: ApiKey | None = None

    @property
    def name(self) -> str:
        """The caller as history and logs tell it: an agent's id, or a key's after `key:`."""
        if self.agent is not None:
            return self.agent.id
        return f"key:{self.key.id}" if self.key is not None else "public"

    @property
    def steers(self) -> bool:
        """Whether every department is the caller's: programs, supervisors and administrators."""
        if self.agent is None:
            return self.key is not None
        return self.agent.role.steers

    @property
    def departments(self) -> frozenset[DepartmentId] | None:
        """The departments whose work the caller may see; None means all."""
        if self.steers:
            return None
        if self.agent is None:
            return frozenset()
        return self.agent.sees

    @property
    def actor(self) -> Actor:
        """The caller as the features know them."""
        return Actor(name=self.name, steers=self.steers, agent=self.agent)

    def sees_queue(self, queue: QueueId) -> bool:
        """Whether that queue's work is the caller's to see."""
        return self.actor.sees(queue)

    def is_agent(self, agent: AgentId) -> bool:
        """Whether the caller is that person."""
        return self.agent is not None and self.agent.id == agent


async def admit(request: web.Request, services: Services, access: Access) -> Caller:
    """The caller, if the verb is theirs to call.

    Raises:
        NotSignedIn: there is no valid cookie nor key.
        Forbidden: the role, the scope or the CSRF token is missing.
        TooMany: this session or key asks faster than `limits.requests_per_minute`.
    """
    if access is PUBLIC:
        return Caller()
    token = bearer(request)
    if token is not None:
        return await _program(services, token, access)
    caller = await signed_in(request, services)
    assert caller.agent is not None  # noqa: S101 - signed_in's promise
    await _paced(services, caller)
    if _RANK[caller.agent.role] < _RANK[access.role]:
        raise errors.Forbidden
    if request.method not in _SAFE:
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), caller.csrf.encode()):
            raise CsrfFailed
    # Browsers send cookies with a WebSocket from anywhere, and no CSRF header with it.
    if not same_origin(request, services.config.server.public_url):
        raise CsrfFailed("The request comes from a page of another site.")
    return caller


async def signed_in(request: web.Request, services: Services) -> Caller:
    """The person behind the cookie, or NotSignedIn."""
    token = request.cookies.get(SESSION_COOKIE, "")
    if not 0 < len(token) <= MAX_SECRET_CHARS:
        raise errors.NotSignedIn
    session = await services.accounts.session(token)
    if session is None:
        raise errors.NotSignedIn
    return Caller(agent=session.agent, csrf=session.csrf, expires_ms=session.expires_ms)


def bearer(request: web.Request) -> str | None:
    """The API key sent, or None when there is no Authorization header."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= MAX_SECRET_CHARS:
        raise errors.NotSignedIn
    return token


async def _program(services: Services, token: str, access: Access) -> Caller:
    key = await services.accounts.api_key(token)
    if key is None or not key.active:
        raise errors.NotSignedIn
    caller = Caller(key=key)
    await _paced(services, caller)
    if access.scope is None or access.scope not in key.scopes:
        raise ScopeMissing
    return caller


async def _paced(services: Services, caller: Caller) -> None:
    # The limit protects the stores. While Redis is away, what SQL alone can answer is answered.
    with contextlib.suppress(errors.StoreUnavailable):
        await services.limits.take("api", caller.name)

"""Who is calling: console sessions, visitor tokens and API keys. Secrets are stored as hashes."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, bindparam, select

from acd.domain.contact import Visitor
from acd.domain.errors import SignInFailed
from acd.records import directory_rows as rows
from acd.records.directory_reads import agents_of
from acd.records.prepared import Prepared
from acd.records.secrets import Passwords, new_token, token_hash
from acd.records.sql import now_ms
from acd.records.tables.directory import agent_sessions, agents, api_keys
from acd.records.tables.people import visitor_tokens

if TYPE_CHECKING:
    from collections.abc import Collection

    from acd.domain.directory import Agent, ApiKey
    from acd.domain.ids import AgentId, ContactId, SiteId
    from acd.records.engine import Database

SESSION_COOKIE: Final = "acd_session"
"""Where a browser keeps the token of its console session."""
DAY_MS = 86_400_000
VISITOR_DAYS = 180

_lasts = (agent_sessions.c.expires_ms > bindparam("now_ms")) & agents.c.active
_session = Prepared(
    select(agents, agent_sessions.c.csrf, agent_sessions.c.expires_ms)
    .join(agent_sessions, agent_sessions.c.agent == agents.c.id)
    .where(agent_sessions.c.token_hash == bindparam("token_hash"), _lasts)
)
_standing = Prepared.among(
    select(agent_sessions.c.token_hash)
    .join(agents, agents.c.id == agent_sessions.c.agent)
    .where(_lasts),
    agent_sessions.c.token_hash,
)
_add_token = Prepared.insert(visitor_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A console session just made: the token goes into the cookie and is stored nowhere."""

    agent: Agent
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSession:
    """A console session as found by its token."""

    agent: Agent
    csrf: str = field(repr=False)
    expires_ms: int


class Accounts:
    """Sessions, tokens and keys. Every verb raises StoreUnavailable while the database is away.

    A visitor token stands for its visitor for `visitor_days`.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords | None = None,
        *,
        visitor_days: float = VISITOR_DAYS,
    ) -> None:
        self._database = database
        self._passwords = passwords or Passwords()
        self._visitor_ms = int(visitor_days * DAY_MS)

    async def check_password(self, email: str, password: str) -> Agent:
        """The agent with that address and password; takes as long for an unknown address.

        Raises:
            SignInFailed: there is no such agent, or the password is wrong, or none is set.
        """
        query = select(agents).where(agents.c.email == email.strip().lower(), agents.c.active)
        row = await self._database.read(lambda tx: tx.execute(query).first())
        right = await self._passwords.verify(row.password_hash if row else "", password)
        if row is None or not right:
            raise SignInFailed
        found = await self._database.read(lambda tx: agents_of(tx, tx.execute(query).all()))
        if not found:
            raise SignInFailed
        return found[0]

    async def mark_browser(self, agent: AgentId) -> str:
        """What a browser keeps to be known again by `knows_browser`, until the password changes."""
        query = select(agents.c.password_hash).where(agents.c.id == agent)
        stored = await self._database.read(lambda tx: tx.execute(query).scalar_one())
        return _mark(stored, secrets.token_urlsafe(16))

    async def knows_browser(self, email: str, mark: str) -> bool:
        """Whether a browser with that mark has signed in with that account's present password."""
        query = select(agents.c.password_hash).where(
            agents.c.email == email.strip().lower(), agents.c.active
        )
        stored = await self._database.read(lambda tx: tx.execute(query).scalar()) or ""
        right = _mark(stored, mark.partition(".")[0])
        return hmac.compare_digest(right.encode(), mark.encode()) and stored != ""

    async def sign_in(self, agent: Agent, *, hours: float) -> SignedIn:
        """Open a console session of so many hours; expired ones are swept on the way."""
        token, csrf, at_ms = new_token(), secrets.token_urlsafe(24), now_ms()
        expires_ms = at_ms + int(hours * 3_600_000)
        row = {
            "token_hash": token_hash(token),
            "agent": agent.id,
            "csrf": csrf,
            "created_ms": at_ms,
            "expires_ms": expires_ms,
        }

        def work(tx: Connection) -> None:
            tx.execute(agent_sessions.delete().where(agent_sessions.c.expires_ms < at_ms))
            tx.execute(agent_sessions.insert(), row)

        await self._database.write(work)
        return SignedIn(agent=agent, token=token, csrf=csrf, expires_ms=expires_ms)

    async def session(self, token: str) -> ConsoleSession | None:
        """The session of that token while it lasts and its agent is active."""

        def work(tx: Connection) -> ConsoleSession | None:
            row = _session.first(tx, {"token_hash": token_hash(token), "now_ms": now_ms()})
            if row is None:
                return None
            agent = agents_of(tx, [row])[0]
            return ConsoleSession(agent=agent, csrf=row.csrf, expires_ms=row.expires_ms)

        return await self._database.read(work)

    async def standing(self, tokens: Collection[str]) -> set[str]:
        """Those of the tokens whose sessions `session` would find."""
        if not tokens:
            return set()
        by_hash = {token_hash(token): token for token in tokens}
        values = {"ids": list(by_hash), "now_ms": now_ms()}
        rows = await self._database.read(lambda tx: _standing.all(tx, values))
        return {by_hash[row.token_hash] for row in rows}

    async def sign_out(self, token: str) -> None:
        """End the session of that token; done already if there is none."""
        gone = agent_sessions.delete().where(agent_sessions.c.token_hash == token_hash(token))
        await self._database.write(lambda tx: tx.execute(gone).close())

    async def sign_out_everywhere(self, agent: AgentId) -> None:
        """End every session of an agent."""
        gone = agent_sessions.delete().where(agent_sessions.c.agent == agent)
        await self._database.write(lambda tx: tx.execute(gone).close())

    async def issue_visitor_token(self, contact: ContactId, site: SiteId) -> str:
        """A new token that stands for that contact on that site alone."""
        return await self._database.write(lambda tx: issue_visitor_token(tx, contact, site))

    async def visitor(self, token: str) -> Visitor | None:
        """Whom a visitor token stands for; None for one that is too old."""
        query = select(visitor_tokens).where(
            visitor_tokens.c.hash == token_hash(token),
            visitor_tokens.c.created_ms > now_ms() - self._visitor_ms,
        )
        row = await self._database.read(lambda tx: tx.execute(query).first())
        return Visitor(contact=row.contact, site=row.site) if row else None

    async def api_key(self, secret: str) -> ApiKey | None:
        """The active key with that secret."""
        query = select(api_keys).where(api_keys.c.hash == token_hash(secret), api_keys.c.active)
        row = await self._database.read(lambda tx: tx.execute(query).first())
        return rows.api_key(row) if row else None


def _mark(password_hash: str, nonce: str) -> str:
    """Nobody but us can make one, nothing is stored of it, and another password voids it."""
    return f"{nonce}.{hmac.digest(password_hash.encode(), nonce.encode(), 'sha256').hex()}"


def issue_visitor_token(tx: Connection, contact: ContactId, site: SiteId) -> str:
    """Insert a new visitor token and return it."""
    token = new_token()
    row = {"hash": token_hash(token), "contact": contact, "site": site, "created_ms": now_ms()}
    _add_token.write(tx, row)
    return token

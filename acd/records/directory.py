"""The directory in SQL: every change and its version in one transaction.

Rows of config.toml are marked `provisioned` and cannot be changed by anybody else; what leaves
config.toml is deactivated, never deleted, since history refers to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, exc, select, update

from acd.domain.errors import Conflict, NotFound
from acd.records import directory_rows as rows
from acd.records.directory_reads import (
    Snapshot,
    agents_of,
    by_id,
    listed,
    read_channels,
    read_snapshot,
)
from acd.records.provision import apply_provision, digest_of
from acd.records.secrets import Passwords
from acd.records.tables.directory import (
    agent_skills,
    agents,
    api_keys,
    departments,
    hours,
    memberships,
    queues,
    sites,
    skills,
)
from acd.records.version import next_version, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Table

    from acd.domain.calendar import Hours
    from acd.domain.capacity import ChannelCapacity
    from acd.domain.directory import (
        Agent,
        ApiKey,
        Applied,
        Department,
        Provision,
        Queue,
        Site,
        Skill,
    )
    from acd.domain.ids import AgentId, DepartmentId, QueueId, SiteId
    from acd.domain.interaction import Channel
    from acd.records.engine import Database
    from acd.records.prepared import Prepared

T = TypeVar("T")


class Directory:
    """Who works here. Every verb raises StoreUnavailable while the database is away."""

    def __init__(self, database: Database, passwords: Passwords | None = None) -> None:
        self._database = database
        self._passwords = passwords or Passwords()

    # --- Reading: active rows only, unless asked otherwise -----------------------------------

    async def version(self) -> int:
        """The number of the last change."""
        return await self._database.read(version_of)

    async def channels(self) -> Mapping[Channel, ChannelCapacity]:
        """The tenant's capacity per channel; agents may differ."""
        return await self._database.read(read_channels)

    async def departments(self, *, inactive: bool = False) -> list[Department]:
        return await self._all(listed(departments, inactive=inactive), rows.department)

    async def department(self, department: DepartmentId) -> Department | None:
        return await self._one(departments, department, rows.department)

    async def queues(self, *, inactive: bool = False) -> list[Queue]:
        return await self._all(listed(queues, inactive=inactive), rows.queue)

    async def queue(self, queue: QueueId) -> Queue | None:
        return await self._one(queues, queue, rows.queue)

    async def hours(self, *, inactive: bool = False) -> list[Hours]:
        return await self._all(listed(hours, inactive=inactive), rows.hours)

    async def skills(self, *, inactive: bool = False) -> list[Skill]:
        return await self._all(listed(skills, inactive=inactive), rows.skill)

    async def sites(self, *, inactive: bool = False) -> list[Site]:
        return await self._all(listed(sites, inactive=inactive), rows.site)

    async def site(self, site: SiteId) -> Site | None:
        return await self._one(sites, site, rows.site)

    async def api_keys(self, *, inactive: bool = False) -> list[ApiKey]:
        return await self._all(listed(api_keys, inactive=inactive), rows.api_key)

    async def agents(self, *, inactive: bool = False) -> list[Agent]:
        return await self._database.read(
            lambda tx: agents_of(tx, listed(agents, inactive=inactive).all(tx))
        )

    async def agent(self, agent: AgentId) -> Agent | None:
        """That agent, active or not."""
        row = {"id": agent}
        found = await self._database.read(lambda tx: agents_of(tx, by_id(agents).all(tx, row)))
        return found[0] if found else None

    async def snapshot(self) -> Snapshot:
        """All that is active, with the version it is at least as new as."""
        return await self._database.read(read_snapshot)

    # --- Changing ----------------------------------------------------------------------------

    async def apply(self, provision: Provision) -> Applied:
        """Make the directory say what config.toml says; at once done if it was applied before.

        Raises:
            ConfigInvalid: two rows of the result would claim the same thing.
        """
        digest = digest_of(provision)
        missing = await self._database.read(
            lambda tx: _without_password(
                tx, [entry.agent.id for entry in provision.agents if entry.first_password]
            )
        )
        hashes: dict[str, str] = {
            entry.agent.id: await self._passwords.hash(entry.first_password)
            for entry in provision.agents
            if entry.agent.id in missing
        }
        return await self._database.write(lambda tx: apply_provision(tx, provision, digest, hashes))

    async def create_agent(self, agent: Agent, password: str = "") -> int:
        """Add an agent and return the directory's new version.

        Raises:
            Conflict: the id or the e-mail address is taken.
            NotFound: a department or a skill does not exist.
        """
        password_hash = await self._passwords.hash(password) if password else ""

        def work(tx: Connection) -> int:
            _check_references(tx, agent)
            try:
                tx.execute(
                    agents.insert(), {**rows.agent_row(agent), "password_hash": password_hash}
                )
            except exc.IntegrityError as error:
                raise Conflict("An agent with this id or e-mail address exists.") from error
            _write_details(tx, agent)
            return next_version(tx)

        return await self._database.write(work)

    async def set_password(self, agent: AgentId, password: str) -> None:
        """Store the hash of an agent's password; allowed for agents of config.toml too.

        Raises:
            NotFound: there is no such agent.
        """
        await self.set_password_hash(agent, await self._passwords.hash(password))

    async def set_password_hash(self, agent: AgentId, password_hash: str) -> None:
        """Store an argon2 hash as an agent's password.

        Raises:
            NotFound: there is no such agent.
        """

        def work(tx: Connection) -> None:
            statement = update(agents).where(agents.c.id == agent)
            if not tx.execute(statement.values(password_hash=password_hash)).rowcount:
                raise NotFound("There is no such agent.", field="agent")

        await self._database.write(work)

    async def _all(self, query: Prepared, make: Callable[[Any], T]) -> list[T]:
        return await self._database.read(lambda tx: [make(row) for row in query.all(tx)])

    async def _one(self, table: Table, key: str, make: Callable[[Any], T]) -> T | None:
        row = await self._database.read(lambda tx: by_id(table).first(tx, {"id": key}))
        return None if row is None else make(row)


def _without_password(tx: Connection, ids: Iterable[AgentId]) -> set[str]:
    wanted: set[str] = set(ids)
    stored = {row.id for row in tx.execute(select(agents.c.id).where(agents.c.password_hash != ""))}
    return wanted - stored


def _check_references(tx: Connection, agent: Agent) -> None:
    for table, wanted, field in (
        (departments, {place.department for place in agent.memberships}, "memberships"),
        (skills, set(agent.skills), "skills"),
    ):
        known = set(tx.execute(select(table.c.id).where(table.c.id.in_(wanted))).scalars())
        if missing := wanted - known:
            raise NotFound(f"There is no {sorted(missing)[0]}.", field=field)


def _write_details(tx: Connection, agent: Agent) -> None:
    if places := rows.membership_rows(agent):
        tx.execute(memberships.insert(), places)
    if levels := rows.skill_rows(agent):
        tx.execute(agent_skills.insert(), levels)

"""Apply what config.toml says about the directory."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, exc, select, update

from acd.domain.directory import Applied
from acd.domain.errors import ConfigInvalid
from acd.records import directory_rows as rows
from acd.records.devices import provision_devices, set_mode
from acd.records.secrets import token_hash
from acd.records.sql import now_ms, upsert
from acd.records.tables.directory import (
    agent_skills,
    agents,
    api_keys,
    departments,
    directory_state,
    hours,
    memberships,
    queues,
    sites,
    skills,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table

    from acd.domain.directory import Provision

_OWNED = (departments, hours, queues, skills, agents, sites, api_keys)
FORMAT = 2  # raised when this module would store the same provision differently


def digest_of(provision: Provision) -> str:
    """What a provision is known by. Secrets count only as their hash, or as being there."""

    def plain(value: Any) -> Any:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {
                field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
            }
        if isinstance(value, dict):
            return {str(key): plain(entry) for key, entry in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(entry) for entry in value]
        return value

    document = plain(provision)
    for entry in document["agents"]:
        entry["first_password"] = bool(entry["first_password"])
    for entry in document["api_keys"]:
        entry["secret"] = token_hash(entry["secret"])
    text = json.dumps([FORMAT, document], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def apply_provision(
    tx: Connection, provision: Provision, digest: str, first_passwords: Mapping[str, str]
) -> Applied:
    """Make the directory say what the provision says, unless its digest says that it does.

    Args:
        tx: the transaction.
        provision: what is wanted.
        digest: what it is known by.
        first_passwords: argon2 hashes by agent, stored where there is none.

    Raises:
        ConfigInvalid: two rows of the result would claim the same thing.
    """
    state = tx.execute(select(directory_state).with_for_update()).first()
    if state is not None and state.provision_digest == digest:
        return Applied(changed=False, version=state.version)
    before = _provisioned(tx)
    for table in _OWNED:  # what is still wanted is activated again below
        tx.execute(update(table).where(table.c.provisioned).values(active=False))
    try:
        _write(tx, provision)
        _write_agents(tx, provision, first_passwords)
    except exc.IntegrityError as error:
        raise ConfigInvalid(
            "Two entries claim the same id, e-mail address or key, or an entry names something"
            " that does not exist."
        ) from error
    version = 1 if state is None else state.version + 1
    tx.execute(
        upsert(tx, directory_state, ["version", "provision_digest", "channels"]),
        {
            "id": 1,
            "version": version,
            "provision_digest": digest,
            "channels": {
                channel.value: dataclasses.asdict(capacity)
                for channel, capacity in provision.channels.items()
            },
        },
    )
    return Applied(
        changed=True, version=version, deactivated=tuple(sorted(before - _provisioned(tx)))
    )


def _provisioned(tx: Connection) -> set[str]:
    """The active provisioned rows, as `table/id`."""
    return {
        f"{table.name}/{key}"
        for table in _OWNED
        for key in tx.execute(
            select(table.c.id).where(table.c.provisioned, table.c.active)
        ).scalars()
    }


def _put(tx: Connection, table: Table, values: list[dict[str, Any]]) -> None:
    if values:
        columns = [name for name in values[0] if name not in {"id", "created_ms"}]
        tx.execute(upsert(tx, table, columns), values)


def _write(tx: Connection, provision: Provision) -> None:
    owned = {"active": True, "provisioned": True}
    _put(
        tx,
        departments,
        [{"id": entry.id, "names": dict(entry.names), **owned} for entry in provision.departments],
    )
    _put(tx, hours, [{**rows.hours_row(entry), **owned} for entry in provision.hours])
    _put(
        tx,
        queues,
        [
            {
                "id": entry.queue,
                "department": entry.department,
                "channel": entry.channel.value,
                "settings": rows.queue_rules(entry),
                "hours": provision.queue_hours.get(entry.queue),
                **owned,
            }
            for entry in provision.queues
        ],
    )
    _put(tx, skills, [{"id": e.id, "name": e.name or e.id, **owned} for e in provision.skills])
    _put(tx, sites, [{**rows.site_row(entry), **owned} for entry in provision.sites])
    created_ms = now_ms()
    _put(
        tx,
        api_keys,
        [
            {
                "id": entry.id,
                "name": entry.name or entry.id,
                "hash": token_hash(entry.secret),
                "scopes": list(entry.scopes),
                "created_ms": created_ms,
                **owned,
            }
            for entry in provision.api_keys
        ],
    )


def _write_agents(tx: Connection, provision: Provision, first_passwords: Mapping[str, str]) -> None:
    people = [entry.agent for entry in provision.agents]
    _put(
        tx,
        agents,
        [{**rows.agent_row(agent), "active": True, "provisioned": True} for agent in people],
    )
    owned = select(agents.c.id).where(agents.c.provisioned)
    tx.execute(memberships.delete().where(memberships.c.agent.in_(owned)))
    tx.execute(agent_skills.delete().where(agent_skills.c.agent.in_(owned)))
    if places := [row for agent in people for row in rows.membership_rows(agent)]:
        tx.execute(memberships.insert(), places)
    if levels := [row for agent in people for row in rows.skill_rows(agent)]:
        tx.execute(agent_skills.insert(), levels)
    provision_devices(tx, owned, [one for entry in provision.agents for one in entry.devices])
    for entry in provision.agents:
        if entry.ring is not None:
            set_mode(tx, entry.agent.id, entry.ring)
    for agent, password_hash in first_passwords.items():
        tx.execute(
            update(agents)
            .where(agents.c.id == agent, agents.c.password_hash == "")
            .values(password_hash=password_hash)
        )

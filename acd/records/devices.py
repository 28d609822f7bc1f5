"""Agents' devices in SQL, and the codes that prove a telephone to be an agent's own.

Rows of config.toml are marked `provisioned`, count as verified, and are changed there. A device
whose address changes has to be proved again. What may ring is part of the directory's version:
routing is told who is reached without a console.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, select, update

from acd.domain.device import BROWSER, AgentDevices, Device, DeviceKind, RingMode
from acd.domain.errors import Conflict, NotFound
from acd.records.prepared import Prepared
from acd.records.secrets import token_hash
from acd.records.sql import now_ms, upsert
from acd.records.tables.directory import agent_ringing, agents, devices
from acd.records.version import next_version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acd.domain.ids import AgentId
    from acd.records.engine import Database

MOST: Final = 8
"""The most devices of one agent, the console among them."""
CODE_MS: Final = 600_000
"""How long a code may be typed in."""
CODE_TRIES: Final = 5
"""How often."""
_FIELDS: Final = (
    "kind",
    "address",
    "name",
    "place",
    "ring_s",
    "hours",
    "closed_console",
    "enabled",
    "verified",
    "provisioned",
)
_of = Prepared(
    select(agent_ringing.c.mode, devices.c.id, *(devices.c[name] for name in _FIELDS))
    .select_from(agents)
    .outerjoin(agent_ringing, agent_ringing.c.agent == agents.c.id)
    .outerjoin(devices, devices.c.agent == agents.c.id)
    .where(agents.c.id == bindparam("agent"))
)
_NO_CODE: Final = {"code_hash": "", "code_expires_ms": 0, "code_tries": 0}


class CodeAnswer(StrEnum):
    """What became of a code that was typed in."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"


class Devices:
    """Where agents are reached. Every verb raises StoreUnavailable while the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, agent: AgentId) -> AgentDevices:
        """The agent's devices, first the one that rings first; unset, only the console rings."""
        return await self._database.read(lambda tx: _read(tx, agent))

    async def device(self, agent: AgentId, device: str) -> Device:
        """One of them.

        Raises:
            NotFound: the agent has no such device.
        """
        return _named(await self.of(agent), device)

    async def set_mode(self, agent: AgentId, mode: RingMode) -> None:
        """How the agent's devices ring from now on."""
        await self._database.write(lambda tx: set_mode(tx, agent, mode))

    async def add(self, device: Device) -> Device:
        """A device more, not yet verified.

        Raises:
            Conflict: the agent has as many as there may be, or one with this id or address.
        """
        fresh = replace(device, verified=False, provisioned=False)

        def work(tx: Connection) -> Device:
            there = _read(tx, device.agent).devices
            if len(there) >= MOST:
                raise Conflict(f"There may be {MOST} devices; remove one first.")
            if any(one.id == device.id or one.address == device.address for one in there):
                raise Conflict("This device is there already.", field="address")
            tx.execute(devices.insert(), device_row(fresh))
            next_version(tx)
            return fresh

        return await self._database.write(work)

    async def change(self, device: Device) -> Device:
        """Overwrite a device; another address is another device, which has to be proved.

        Raises:
            NotFound: the agent has no such device.
            Conflict: it belongs to config.toml, or another has this address.
        """

        def work(tx: Connection) -> Device:
            there = _read(tx, device.agent)
            before = _own(there, device.id)
            twice = (one.address == device.address and one.id != device.id for one in there.devices)
            if any(twice):
                raise Conflict("Another device has this address.", field="address")
            same = before.address == device.address
            fresh = replace(device, verified=before.verified and same, provisioned=False)
            row = device_row(fresh) if same else {**device_row(fresh), **_NO_CODE}
            names = [name for name in row if name not in {"agent", "id"}]
            tx.execute(upsert(tx, devices, names), row)  # the console may have no row yet
            next_version(tx)
            return fresh

        return await self._database.write(work)

    async def remove(self, agent: AgentId, device: str) -> None:
        """Take a device away; the console goes back to what it was at first.

        Raises:
            NotFound: the agent has no such device.
            Conflict: it belongs to config.toml.
        """

        def work(tx: Connection) -> None:
            _own(_read(tx, agent), device)
            tx.execute(devices.delete().where(*_key(agent, device)))
            next_version(tx)

        await self._database.write(work)

    async def expect_code(self, device: Device, code: str) -> None:
        """From now on this code proves the device; one before it does no longer.

        Raises:
            NotFound: the agent has none at this address, to which the code is said, any more.
        """
        row = {
            "code_hash": token_hash(code),
            "code_expires_ms": now_ms() + CODE_MS,
            "code_tries": 0,
        }
        there = (*_key(device.agent, device.id), devices.c.address == device.address)
        statement = update(devices).where(*there).values(row)

        def work(tx: Connection) -> None:
            if not tx.execute(statement).rowcount:
                raise NotFound("The device has changed.", field="device")

        await self._database.write(work)

    async def answer_code(self, agent: AgentId, device: str, code: str) -> CodeAnswer:
        """Compare what was typed in; the right code verifies the device and is used up."""

        def work(tx: Connection) -> CodeAnswer:
            where = _key(agent, device)
            row = tx.execute(select(devices).where(*where).with_for_update()).first()
            if row is None or not row.code_hash:
                return CodeAnswer.EXPIRED
            if row.code_expires_ms <= now_ms() or row.code_tries >= CODE_TRIES:
                return CodeAnswer.EXPIRED
            if not hmac.compare_digest(row.code_hash, token_hash(code)):
                tried = {"code_tries": row.code_tries + 1}
                tx.execute(update(devices).where(*where).values(tried))
                return CodeAnswer.WRONG
            tx.execute(update(devices).where(*where).values(verified=True, **_NO_CODE))
            next_version(tx)
            return CodeAnswer.RIGHT

        return await self._database.write(work)


def device_row(device: Device) -> dict[str, Any]:
    """The row of that device, without its code."""
    row = {name: getattr(device, name) for name in _FIELDS}
    return {"agent": device.agent, "id": device.id, **row, "kind": device.kind.value}


def set_mode(tx: Connection, agent: AgentId, mode: RingMode) -> None:
    """Write down how an agent's devices ring."""
    tx.execute(upsert(tx, agent_ringing, ["mode"]), {"agent": agent, "mode": mode.value})


def provision_devices(tx: Connection, owned: Any, wanted: Iterable[Device]) -> None:
    """Make the devices of the agents that `owned` selects what config.toml says."""
    tx.execute(devices.delete().where(devices.c.provisioned, devices.c.agent.in_(owned)))
    if rows := [device_row(device) for device in wanted]:
        tx.execute(upsert(tx, devices, list(_FIELDS)), rows)


def agents_reached_without_console(tx: Connection) -> frozenset[AgentId]:
    """Who has a telephone that may ring although no console of theirs is open."""
    query = select(devices.c.agent).where(
        devices.c.kind != DeviceKind.BROWSER.value,
        devices.c.closed_console,
        devices.c.enabled,
        devices.c.verified,
    )
    return frozenset(tx.execute(query).scalars())


def _read(tx: Connection, agent: AgentId) -> AgentDevices:
    rows = _of.all(tx, {"agent": agent})
    mode = rows[0].mode if rows else None
    found = [_device(agent, row) for row in rows if row.id is not None]
    if all(device.id != BROWSER for device in found):
        found.append(Device(id=BROWSER, agent=agent, kind=DeviceKind.BROWSER))
    return AgentDevices(
        mode=RingMode(mode) if mode else RingMode.ALL,
        devices=tuple(sorted(found, key=lambda device: (device.place, device.id))),
    )


def _device(agent: AgentId, row: Any) -> Device:
    values = {name: getattr(row, name) for name in _FIELDS}
    return Device(agent=agent, id=row.id, **{**values, "kind": DeviceKind(row.kind)})


def _named(there: AgentDevices, device: str) -> Device:
    for one in there.devices:
        if one.id == device:
            return one
    raise NotFound("There is no such device.", field="device")


def _own(there: AgentDevices, device: str) -> Device:
    found = _named(there, device)
    if found.provisioned:
        raise Conflict("This device belongs to config.toml; change it there.", field="device")
    return found


def _key(agent: AgentId, device: str) -> tuple[Any, Any]:
    return devices.c.agent == agent, devices.c.id == device

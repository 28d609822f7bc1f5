"""The directory's version: it rises with every change, in the change's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from acd.records.prepared import Prepared
from acd.records.tables.directory import directory_state

if TYPE_CHECKING:
    from sqlalchemy import Connection

_version = Prepared(select(directory_state.c.version))


def next_version(tx: Connection) -> int:
    """Raise the version; called last in the transaction of every change.

    The row is locked until the commit, so versions become visible in their order.
    """
    raised = update(directory_state).values(version=directory_state.c.version + 1)
    if not tx.execute(raised).rowcount:
        tx.execute(
            directory_state.insert(),
            {"id": 1, "version": 1, "provision_digest": "", "channels": {}},
        )
    return version_of(tx)


def version_of(tx: Connection) -> int:
    """The number of the last change; 0 before the first."""
    row = _version.first(tx)
    return 0 if row is None else int(row.version)

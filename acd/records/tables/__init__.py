"""The tables, once for SQLite and PostgreSQL.

Times are milliseconds since the epoch, UTC. Ids are the product's own text ids. Documents that are
only ever read whole (names by language, the reason of an offer) are JSON. Tables whose rows are
found by their primary key alone are kept in its order (`WITHOUT ROWID`), so that a conversation's
messages and the events of a moment lie together.
"""

from acd.records.tables import directory, happened, people
from acd.records.tables.columns import metadata

__all__ = ["directory", "happened", "metadata", "people"]  # with its three rooms it is whole

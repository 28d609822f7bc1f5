"""The history of the tables, as Alembic revisions shipped with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from acd.domain.errors import AcdError

if TYPE_CHECKING:
    from sqlalchemy import Connection


class DatabaseNewer(AcdError):
    """A newer release has migrated this database; start that one, or restore the copy made before.

    A node of this release that runs already lives with it: migrations see to that.
    """

    code = "database_newer"


def migrate(connection: Connection) -> None:
    """Bring the tables up to date, inside the caller's transaction.

    Raises:
        DatabaseNewer: they are of a release that came later.
    """
    made = configuration(connection)
    if not knows(made, MigrationContext.configure(connection).get_current_revision()):
        raise DatabaseNewer
    command.upgrade(made, "head")


def knows(made: Config, revision: str | None) -> bool:
    """Whether a database at that revision is of this release or an earlier one."""
    known = {script.revision for script in ScriptDirectory.from_config(made).walk_revisions()}
    return revision is None or revision in known


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for that connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config

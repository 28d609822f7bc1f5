"""Where the stores are: addresses with their passwords, or files in `server.data_dir`."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from acd.config.secrets import password, with_password
from acd.domain.errors import AcdError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from acd.config.model import Config


class DataDirUnusable(AcdError):
    """The data folder is not this user's to use; be the node's user, or set `server.data_dir`."""

    code = "data_dir_unusable"


def make_data_dir(config: Config) -> Path:
    """The folder of the embedded stores, made when it is missing.

    Raises:
        DataDirUnusable: it cannot be made, or this user may not write there.
    """
    folder = config.server.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unusable(folder, error.strerror) from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _unusable(folder, "Permission denied")
    return folder


def _unusable(folder: Path, reason: str | None) -> DataDirUnusable:
    return DataDirUnusable(f"{DataDirUnusable.message()} ({folder.absolute()}: {reason})")


def redis_url(config: Config, env: Mapping[str, str] | None = None) -> str | None:
    """The server that is configured, or None: then an embedded one runs on `redis_dir`."""
    return with_password(config.redis.url, password(config.redis, env)) or None


def database_url(config: Config, env: Mapping[str, str] | None = None) -> str:
    """The database that is configured, or the SQLite file."""
    if config.database.url:
        return with_password(config.database.url, password(config.database, env))
    return f"sqlite:///{config.server.data_dir.absolute() / 'acd.db'}"


def redis_dir(config: Config) -> Path:
    """The embedded server's folder."""
    return config.server.data_dir / "redis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a running node notes in its data folder, so that commands beside it find its stores."""

    pid: int
    redis_url: str
    url: str
    """Where it listens, as seen from its machine."""

    def write(self, config: Config) -> None:
        """Noted until `forget`."""
        file = _note(config)
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self)))
        fresh.chmod(0o600)
        fresh.replace(file)

    @classmethod
    def read(cls, config: Config) -> Running | None:
        """The note, if there is one. A node that was killed leaves it behind.

        Raises:
            DataDirUnusable: this user may not know.
        """
        try:
            return cls(**json.loads(_note(config).read_text()))
        except PermissionError as error:
            raise _unusable(config.server.data_dir, error.strerror) from None
        except (OSError, ValueError, TypeError):
            return None

    def forget(self, config: Config) -> None:
        """The node has ended; the note of another one, where they share a folder, stays."""
        if Running.read(config) == self:
            _note(config).unlink(missing_ok=True)


def _note(config: Config) -> Path:
    return config.server.data_dir / "running.json"

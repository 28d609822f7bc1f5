"""Where the stores are: addresses with their passwords, or files in `server.data_dir`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acd.config.secrets import password, with_password

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from acd.config.model import Config


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

    def write(self, config: Config) -> None:
        """Noted until `forget`."""
        file = _note(config)
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps({name: getattr(self, name) for name in self.__slots__}))
        fresh.chmod(0o600)
        fresh.replace(file)

    @classmethod
    def read(cls, config: Config) -> Running | None:
        """The note, if there is one. A node that was killed leaves it behind."""
        try:
            return cls(**json.loads(_note(config).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @staticmethod
    def forget(config: Config) -> None:
        """The node has ended."""
        _note(config).unlink(missing_ok=True)


def _note(config: Config) -> Path:
    return config.server.data_dir / "running.json"

"""The demonstration's folder: what it notes there, and what clearing removes."""

from __future__ import annotations

import json
import secrets
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_MARK: Final = "demo.json"


def your_password(data_dir: Path) -> str:
    """The password of your agent: made once, kept with the demonstration's data."""
    if "password" not in kept(data_dir):
        keep(data_dir, password="-".join(secrets.token_hex(2) for _ in range(3)))
    return kept(data_dir)["password"]


def kept(data_dir: Path) -> dict[str, str]:
    """What the demonstration on that folder notes of itself."""
    mark = data_dir / _MARK
    return json.loads(mark.read_text(encoding="utf-8")) if mark.is_file() else {}


def keep(data_dir: Path, **notes: str) -> None:
    """Notes more of it, which clearing leaves there."""
    notes = kept(data_dir) | notes
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = data_dir / _MARK
    mark.touch(mode=0o600)
    mark.write_text(json.dumps(notes) + "\n", encoding="utf-8")


def forget(data_dir: Path) -> None:
    """Removes everything the demonstration keeps, and nothing that is not its own.

    The servers on it must have ended. Your password stays, so that your browser's notes stay true.
    """
    mark = data_dir / _MARK
    if not mark.is_file():
        return  # no folder of ours
    for entry in data_dir.iterdir():
        if entry == mark:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()

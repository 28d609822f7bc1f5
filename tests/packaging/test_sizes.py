"""What a page costs its visitor, gzipped: the budgets of the launcher, the chat and the console."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "acd" / "static"

LAUNCHER_MAX = 2_048
CHAT_MAX = 30_720
CONSOLE_MAX = 61_440


def weight(*files: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


def first_load(application: str, page: str) -> set[Path]:
    """The scripts and styles a page needs before it is usable: its entry and what that imports."""
    manifest = json.loads((STATIC / application / ".vite/manifest.json").read_text())
    waiting = [page]
    files: set[Path] = set()
    while waiting:
        chunk = manifest[waiting.pop()]
        found = {STATIC / application / name for name in (chunk["file"], *chunk.get("css", ()))}
        if found - files:
            files |= found
            waiting += chunk.get("imports", ())
    return files


def test_the_launcher_is_tiny_and_stands_alone() -> None:
    launcher = STATIC / "widget/widget.js"
    assert weight(launcher) <= LAUNCHER_MAX
    assert "import" not in launcher.read_text().split("{", 1)[0]


def test_the_chat_is_small_with_all_it_loads_later() -> None:
    assets = STATIC / "widget/assets"
    assert weight(*assets.glob("*.js"), *assets.glob("*.css")) <= CHAT_MAX


def test_the_console_opens_quickly() -> None:
    assert weight(*first_load("console", "index.html")) <= CONSOLE_MAX

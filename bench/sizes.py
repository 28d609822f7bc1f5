"""What a page costs its visitor: bytes over the wire, gzipped."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from bench.report import Figure

LOCALES = ("en", "fr")
STATIC = Path(__file__).resolve().parents[1] / "acd" / "static"


def measure() -> list[Figure]:
    """The sizes of the launcher, the widget's app and the console's shell."""
    sizes = {
        "widget.launcher_gzip": launcher(),
        "widget.app_gzip": widget_app(),
        "console.shell_gzip": console_shell(),
    }
    return [Figure(id=id_, value=size, unit="bytes") for id_, size in sizes.items()]


def launcher() -> int:
    """The one script a website carries before anybody clicks."""
    return _weight(STATIC / "widget" / "widget.js")


def widget_app() -> int:
    """What the widget loads with the click, in the heavier of its languages."""
    return _weight(*_first_load("widget", "src/app.tsx")) + _words("widget")


def widget_whole() -> int:
    """Everything one visitor may load, screens that few see included."""
    assets = STATIC / "widget" / "assets"
    every = _weight(*assets.glob("*.js"), *assets.glob("*.css"))
    return every - sum(_languages("widget")) + _words("widget")


def console_shell() -> int:
    """What the console needs before it is usable, in the heavier of its languages."""
    return _weight(*_first_load("console", "index.html")) + _words("console")


def _weight(*files: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


def _words(application: str) -> int:
    return max(_languages(application))


def _languages(application: str) -> list[int]:
    return [_weight(*_first_load(application, f"locales/{locale}.json")) for locale in LOCALES]


def _first_load(application: str, page: str) -> set[Path]:
    """The page's entry and what that imports, after Vite's manifest."""
    folder = STATIC / application
    manifest = json.loads((folder / ".vite" / "manifest.json").read_text())
    waiting, files = [page], set[Path]()
    while waiting:
        chunk = manifest[waiting.pop()]
        found = {folder / name for name in (chunk["file"], *chunk.get("css", ()))}
        if found - files:
            files |= found
            waiting += chunk.get("imports", ())
    return files

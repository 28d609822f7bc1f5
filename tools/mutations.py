"""Break the routing scripts one way at a time and see that the tests notice each.

What is broken is told in mutations.toml. A mutation that survives is a gap of the tests, and fails
here. `make mutations ARGS="once sharing"` tries those of these parts, or whose name has such words.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
LUA: Final = Path("acd/routing/lua")
FOLDER: Final = "tests/integration/routing"
STORIES: Final = (
    *sorted(file.stem.removeprefix("test_") for file in (ROOT / FOLDER).glob("test_stories*.py")),
    "oracle",
)
"""All hold the scripts to the model; the stories are short, so they come before the oracle."""
FIRST: Final = {
    "sharing": "stories_of_hands", "moving": "stories_of_hands", "idling": "stories_of_silence",
    "policy": "stories_of_lines", "limits": "stories_of_lines", "pools": "stories_of_lines",
    "sticky": "stories_of_lines", "callback": "stories_of_lines", "once": "stories_of_commands",
    "presence": "stories_of_presence",
}  # fmt: skip
"""Where a part is told of most."""
BUDGET_S: Final = 900
"""The oracle takes 40 s at most on a machine of its own."""


class Mutation(NamedTuple):
    """In a file, where `old` stands exactly once, `new` stands instead; `by` are to notice it."""

    part: str
    name: str
    file: str
    old: str
    new: str
    by: tuple[str, ...]


def read() -> list[Mutation]:
    """All of them, as they are told."""
    told = tomllib.loads((ROOT / "tools/mutations.toml").read_text(encoding="utf-8"))
    return [
        Mutation(part, **{**one, "by": _tests(part, one.get("by"))})
        for part, ones in told.items() for one in ones
    ]  # fmt: skip


def _tests(part: str, by: str | None) -> tuple[str, ...]:
    if by:
        return tuple(sorted(file.relative_to(ROOT).as_posix() for file in ROOT.glob(by)))
    names = sorted(STORIES, key=lambda name: name != FIRST.get(part))
    return tuple(f"{FOLDER}/test_{name}.py" for name in names)


def mutate(text: str, mutation: Mutation) -> str:
    """The file's text with the mutation in it.

    Raises:
        ValueError: the place is not there, or not the only one; the mutation must be written anew.
    """
    if text.count(mutation.old) != 1:
        raise ValueError(f"{mutation.name}: found {text.count(mutation.old)} times")
    return text.replace(mutation.old, mutation.new)


def is_sound(folder: Path, tests: tuple[str, ...]) -> bool:
    """Whether the tests find nothing wrong with the scripts there."""
    asked = ["-q", "-x", "-m", "not long", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *asked],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        timeout=BUDGET_S,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout + done.stderr)
    return done.returncode == 0


def survives(mutation: Mutation, folder: Path) -> bool:
    """Whether the tests find nothing wrong with it."""
    file = folder / LUA / mutation.file
    original = file.read_text(encoding="utf-8")
    file.write_text(mutate(original, mutation), encoding="utf-8")
    try:
        return is_sound(folder, mutation.by)
    finally:
        file.write_text(original, encoding="utf-8")


def main(words: list[str]) -> int:
    told = read()
    of_names = set(words) - {one.part for one in told}
    chosen = [
        one for one in told
        if not words or one.part in words or any(word in one.name for word in of_names)
    ]  # fmt: skip
    alive = []
    with tempfile.TemporaryDirectory(prefix="acd-mutations-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "acd", folder / "acd", ignore=shutil.ignore_patterns("static"))
        shutil.copytree(ROOT / "tests", folder / "tests")
        for file in ("pyproject.toml", "config.toml"):
            shutil.copy(ROOT / file, folder)
        for tests in {tuple(sorted(one.by)): one.by for one in chosen}.values():
            if not is_sound(folder, tests):
                raise SystemExit(f"without any mutation something fails: {' '.join(tests)}")
        for mutation in chosen:
            began = time.monotonic()
            if survives(mutation, folder):
                alive.append(mutation.name)
            word = "SURVIVES" if mutation.name in alive else "caught"
            print(
                f"{word:9} {time.monotonic() - began:4.0f} s  {mutation.part}: {mutation.name}",
                flush=True,
            )
    print(f"{len(chosen) - len(alive)} of {len(chosen)} mutations were caught")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

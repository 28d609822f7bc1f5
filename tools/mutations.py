"""Break the routing scripts one way at a time and see that the oracle notices each.

A mutation that survives is a gap of `tests/integration/routing/test_oracle.py`, and fails here.
`make mutations ARGS=capacity` tries those whose name contains the word.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
LUA: Final = Path("acd/routing/lua")
FOLDER: Final = "tests/integration/routing"
TESTS: Final = tuple(
    f"{FOLDER}/test_{name}.py" for name in ("stories", "stories_of_rules", "oracle")
)
"""All hold the scripts to the model; the stories are short, so they come first."""
BUDGET_S: Final = 900
"""The oracle takes 40 s at most on a machine of its own."""


class Mutation(NamedTuple):
    """In a file, where `old` stands exactly once, `new` stands instead."""

    name: str
    file: str
    old: str
    new: str


MUTATIONS: Final = (
    Mutation(
        "slot kept after an offer's end", "_lib/offer.lua",
        "  release(a, queue(x.queue).channel, x.id, false)\n", "",
    ),
    Mutation(
        "foreign accept", "offer_accept.lua",
        "if x.live[at].agent ~= id then return {0, 'unknown', ''} end", "",
    ),
    Mutation(
        "offer's number not looked at", "_lib/offer.lua",
        "if x.live[i].n == n then return i end", "if x.live[i].n then return i end",
    ),
    Mutation(
        "requeue loses its age", "_lib/offer.lua",
        "  x.lined = false\n  retry(x)\nend\n\n-- After one offer",
        "  x.lined, x.enqueued = false, now\n  retry(x)\nend\n\n-- After one offer",
    ),
    Mutation(
        "no drain after a finish", "_lib/ending.lua",
        "  release(a, channel, x.id, true)\n  free_agent(a)\nend\n\n-- Nothing",
        "  release(a, channel, x.id, true)\nend\n\n-- Nothing",
    ),
    Mutation(
        "channel's capacity", "_lib/agent.lua",
        "  if n[channel] >= c.max[channel] then return false end\n", "",
    ),
    Mutation(
        "total capacity", "_lib/agent.lua",
        "+ w[channel] <= c.total", "<= c.total",
    ),
    Mutation(
        "who declined is asked again", "offer_decline.lua",
        "exclude(x, a.id, now + q.decline_ms, 'd')\n", "",
    ),
    Mutation(
        "who missed is asked again", "_lib/due.lua",
        "    exclude(x, a.id, now + q.decline_ms, 'e')\n", "",
    ),
    Mutation(
        "deadline a second late", "_lib/offer.lua",
        "local deadline = now + q.ring_ms\n", "local deadline = now + q.ring_ms + 1000\n",
    ),
    Mutation(
        "losers ring on", "offer_accept.lua",
        "if others[1] then withdraw_all(x, 'taken', id) end\n", "",
    ),
    Mutation(
        "enqueue twice", "interaction_enqueue.lua",
        "if known then return", "if known and known.state == 'ended' then return",
    ),
    Mutation(
        "old presence", "agent_set_presence.lua",
        "  if asked > 0 and asked <= last then return {0, 'stale', last} end\n", "",
    ),
    Mutation(
        "old version of an agent", "agent_configure.lua",
        "  if version < tonumber(old[1]) then return {0, 'stale'} end\n", "",
    ),
    Mutation(
        "old version of a queue", "queue_configure.lua",
        "  if version < tonumber(old.version) then return {0, 'stale'} end\n", "",
    ),
    Mutation("another lot", "_lib/picking.lua", "draws * 16807", "draws * 16806"),
    Mutation(
        "time runs back", "_lib/base.lua",
        "  if now < last then now = last end\n", "",
    ),
    Mutation(
        "an outage is blamed", "_lib/due.lua",
        "return gap_to and at > gap_from and at <= gap_to", "return false",
    ),
    Mutation(
        "misses are for ever", "offer_accept.lua",
        "a.missed[q.channel], a.failed[q.channel] = 0, 0\n", "",
    ),
    Mutation(
        "a miss among several counts", "_lib/due.lua",
        "local alone = x.ring_n == 1", "local alone = true",
    ),
    Mutation(
        "strict order", "_lib/queue.lua",
        "  if q.strict then return level * SHIFT + enqueued end\n", "",
    ),
    Mutation(
        "accepted although it never connected", "_lib/ending.lua",
        "  if x.state == 'connecting' and x.accepted == x.since then x.accepted = 0 end\n", "",
    ),
    Mutation(
        "rings stay short", "_lib/drain.lua",
        "for _, kind in ipairs({'line', 'short'}) do\n    while",
        "for _, kind in ipairs({'line'}) do\n    while",
    ),
    Mutation(
        "the ring starts over at once", "_lib/offer.lua",
        "  if now < x.ring_ms + q.ring_ms then return false end\n", "",
    ),
    Mutation(
        "grace without end", "_lib/presence.lua",
        "  timer('g|' .. a.id, until_ms)\n", "",
    ),
    Mutation(
        "a lost place", "_lib/ending.lua",
        "    set_state(x, 'waiting')\n    emit('interaction.resumed'",
        "    set_state(x, 'waiting')\n    x.enqueued = now\n    emit('interaction.resumed'",
    ),
    Mutation(
        "wrap-up holds no slot", "_lib/ending.lua",
        "before ~= 'connecting' and q.wrap_up_ms > 0", "q.wrap_up_ms > 9e9",
    ),
    Mutation(
        "idle since the last ring", "_lib/agent.lua",
        "  if worked then a.idle, a.idled = now, true end\n",
        "  a.idle, a.idled = now, true\n",
    ),
)  # fmt: skip


def mutate(text: str, mutation: Mutation) -> str:
    """The file's text with the mutation in it.

    Raises:
        ValueError: the place is not there, or not the only one; the mutation must be written anew.
    """
    if text.count(mutation.old) != 1:
        raise ValueError(f"{mutation.name}: found {text.count(mutation.old)} times")
    return text.replace(mutation.old, mutation.new)


def is_sound(folder: Path) -> bool:
    """Whether the oracle finds nothing wrong with the scripts there."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-m",
            "not long",
            "-p",
            "no:cacheprovider",
            *TESTS,
        ],
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
    """Whether the oracle finds nothing wrong with it."""
    file = folder / LUA / mutation.file
    original = file.read_text(encoding="utf-8")
    file.write_text(mutate(original, mutation), encoding="utf-8")
    try:
        return is_sound(folder)
    finally:
        file.write_text(original, encoding="utf-8")


def main(words: list[str]) -> int:
    chosen = [one for one in MUTATIONS if all(word in one.name for word in words)]
    alive = []
    with tempfile.TemporaryDirectory(prefix="acd-mutations-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "acd", folder / "acd", ignore=shutil.ignore_patterns("static"))
        shutil.copytree(ROOT / "tests", folder / "tests")
        shutil.copy(ROOT / "pyproject.toml", folder)
        if not is_sound(folder):
            raise SystemExit("the oracle fails without any mutation")
        for mutation in chosen:
            began = time.monotonic()
            if survives(mutation, folder):
                alive.append(mutation.name)
            word = "SURVIVES" if mutation.name in alive else "caught"
            print(f"{word:9} {time.monotonic() - began:4.0f} s  {mutation.name}", flush=True)
    print(f"{len(chosen) - len(alive)} of {len(chosen)} mutations were caught")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

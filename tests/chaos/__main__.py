"""`python -m tests.chaos [interactions]` prints what happened and what was found."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.chaos.house import Plan, play


def main() -> int:
    """Play it, by default in its full length."""
    interactions = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    plan = Plan(
        interactions=interactions,
        nodes=4 if interactions > 20_000 else 3,
        restarts=6 if interactions > 20_000 else 1,
        seed=int(sys.argv[2]) if len(sys.argv) > 2 else 1,
    )
    with tempfile.TemporaryDirectory(prefix="acd-chaos-") as folder:
        report = asyncio.run(play(plan, Path(folder)))
    print(report)  # noqa: T201
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())

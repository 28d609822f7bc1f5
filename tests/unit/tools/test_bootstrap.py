"""What `make` asks of pip."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "tools/bootstrap.py")
assert spec
assert spec.loader
bootstrap = importlib.util.module_from_spec(spec)
sys.modules["bootstrap"] = bootstrap
spec.loader.exec_module(bootstrap)


def test_only_the_locks_with_a_package_of_source_let_pip_build_one() -> None:
    """The pip of Debian 12, which installs the first ones, writes a notice for the option."""
    builds = {
        lock.stem: "--no-binary" in bootstrap.hashed(lock)
        for lock in (ROOT / "requirements").glob("*.lock")
    }
    assert builds == {"pip": False, "build": False, "run": True, "dev": True}

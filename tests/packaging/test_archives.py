"""What is published: complete, the same each time, and built without Node when it can be."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def build(source: Path, target: str, folder: Path, *, path: str | None = None) -> Path:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder],
        cwd=source,
        env={**os.environ, **({"PATH": path} if path else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (archive,) = folder.iterdir()
    return archive


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xzf", sdist, "-C", folder], check=True)
    (root,) = folder.iterdir()
    return root


def test_the_sdist_has_every_source(unpacked: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    tracked = {Path(name) for name in listed.stdout.split("\0") if name}
    sources = {
        path
        for path in tracked
        if (ROOT / path).is_file()
        and not path.parts[0].startswith(".")
        and path.name != ".gitignore"
    }
    missing = sorted(str(path) for path in sources if not (unpacked / path).is_file())
    assert missing == []


def test_the_wheel_has_the_pages_the_types_and_the_configuration(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("acd/config/default.toml") == (ROOT / "config.toml").read_bytes()
    assert {
        "acd/py.typed",
        "acd/static/build.json",
        "acd/static/console/demo.html",
        "acd/static/console/index.html",
        "acd/static/widget/index.html",
        "acd/static/widget/widget.js",
    } <= names
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "acd").rglob("*.lua")}
    assert code <= names
    assert not [name for name in names if "node_modules" in name or name.startswith("tests/")]


def test_the_same_sources_make_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    assert build(ROOT, "wheel", tmp_path / "again").read_bytes() == wheel.read_bytes()


def test_a_wheel_from_the_sdist_needs_no_node(wheel: Path, unpacked: Path, tmp_path: Path) -> None:
    made = build(unpacked, "wheel", tmp_path / "wheel", path="/nowhere")
    with zipfile.ZipFile(made) as one, zipfile.ZipFile(wheel) as other:
        assert set(one.namelist()) == set(other.namelist())
    assert not (unpacked / "node_modules").exists()

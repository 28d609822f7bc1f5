"""Makes .venv and installs lock files into it; needs nothing but Python 3.11 or newer.

    python3 tools/bootstrap.py requirements/run.lock …

Only wheels, but for sippy, which is published as source, all of it Python; each checked against its
hash. Where they come from is pip's own configuration.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def run(*command: str | Path, **env: str) -> None:
    """Lets the command speak for itself, and stops when it fails."""
    done = subprocess.run(
        list(map(str, command)), cwd=ROOT, env={**os.environ, **env}, stdout=sys.stderr, check=False
    )
    if done.returncode:
        sys.exit(f"bootstrap: `{' '.join(map(str, command[:4]))} …` failed, see above")


def say(text: str) -> None:
    print(f"bootstrap: {text}", file=sys.stderr, flush=True)


def provide_ensurepip() -> None:
    """Debian has ensurepip in a package of its own: install it, or name the command that does."""
    if importlib.util.find_spec("ensurepip"):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not shutil.which("apt-get"):
        sys.exit(f"bootstrap: this Python has no `ensurepip`; install its package ({package}?)")
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    if os.geteuid() != 0:
        sys.exit(
            f"bootstrap: virtual environments need one more package:\n  sudo {' '.join(install)}"
        )
    say(f"installing {package}, for Python's virtual environments")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    first = subprocess.run(install, env={**os.environ, **quiet}, capture_output=True, check=False)
    if first.returncode:  # no package lists yet
        run("apt-get", "update", "-q", **quiet)
        run(*install, **quiet)


def is_usable() -> bool:
    """Whether .venv is of this Python and has pip: an interrupted or a moved one is not usable."""
    probe = [str(PYTHON), "-c", "import pip, sys; print(sys.prefix, sys.version_info[:2])"]
    try:
        said = subprocess.check_output(probe, text=True, stderr=subprocess.DEVNULL).strip()
    except (OSError, subprocess.CalledProcessError):
        return False
    return said == f"{VENV} {sys.version_info[:2]}"


def hashed(lock: Path) -> list[str]:
    """How pip installs a lock file: each package checked, and a wheel but for sippy.

    The pip that a Python brings along frets over `--no-binary` wherever it sees it, so it only sees
    it where it is needed; by then there is the pip of the locks.
    """
    # what is never imported need not be compiled
    options = ["--require-hashes", "--only-binary", ":all:", "--no-compile"]
    if "\nsippy==" in (ROOT / lock).read_text():
        # without isolation, or pip would fetch the build tools unhashed: build.lock has them
        options += ["--no-binary", "sippy", "--no-build-isolation"]
    return [*options, "-r", str(lock)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("locks", nargs="+", type=Path)
    parser.add_argument("--editable", action="store_true", help="install the checkout itself too")
    options = parser.parse_args()

    if not is_usable():
        provide_ensurepip()
        say("making .venv")
        run(sys.executable, "-m", "venv", "--clear", VENV)
    install = [str(PYTHON), "-m", "pip", "--no-input", "install", "-q", "--no-deps"]
    for lock in options.locks:
        say(f"installing {lock.name}")
        run(*install, *hashed(lock))
    if options.editable:
        # without isolation: pip would fetch the build tools unhashed, and build.lock has them
        run(*install, "--no-build-isolation", "-e", ".", ACD_NO_FRONTEND="1")


if __name__ == "__main__":
    main()

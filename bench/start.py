"""How long `make run` takes until the server is healthy: on a fresh clone, and the second time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.report import Figure

ROOT = Path(__file__).resolve().parents[1]
PORT = 8992
LIMIT_S = 600.0
REACH = (
    "PIP_",
    "NPM_CONFIG_",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
)
"""What names begin with, in whatever case, that say how this machine reaches its registries."""
CACHES = ("PIP_CACHE_DIR", "NPM_CONFIG_CACHE")
OWN = {"PIP_CONFIG_FILE": ".config/pip/pip.conf", "NPM_CONFIG_USERCONFIG": ".npmrc"}
"""Files in the caller's home that say the same."""


def measure() -> list[Figure]:
    """Clones the checkout's last commit into an empty home; the package registries are used."""
    with tempfile.TemporaryDirectory(prefix="acd-start-") as home:
        clone = Path(home, "acd")
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
        cold_s = _until_healthy(clone, home)
        warm_s = _until_healthy(clone, home)
    print(f"  cold {cold_s:.1f} s, warm {warm_s:.1f} s", flush=True)
    return [
        Figure(id="start.cold_s", value=cold_s, unit="s"),
        Figure(id="start.warm_s", value=warm_s, unit="s"),
    ]


def _until_healthy(clone: Path, home: str) -> float:
    environment = {
        "HOME": home,
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "ACD_SERVER__PORT": str(PORT),
        **reach(),
    }
    began = time.monotonic()
    with Path(home, "make.log").open("ab") as log:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=environment,
            start_new_session=True,
            stdout=log,
            stderr=log,
        )
    try:
        while time.monotonic() - began < LIMIT_S:
            if process.poll() is not None:
                raise RuntimeError(Path(home, "make.log").read_text()[-2000:])
            with contextlib.suppress(OSError):
                address = f"http://127.0.0.1:{PORT}/readyz"
                with urllib.request.urlopen(address, timeout=1):
                    return time.monotonic() - began
            time.sleep(0.02)
        raise TimeoutError("`make run` is not healthy after ten minutes")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def reach() -> dict[str, str]:
    """How the caller's machine reaches its registries, behind a proxy too; without their caches."""
    found = {
        name: value
        for name, value in os.environ.items()
        if name.upper().startswith(REACH) and name.upper() not in CACHES
    }
    for name, path in OWN.items():
        if (Path.home() / path).exists():
            found.setdefault(name, str(Path.home() / path))
    return found

"""A real Kamailio with the shipped configuration, on addresses of loopback."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import URLError

from acd.embedded.orphans import dies_with_parent
from tests.processes import ended
from tests.servers import free_port

SHIPPED = Path(__file__).parents[2] / "deploy" / "kamailio"
PUBLIC, PRIVATE = "127.0.0.1", "127.0.0.9"
NODE, OTHER_NODE, TRUNK, STRANGER = "127.0.0.2", "127.0.0.4", "127.0.0.3", "127.0.0.5"
REALM_HASH = "dbc51fc35cab726d3d3c090e130bc8a1"
FLOOD = 30


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A Kamailio that runs."""

    public: tuple[str, int]
    private: tuple[str, int]
    tls: tuple[str, int]
    metrics: int
    log: Path
    pid: int = 0
    """Of the process that has all others."""

    def counted(self, name: str, **labels: str) -> int:
        """A counter of /metrics; 0 where it was never raised."""
        with urllib.request.urlopen(f"http://{PUBLIC}:{self.metrics}/metrics", timeout=5) as it:
            text = it.read().decode()
        label = "".join(rf'\{{{key}="{value}"\}}' for key, value in labels.items())
        found = re.search(rf"^kamailio_{name}{label} (\d+)", text, re.MULTILINE)
        return int(found[1]) if found else 0

    def refused(self, why: str) -> int:
        return self.counted("acd_edge_refused", why=why)


@contextlib.contextmanager
def running_edge(
    program: Path,
    at: Path,
    nodes: Sequence[str],
    *,
    node_s: float,
    workers: int = 1,
    public: str = PUBLIC,
    trunk: str = TRUNK,
) -> Iterator[Edge]:
    """With those nodes (`host:port`), each passed over when it says nothing for so long."""
    folder = at / "kamailio"
    shutil.copytree(SHIPPED, folder)
    found = Edge(
        public=(public, free_port()),
        private=(PRIVATE, free_port()),
        tls=(public, free_port()),
        metrics=free_port(),
        log=at / "kamailio.log",
    )
    _settle(folder, found, node_s)
    (folder / "trunks.list").write_text(f"1 {trunk} {128 if ':' in trunk else 32} 0\n")
    (folder / "dispatcher.list").write_text(
        "".join(f"1 sip:{place} 0 {10 - number}\n" for number, place in enumerate(nodes))
    )
    with (folder / "users.cfg").open("a") as users:
        users.write(f'    $sht(users=>office) = "{REALM_HASH}";\n')
    _certificate(folder)
    with found.log.open("wb") as out:
        process = subprocess.Popen(
            [program, "-f", folder / "kamailio.cfg", "-DD", "-E", "-n", str(workers),
             "-N", "1", "-m", "64", "-M", "8", "-Y", folder, "-w", folder],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
        )  # fmt: skip
    with ended(process):
        deadline = time.monotonic() + 10
        while not _answers(found):
            assert process.poll() is None, found.log.read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield replace(found, pid=process.pid)


def _settle(folder: Path, edge: Edge, node_s: float) -> None:
    """What local.cfg says, for this test."""
    file = folder / "local.cfg"
    text = file.read_text().replace("##!define WITH_TLS", "#!define WITH_TLS")
    values = {
        "PUBLIC_IP": edge.public[0],
        "PUBLIC_ADVERTISE": edge.public[0],
        "PUBLIC_PORT": edge.public[1],
        "PUBLIC_TLS_PORT": edge.tls[1],
        "PRIVATE_IP": PRIVATE,
        "PRIVATE_PORT": edge.private[1],
        "METRICS_PORT": edge.metrics,
        "FOLDER": folder,
        "FLOOD_REQUESTS": FLOOD,
    }
    for name, value in values.items():
        text, changed = re.subn(rf"(!{name}!)[^!]*!", rf"\g<1>{value}!", text)
        assert changed == 1, name
    file.write_text(text)
    main = folder / "kamailio.cfg"
    text = main.read_text()
    # nodes of a test are silent unless it speaks for them: they are not asked
    ours = {"fr_timer": (2000, round(node_s * 1000)), "ds_ping_interval": (5, 600)}
    for name, (usual, now) in ours.items():
        said = f'"{name}", {usual})'
        assert said in text
        text = text.replace(said, f'"{name}", {now})')
    main.write_text(text)


def _certificate(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=edge.example", "-keyout", folder / "key.pem",
         "-out", folder / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = folder / "tls.cfg"
    text = tls.read_text().replace("/etc/kamailio/tls", str(folder))
    # every process of it reads the list: all authorities there are take it seconds
    own = text.replace("/etc/ssl/certs/ca-certificates.crt", str(folder / "certificate.pem"))
    assert own != text
    tls.write_text(own)


def _answers(edge: Edge) -> bool:
    try:
        edge.counted("core_rcv_requests")
    except (URLError, OSError):
        return False
    return True

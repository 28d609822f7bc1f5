"""The shipped configuration of an rtpengine elsewhere: it starts, answers, and is ours."""

from __future__ import annotations

import asyncio
import configparser
import subprocess
from collections.abc import Callable
from pathlib import Path

from acd.config.telephony import RtpengineSettings
from acd.embedded.orphans import dies_with_parent
from acd.telephony.sip.ping import answers
from acd.telephony.sip.rtpengine import flags
from tests.processes import ended
from tests.servers import free_port

SHIPPED = Path(__file__).parents[4] / "deploy" / "rtpengine" / "rtpengine.conf"


async def test_it_starts_and_answers(tmp_path: Path, peer: Callable[[str], Path]) -> None:
    program, port = peer("rtpengine"), free_port()
    text = SHIPPED.read_text()
    for said, ours in (
        ("10.0.0.3!203.0.113.11", "127.0.0.1"),
        ("10.0.0.3:2223", f"127.0.0.1:{port}"),
        ("10.0.0.2:2299", f"127.0.0.1:{free_port()}"),
    ):
        assert text.count(f"= {said}\n") == 1
        text = text.replace(f"= {said}\n", f"= {ours}\n")
    file = tmp_path / "rtpengine.conf"
    file.write_text(text)
    process = subprocess.Popen(  # noqa: ASYNC220 - it begins at once and is waited for below
        [program, "--foreground", "--log-stderr", f"--config-file={file}"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it allocates nothing
    )
    with ended(process):
        async with asyncio.timeout(10):
            while not await answers(("127.0.0.1", port), within_s=0.1):
                assert process.poll() is None


def test_it_differs_from_a_child_in_its_addresses_alone() -> None:
    parser = configparser.ConfigParser()
    parser.read(SHIPPED)
    shipped = dict(parser["rtpengine"])
    child = flags(RtpengineSettings(), ng=("127.0.0.1", 1), dtmf=("127.0.0.1", 2))
    asked = dict(flag.removeprefix("--").partition("=")[::2] for flag in child)
    for name in ("table", "port-min", "port-max", "tos", "timeout", "silent-timeout"):
        assert shipped[name] == asked[name], name
    assert {"interface", "listen-ng", "dtmf-log-dest"} <= set(shipped) & set(asked)

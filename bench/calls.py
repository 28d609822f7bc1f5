"""Calls over SIP: how soon they ring, are answered and talk, and what a call costs.

Real messages from sipp, real audio through rtpengine, dialogs written to a real Valkey. Without
sipp or rtpengine there is nothing to measure.
"""

from __future__ import annotations

import asyncio
import csv
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from acd.domain.ids import OfferId
from acd.telephony import port
from acd.telephony.port import Target, TargetKind
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import SipOptions
from bench.report import Figure, percentile
from bench.stores import private_valkey
from tests.peers.phone import Phone
from tests.peers.rtpengine import LOOPBACK, Rtpengine, udp_port
from tests.peers.tones import SSRC

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADS = ((10, 60, 1), (40, 20, 1), (15, 20, 3))
"""Calls a second, for how many seconds, and how many pages ring for each."""
TALKS_MS = 2000
AUDIO_CALLS = 30
EMPTY_S = 40.0
"""By then nothing may be left of any call."""
HERE = Path(__file__).parent


def measure() -> list[Figure]:
    """About three minutes."""
    programs = {name: shutil.which(name) for name in ("sipp", "rtpengine")}
    if missing := [name for name, path in programs.items() if path is None]:
        print(f"  skipped: {', '.join(missing)} not installed", flush=True)
        return []
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures = asyncio.run(_audio(Path(str(programs["rtpengine"]))))
    for rate, seconds, rings in LOADS:
        figures += _load(Path(str(programs["rtpengine"])), rate, seconds, rings)
    return figures


@contextmanager
def _engine(program: Path) -> Iterator[Rtpengine]:
    with tempfile.TemporaryDirectory(prefix="acd-bench-") as folder:
        engine = Rtpengine(program, Path(folder), room=6000)
        engine.start()
        try:
            yield engine
        finally:
            engine.kill()


def _load(program: Path, rate: int, seconds: int, rings: int) -> list[Figure]:
    with _engine(program) as engine, private_valkey() as store:
        said = {
            "port": udp_port(), "engine": engine.ng, "keys": engine.keys,
            "music": engine.tone(300), "redis": store.url, "rings": rings,
        }  # fmt: skip
        node = subprocess.Popen(
            [sys.executable, "-m", "bench.calls_node", json.dumps(said)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE.parent,
        )  # fmt: skip
        try:
            params = {"rate": float(rate), "calls": float(rate * seconds), "rings": float(rings)}
            return _under_load(node, engine, said["port"], params)
        finally:
            assert node.stdin is not None
            node.stdin.close()
            node.wait(30)


def _under_load(
    node: subprocess.Popen[str], engine: Rtpengine, sip: int, params: dict[str, float]
) -> list[Figure]:
    assert node.stdout is not None
    node.stdout.readline()
    before = _ask(node)["cpu_s"]
    rate, calls = params["rate"], params["calls"]
    with tempfile.TemporaryDirectory(prefix="acd-sipp-") as folder:
        done = subprocess.run(
            [
                "sipp", f"127.0.0.1:{sip}", "-sf", HERE / "caller.xml", "-i", "127.0.0.1",
                "-p", str(udp_port()), "-mp", str(udp_port()), "-r", f"{rate:g}",
                "-m", f"{calls:g}",
                "-d", str(TALKS_MS), "-trace_rtt", "-rtt_freq", "1", "-nostdin",
                "-timeout", f"{3 * calls / rate + 60:g}",
            ],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        times = _times(Path(folder))
    used = _ask(node)
    figures = [
        Figure(id="calls.served", params=params, value=used["ended"], unit="calls"),
        Figure(id="calls.unserved", params=params, value=float(done.returncode != 0), unit="runs"),
        Figure(id="calls.twice", params=params, value=used["twice"], unit="calls"),
        Figure(
            id="calls.left",
            params=params,
            value=_until_empty(node, engine),
            unit="dialogs and pairings",
        ),
        Figure(
            id="calls.cpu_ms",
            params=params,
            value=1000 * (used["cpu_s"] - before) / calls,
            unit="ms a call",
        ),
    ]
    if params["rings"] > 1:
        whole = done.returncode == 0 and used["bridged"] == calls and not used["twice"]
        per_s = used["bridged"] / used["set_up_s"] if whole else 0.0
        figures.append(Figure(id="calls.setup_per_s", params=params, value=per_s, unit="1/s"))
    for name, found in times.items():
        figures += [
            Figure(
                id=f"calls.{name}_ms",
                params=params | {"percentile": float(rank)},
                value=percentile(found, rank),
                unit="ms",
            )
            for rank in (50, 99)
            if found
        ]
    return figures


def _times(folder: Path) -> dict[str, list[float]]:
    """INVITE→180, and INVITE→200 as the sum of its two halves, in ms."""
    halves: dict[str, list[float]] = {"1": [], "2": []}
    for path in folder.glob("*_rtt.csv"):
        with path.open() as file:
            for row in csv.DictReader(file, delimiter=";"):
                halves[row["rtd_no"]].append(float(row["response_time_ms"]))
    answered = [one + two for one, two in zip(*halves.values(), strict=False)]
    return {"invite_180": halves["1"], "invite_200": answered}


def _ask(node: subprocess.Popen[str]) -> dict[str, Any]:
    assert node.stdin is not None
    assert node.stdout is not None
    node.stdin.write("?\n")
    node.stdin.flush()
    return dict(json.loads(node.stdout.readline()))


def _until_empty(node: subprocess.Popen[str], engine: Rtpengine) -> int:
    """What is left when nothing may be."""
    until = time.monotonic() + EMPTY_S
    while True:
        held = _ask(node)["held"]
        left = int(held["calls"] + held["dialogs"]) + len(engine.pairings())
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.5)


async def _audio(program: Path) -> list[Figure]:
    """From the agent's accept until both hear each other, one call after the other."""
    with _engine(program) as engine:
        async with Phone.open(700) as agent, Phone.open(1000) as caller:
            options = SipOptions(
                place=Place(host="127.0.0.1", port=udp_port()), engine=engine.ng,
                keys=engine.keys, networks=(LOOPBACK,), music=engine.tone(300),
            )  # fmt: skip
            events: asyncio.Queue[port.Event] = asyncio.Queue()
            adapter = SipAdapter(options)
            await adapter.start(events.put)
            took = [await _one(adapter, events, agent, caller, options) for _ in range(AUDIO_CALLS)]
            await adapter.stop()
    return [
        Figure(
            id="calls.accept_to_audio_ms",
            params={"percentile": float(rank)},
            value=percentile(took, rank),
            unit="ms",
        )
        for rank in (50, 99)
    ]


async def _one(
    adapter: SipAdapter,
    events: asyncio.Queue[port.Event],
    agent: Phone,
    caller: Phone,
    options: SipOptions,
) -> float:
    async def told(kind: type[port.CallEvent]) -> Any:
        while not isinstance(event := await asyncio.wait_for(events.get(), 20), kind):
            pass
        return event

    place = options.place
    calling = await caller.call("support", (place.host, place.port), wait=False)
    call = (await told(port.CallArrived)).call
    await adapter.execute(port.Answer(call=call, epoch=0))
    offer = OfferId(f"{call}.1")
    desk = Target(device="desk", kind=TargetKind.SIP, address=f"sip:anna@127.0.0.1:{agent.port}")
    ring = port.Ring(call=call, epoch=0, offer=offer, agent="anna", target=desk, timeout_ms=20_000)
    await adapter.execute(ring)
    ringing = await agent.ringing.get()
    await agent.pick_up(ringing)
    await told(port.LegAnswered)
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await adapter.execute(port.Bridge(call=call, epoch=1, offer=offer, device="desk"))
    while SSRC not in calling.voice.since or SSRC not in ringing.voice.since:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    both = max(calling.voice.since[SSRC], ringing.voice.since[SSRC])
    await calling.bye_now()
    await told(port.CallerEnded)
    return 1000 * (both - began)

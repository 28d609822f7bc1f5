"""Calls over SIP: how soon they ring, are answered and talk, and what a call costs.

Real messages from sipp, to a node directly and through Kamailio; the node routes them to consoles
that are connected to it, records them, and has rtpengine carry the audio. Without these programs
there is nothing to measure.
"""

from __future__ import annotations

import asyncio
import csv
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import uvloop

from bench.calls_desks import Desk
from bench.calls_house import DIRECT, EDGE, House, house
from bench.report import Figure, percentile
from tests.conftest import find_peer
from tests.peers.kamailio import TRUNK
from tests.peers.phone import Phone
from tests.peers.rtpengine import udp_port
from tests.peers.tones import SSRC
from tests.peers.webpage import WebPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.report import Param

AGENTS_A_CALL = 4
"""For each call a second: they ring for a moment, talk for two seconds, and are free."""
AUDIO_CALLS = 30
PREPARES_S = 1.0
"""Before somebody picks up, their page is ready."""
HERE = Path(__file__).parent


class Load(NamedTuple):
    """Calls a second, and for how many seconds."""

    rate: int
    seconds: int

    @property
    def calls(self) -> int:
        return self.rate * self.seconds


LOADS = (Load(10, 60), Load(40, 20))
RACES = Load(15, 20)
RINGS = 3
"""So many consoles ring for each call of the races; all of them take it."""


def measure() -> list[Figure]:
    """About eight minutes, half of which is waited until the stack forgets what ended."""
    programs = {name: find_peer(name) for name in ("sipp", "rtpengine", "kamailio")}
    if missing := [name for name, path in programs.items() if path is None]:
        print(f"  skipped: {', '.join(missing)} not installed", flush=True)
        return []
    found = {name: Path(str(path)) for name, path in programs.items()}
    return [*uvloop.run(_alone(found)), *uvloop.run(_races(found))]


async def _alone(programs: Mapping[str, Path]) -> list[Figure]:
    """One console rings for each call."""
    agents = AGENTS_A_CALL * max(load.rate for load in LOADS)
    figures: list[Figure] = []
    async with house(programs, agents=agents + 1, rings=1) as everything:
        figures += await _audio(everything, agents)
        for load in LOADS:
            for way in (DIRECT, EDGE):
                figures += await _load(everything, programs["sipp"], load, {"way": way})
    return figures


async def _races(programs: Mapping[str, Path]) -> list[Figure]:
    """Several ring, and each takes it."""
    agents = RINGS * AGENTS_A_CALL * RACES.rate
    async with house(programs, agents=agents, rings=RINGS) as everything:
        more: dict[str, Param] = {"way": DIRECT, "rings": float(RINGS)}
        figures = await _load(everything, programs["sipp"], RACES, more)
        whole = len(everything.talks.agents) == RACES.calls and not everything.talks.twice
        per_s = everything.talks.per_s() if whole else 0.0
    return [*figures, Figure(id="calls.setup_per_s", params=more, value=per_s, unit="1/s")]


async def _load(
    everything: House, sipp: Path, load: Load, more: Mapping[str, Param]
) -> list[Figure]:
    await everything.staff(AGENTS_A_CALL * load.rate * int(more.get("rings", 1)))
    await asyncio.sleep(1)
    params = {"rate": float(load.rate), "calls": float(load.calls), **more}
    everything.talks.begin()
    before = everything.cpu_s()
    with tempfile.TemporaryDirectory(prefix="acd-sipp-") as folder:
        failed = await _call(sipp, Path(folder), everything.ways[str(more["way"])], load, more)
        times = _times(Path(folder))
        refused = len(times.pop("invite_503"))
        _tell_missed(Path(folder))
    spent = {part: now - before[part] for part, now in everything.cpu_s().items()}
    talks = everything.talks
    figures = [
        Figure(id="calls.served", params=params, value=len(talks.agents), unit="calls"),
        Figure(id="calls.refused", params=params, value=refused, unit="calls"),
        Figure(id="calls.unserved", params=params, value=float(failed), unit="runs"),
        Figure(id="calls.twice", params=params, value=talks.twice, unit="calls"),
        Figure(
            id="calls.left",
            params=params,
            value=await everything.left(),
            unit="dialogs, pairings and slots",
        ),
    ]
    figures += [
        Figure(
            id="calls.cpu_ms",
            params=params | {"of": part},
            value=1000 * used / load.calls,
            unit="ms a call",
        )
        for part, used in spent.items()
        if part != EDGE or more["way"] == EDGE
    ]
    for name, found in times.items():
        figures += _percentiles(f"calls.{name}_ms", params, found)
    told = f"{len(talks.agents)} served, {refused} refused"
    cpu = ", ".join(f"{name} {value:g}" for name, value in spent.items())
    print(f"  {params}: {told}; CPU in s: {cpu}", flush=True)
    return figures


async def _call(
    sipp: Path, folder: Path, to: tuple[str, int], load: Load, more: Mapping[str, Param]
) -> bool:
    """Whether sipp missed anything of any call."""
    text = (HERE / "caller.xml").read_text()
    if more["way"] == DIRECT:  # of no routes sipp makes a blank line, which ends the headers
        text = text.replace("[routes]\n", "")
    (folder / "caller.xml").write_text(text)
    numbers = "".join(f"{number:04d}\n" for number in range(10_000))
    (folder / "numbers.csv").write_text(f"SEQUENTIAL\n{numbers}")
    process = await asyncio.create_subprocess_exec(
        sipp, f"{to[0]}:{to[1]}", "-sf", "caller.xml", "-inf", "numbers.csv", "-i", TRUNK,
        "-p", str(udp_port()), "-mi", TRUNK, "-mp", str(udp_port()), "-r", str(load.rate),
        "-m", str(load.calls), "-l", str(load.calls),
        "-trace_rtt", "-rtt_freq", "1", "-trace_err", "-nostdin",
        "-default_behaviors", "all,-abortunexp",  # what comes twice disturbs no telephone
        "-timeout", str(3 * load.seconds + 60),
        cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return await process.wait() != 0


def _tell_missed(folder: Path) -> None:
    for path in folder.glob("*_errors.log"):
        text = path.read_text(errors="replace")
        missed = re.findall(r"(Aborting .*?received '[^\r\n]*)", text)
        if missed:
            print(f"  sipp: {len(missed)} calls, such as: {missed[:3]}", flush=True)


def _times(folder: Path) -> dict[str, list[float]]:
    """INVITE→180, INVITE→200 and INVITE→503, in ms."""
    found: dict[str, list[float]] = {"1": [], "2": [], "3": []}
    for path in folder.glob("*_rtt.csv"):
        with path.open() as file:
            for row in csv.DictReader(file, delimiter=";"):
                found[row["rtd_no"]].append(float(row["response_time_ms"]))
    return {"invite_180": found["1"], "invite_200": found["2"], "invite_503": found["3"]}


def _percentiles(name: str, params: Mapping[str, Param], found: list[float]) -> list[Figure]:
    return [
        Figure(
            id=name,
            params={**params, "percentile": float(rank)},
            value=percentile(found, rank),
            unit="ms",
        )
        for rank in (50, 99)
        if found
    ]


class TalkingDesk(Desk):
    """One whose page is heard, and hears; it picks up when it is told to."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.page: WebPage
        """For the next call."""
        self._ringing: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()

    async def take(self, offer: Mapping[str, Any]) -> None:
        self._ringing.put_nowait(offer)

    async def answer(self, offered: str) -> str:
        return await self.page.answer(offered)

    async def pick_up(self) -> float:
        """Takes the call that rings; says when, by the monotonic clock."""
        offer = await asyncio.wait_for(self._ringing.get(), 20)
        await asyncio.sleep(PREPARES_S)
        began = time.monotonic()
        await self.socket.ask("offer.accept", {"offer": offer["offer"]})
        return began

    async def leave(self) -> None:
        """No more calls."""
        said = {"channel": "call", "availability": "away"}
        await self.socket.ask("presence.set", said)


async def _audio(everything: House, number: int) -> list[Figure]:
    """From an agent's accept until both hear each other, one call after the other."""
    desk = await TalkingDesk.open(everything.node, number, everything.talks)
    figures = []
    async with Phone.open(1000, TRUNK) as caller:
        for way, to in everything.ways.items():
            took = [await _one(everything, desk, caller, to) for _ in range(AUDIO_CALLS)]
            figures += _percentiles("calls.accept_to_audio_ms", {"way": way}, took)
    await desk.leave()
    return figures


async def _one(everything: House, desk: TalkingDesk, caller: Phone, to: tuple[str, int]) -> float:
    desk.page = page = await WebPage.open(everything.engine.ng, 700)
    calling = await caller.call("support", to)
    began = await desk.pick_up()
    while SSRC not in calling.voice.since or SSRC not in page.voice.since:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    both = max(calling.voice.since[SSRC], page.voice.since[SSRC])
    await calling.bye_now()
    await page.close()
    return 1000 * (both - began)

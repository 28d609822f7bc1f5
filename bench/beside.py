"""Other engines under the same scenarios, as they were measured on two cores, beside our figures.

Asterisk 22 and FreeSWITCH with Local and null channels, one queue, one run a point on a machine
that was not quiet: orders of magnitude. Their talk was 1.37 s where ours is 1 to 2 s, their lines
were 100 callers for 10 agents and 600 for 100.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.report import said, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.report import Figure, Param

ENGINES = ("Asterisk app_queue 22", "FreeSWITCH mod_callcenter")
Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """What each of ENGINES did, lowest and highest; None where it was not measured."""

    id: str
    values: tuple[Span | None, Span | None]
    more_is_better: bool = False
    params: Mapping[str, Param] = field(default_factory=dict)

    def is_of(self, figure: Figure) -> bool:
        """Whether this is what our figure is set beside."""
        return figure.id == self.id and all(
            figure.params.get(name) == value for name, value in self.params.items()
        )


def _free_to_offer(agents: int, percent: float, asterisk: float, freeswitch: float) -> Theirs:
    return Theirs(
        id="scenario.free_to_offer_ms",
        params={"agents": agents, "percentile": percent},
        values=((asterisk, asterisk), (freeswitch, freeswitch)),
    )


def _closed_loop(name: str, agents: int, *values: Span, more_is_better: bool = False) -> Theirs:
    return Theirs(
        id=f"scenario.{name}",
        params={"agents": agents, "strategy": "longest_idle"},
        values=(values[0], values[1]),
        more_is_better=more_is_better,
    )


def _ring_all(agents: int, asterisk: float, freeswitch: float | None) -> Theirs:
    return Theirs(
        id="scenario.fan_out_cpu_ms",
        params={"agents": agents},
        values=((asterisk, asterisk), None if freeswitch is None else (freeswitch, freeswitch)),
    )


MEASURED: Sequence[Theirs] = (
    _closed_loop("decisions_per_s", 100, (280, 497), (109, 123), more_is_better=True),
    _closed_loop("decisions_per_s", 1_000, (243, 299), (65, 138), more_is_better=True),
    _closed_loop("cpu_ms_per_decision", 100, (3.3, 4.3), (9.5, 12)),
    _closed_loop("cpu_ms_per_decision", 1_000, (5.5, 6.9), (11, 21)),
    _closed_loop("decision_offer_ms", 100, (38, 87), (580, 780)),
    _free_to_offer(10, 50, 638, 540),
    _free_to_offer(10, 99, 649, 620),
    _free_to_offer(100, 50, 716, 440),
    _free_to_offer(100, 99, 925, 1400),
    Theirs(  # 49.7 and 42.6 calls a second of the 73 that were possible
        id="scenario.utilisation",
        params={"agents": 100},
        values=((0.68, 0.68), (0.58, 0.58)),
        more_is_better=True,
    ),
    Theirs(  # 124 µs a second for each of 1,000 callers; 1.8 cores
        id="scenario.waiting_idle_cpu",
        params={"waiting": 1_000},
        values=((124, 124), (1800, 1800)),
    ),
    _ring_all(10, 10, 85),
    _ring_all(100, 72, 333),
    _ring_all(1_000, 1006, None),
    Theirs(  # 499 of 1,500 were never asked: an index that wraps at 1,000
        id="fairness.agents_used",
        params={"agents": 1_500},
        values=((0.667, 0.667), None),
        more_is_better=True,
    ),
)


def table(figures: Iterable[Figure]) -> str:
    """A Markdown table of those figures that other engines have too; empty if none has.

    A ratio says how many times better ours is.
    """
    rows = [
        _row(figure, theirs) for figure in figures for theirs in MEASURED if theirs.is_of(figure)
    ]
    if not rows:
        return ""
    columns = ["figure", "params", "here", *(cell for name in ENGINES for cell in (name, "ratio"))]
    rule = "|---|---|" + "---:|" * (len(columns) - 2)
    return "\n".join([f"| {' | '.join(columns)} |", rule, *rows]) + "\n"


def _row(figure: Figure, theirs: Theirs) -> str:
    cells = [f"`{figure.id}`", said(figure.params), f"{short(figure.value)} {figure.unit}"]
    for span in theirs.values:
        if span is None:
            cells += ["", ""]
            continue
        better = [
            figure.value / value if theirs.more_is_better else value / figure.value
            for value in span
        ]
        cells += [_spanned(span), f"{_spanned((min(better), max(better)))} ×"]
    return f"| {' | '.join(cells)} |"


def _spanned(span: Span) -> str:
    low, high = map(short, span)
    return low if low == high else f"{low}–{high}"

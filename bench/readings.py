"""What one run of a scenario read off, and how several runs become figures."""

from __future__ import annotations

import gc
import math
import statistics
from typing import TYPE_CHECKING, NamedTuple

import uvloop

from bench.report import Figure, Param, percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence


class Reading(NamedTuple):
    """What is read; `params` are those that differ within a run, such as the percentile."""

    id: str
    unit: str
    params: tuple[tuple[str, Param], ...] = ()


Values = dict[Reading, float]


def percentiles(id_: str, values_ms: Sequence[float], *percents: float) -> Values:
    """A time in ms at each of these percentiles."""
    return {
        Reading(id_, "ms", (("percentile", float(percent)),)): percentile(values_ms, percent)
        for percent in percents
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How a cost grows with a size: of log cost over log size; 0 is flat, 1 is proportional."""
    logs = [(math.log(size), math.log(cost)) for size, cost in points]
    return statistics.linear_regression(*zip(*logs, strict=True)).slope


def repeat(
    runs: int, params: Mapping[str, Param], play: Callable[[], Coroutine[object, object, Values]]
) -> list[Figure]:
    """Play it so often; the median of each reading, with the lowest and the highest."""
    taken = []
    for _ in range(runs):
        gc.collect()  # what was before is not cleared away in the middle of it
        taken.append(uvloop.run(play()))
    figures = []
    for reading in taken[0]:
        values = sorted(run[reading] for run in taken)
        figures.append(
            Figure(
                id=f"scenario.{reading.id}",
                params=dict(params) | dict(reading.params),
                value=statistics.median(values),
                unit=reading.unit,
                low=values[0],
                high=values[-1],
            )
        )
    for figure in figures:
        told = " ".join(f"{key} {value}" for key, value in figure.params.items())
        print(f"  {told}: {figure.id.removeprefix('scenario.')} {figure.value:.4g} {figure.unit}")
    return figures

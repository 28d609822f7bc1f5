"""How long a wait will be: quantiles from the place in the line and how the line moved lately."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

_Z90: Final = 1.2816
LEAST: Final = 2.5
"""With fewer departures nothing is told (three of late, which fade): who cannot be sure would have
to tell of a p90 many times the p50."""


class Wait(NamedTuple):
    """Half of those in this place wait at most `p50_s`, nine in ten at most `p90_s`."""

    p50_s: float
    p90_s: float


def wait_of(place: int, departures: float, busy_ms: float) -> Wait | None:
    """The wait of the one in that place (1 is next), or None while too little is known.

    `departures` left the line within `busy_ms`, counting only the time in which somebody waited.
    At a steady rate the time to the k-th departure is a gamma variable, and a rate known from n
    departures is one too; their quotient is k/n times an F(2k, 2n) variable. Its quantiles are
    approximated after Paulson. With few departures the p90 is wider: that is what is known.
    """
    if departures < LEAST or busy_ms <= 0 or place < 1:
        return None
    mean_s = busy_ms / 1000 * place / departures
    return Wait(
        p50_s=round(mean_s * _f_quantile(place, departures, 0.0), 1),
        p90_s=round(mean_s * _f_quantile(place, departures, _Z90), 1),
    )


def _f_quantile(k: float, n: float, z: float) -> float:
    """The quantile of F(2k, 2n) at the normal deviate z, after Paulson (1942)."""
    a, b = 1 / (9 * k), 1 / (9 * n)
    below = (1 - b) ** 2 - z * z * b
    root = math.sqrt((1 - a) ** 2 * b + (1 - b) ** 2 * a - z * z * a * b)
    return float(max(0.0, ((1 - a) * (1 - b) + z * root) / below) ** 3)

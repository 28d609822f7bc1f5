"""What of the machine's time is ours: others, and a machine that stood still, take the rest.

A deadline that is missed because somebody else had the processors says nothing of the product. So
lateness is counted in time that was ours to use: ours, or idle. On a machine that does nothing else
that is the time on the wall.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_right

import psutil

TRIES = 3


class OwnTime:
    """Seconds that pass only as far as the processors were ours; readings in between count."""

    def __init__(self, began_s: float) -> None:
        """Args: began_s is the first reading of the clock on the wall."""
        self._wall_s = [began_s]
        self._own_s = [0.0]

    def note(self, wall_s: float, mine_s: float) -> None:
        """A reading: of the time since the last one so much was ours."""
        mine_s = max(0.0, min(mine_s, wall_s - self._wall_s[-1]))
        self._wall_s.append(wall_s)
        self._own_s.append(self._own_s[-1] + mine_s)

    def between(self, from_s: float, to_s: float) -> float:
        """How much of that time was ours; what no reading tells of is counted as ours."""
        return max(0.0, self._at(to_s) - self._at(from_s))

    @property
    def share(self) -> float:
        """Of all the time."""
        return self._own_s[-1] / max(1e-9, self._wall_s[-1] - self._wall_s[0])

    def _at(self, wall_s: float) -> float:
        after = bisect_right(self._wall_s, wall_s)
        if after == 0:
            return wall_s - self._wall_s[0]
        own_s, since_s = self._own_s[after - 1], wall_s - self._wall_s[after - 1]
        if after == len(self._wall_s):
            return own_s + since_s
        gone_s = self._wall_s[after] - self._wall_s[after - 1]
        return own_s + (self._own_s[after] - own_s) * since_s / gone_s


class Machine:
    """Reads what this process, and all that came of it, used and left idle."""

    def __init__(self) -> None:
        self._me = psutil.Process()
        self._cores = os.cpu_count() or 1
        self._used_s = 0.0
        self._used_s, self._idle_s = self._used_so_far_s(), _idle_s()
        self.own_time = OwnTime(time.monotonic())

    def read(self) -> None:
        """Take a reading. What others took is what we neither used nor left idle."""
        wall_s, idle_s, used_s = time.monotonic(), _idle_s(), self._used_so_far_s()
        self.own_time.note(wall_s, (idle_s - self._idle_s + used_s - self._used_s) / self._cores)
        self._idle_s, self._used_s = idle_s, used_s

    def _used_so_far_s(self) -> float:
        """By the dead and buried, too: what they used is their parents'."""
        for _ in range(TRIES):
            try:
                spent = [one.cpu_times() for one in (self._me, *self._me.children(recursive=True))]
            except psutil.NoSuchProcess:
                continue  # it died meanwhile, and its parent may have been asked before
            return max(self._used_s, sum(map(_all_s, spent)))
        return self._used_s


def _all_s(spent: object) -> float:
    names = ("user", "system", "children_user", "children_system")
    return sum(float(getattr(spent, name)) for name in names)


def _idle_s() -> float:
    spent = psutil.cpu_times()
    return float(spent.idle + getattr(spent, "iowait", 0.0))

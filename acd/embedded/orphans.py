"""A child's end when its parent is gone."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# bound before any fork: the child may not allocate its way through an import
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def dies_with_parent() -> Callable[[], None]:
    """A `preexec_fn` that has the child end when this process does, however this process ends.

    Linux only; the signal follows the thread that forks, so fork from one that stays. Elsewhere
    an orphan is noticed by the lock it holds.
    """
    parent = os.getpid()

    def arm() -> None:
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:  # it died in between
                os._exit(1)

    return arm

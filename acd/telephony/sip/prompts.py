"""What is said on the telephone, as the names of the files that say it, in order. Pure."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final


class Prompt(StrEnum):
    """A text of `sounds/texts.toml`."""

    YOU_ARE_NEXT = "you-are-next"
    YOU_ARE_NUMBER = "you-are-number"
    MANY_BEFORE_YOU = "many-before-you"
    WAIT_SHORT = "wait-short"
    WAIT_ONE_MINUTE = "wait-one-minute"
    WAIT_ABOUT = "wait-about"
    MINUTES = "minutes"
    WAIT_LONG = "wait-long"
    ONE_FOR_CALLBACK = "one-for-callback"
    CALLBACK_PROMISED = "callback-promised"
    ALL_BUSY = "all-busy"
    CLOSED = "closed"
    NOBODY_HERE = "nobody-here"
    WAITED_TOO_LONG = "waited-too-long"
    ONE_TO_TAKE = "one-to-take"
    TAKEN = "taken"
    YOUR_CODE_IS = "your-code-is"
    AGAIN = "again"
    GOODBYE = "goodbye"


MOST_COUNTED: Final = 20
"""Behind this place nobody is told a number."""
MINUTES_SAID: Final = (2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 45, 60)
"""Longer waits are told in coarser steps, always the next one up."""
NUMBERS: Final = tuple(sorted({*range(MOST_COUNTED + 1), *MINUTES_SAID}))
"""Those there are files of."""
_MINUTE_S: Final = 60


def place_in_line(place: int, wait_s: float | None) -> tuple[str, ...]:
    """The place (1 is next), and the expected wait in seconds where it is known."""
    if place <= 1:
        said: tuple[str, ...] = (Prompt.YOU_ARE_NEXT,)
    elif place <= MOST_COUNTED:
        said = (Prompt.YOU_ARE_NUMBER, str(place))
    else:
        said = (Prompt.MANY_BEFORE_YOU,)
    return said if wait_s is None else (*said, *_wait(wait_s))


def _wait(wait_s: float) -> tuple[str, ...]:
    if wait_s < _MINUTE_S / 2:
        return (Prompt.WAIT_SHORT,)
    minutes = math.ceil(wait_s / _MINUTE_S)
    if minutes == 1:
        return (Prompt.WAIT_ONE_MINUTE,)
    for step in MINUTES_SAID:
        if minutes <= step:
            return (Prompt.WAIT_ABOUT, str(step), Prompt.MINUTES)
    return (Prompt.WAIT_LONG,)


def turned_away(rule: str) -> Prompt:
    """Why a queue does not keep somebody, by the rule that said so; all are busy by any other."""
    return _RULES.get(rule, Prompt.ALL_BUSY)


_RULES: Final = {
    "closed": Prompt.CLOSED,
    "closing": Prompt.CLOSED,
    "nobody": Prompt.NOBODY_HERE,
    "max_wait": Prompt.WAITED_TOO_LONG,
}


def code(digits: str) -> tuple[str, ...]:
    """A code of decimal digits, said twice."""
    return (Prompt.YOUR_CODE_IS, *digits, Prompt.AGAIN, *digits, Prompt.GOODBYE)

"""Numbers that people type to be called: read by a country's plan, refused where nobody calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acd.domain import phone
from acd.domain.errors import NumberCostly

if TYPE_CHECKING:
    from collections.abc import Callable


def refuse_costly(number: phone.E164) -> None:
    """What holds where nobody said which numbers may be called.

    Raises:
        NumberCostly: it costs more than a call.
    """
    if phone.is_costly(number):
        raise NumberCostly


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """`region` is the country whose national numbers are understood; see `phone.parse`."""

    region: str = ""
    may_call: Callable[[phone.E164], None] = refuse_costly
    """Raises NumberRefused for a number that nobody shall be called at."""

    def read(self, typed: str) -> phone.E164:
        """The number that is called.

        Raises:
            PhoneNumberInvalid: it is none. NumberRefused: it may not be called.
        """
        number = phone.parse(typed, self.region)
        self.may_call(number)
        return number

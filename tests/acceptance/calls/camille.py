"""Camille, who calls from a telephone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.acceptance.calls.exchange import CAMILLE_HZ
from tests.acceptance.calls.phones import Phone, Phones
from tests.acceptance.calls.telephones import Call
from tests.acceptance.calls.voices import ANNA_HZ, hears

SHOWN: Final = "+33 1 99 00 12 34"
"""Her number, as people write it."""
Camille = Callable[..., Call]
"""`camille("sales")` calls that department, and hears music."""


def talking(
    phone: Phones, camille: Camille, *, url: str = "", **context: object
) -> tuple[Phone, Call]:
    """Anna and Camille, who hear each other."""
    anna = phone("anna", url=url, **context)
    call = camille()
    anna.answers("Camille")
    anna.is_in_call()
    call.hears(ANNA_HZ)
    hears(anna.page, CAMILLE_HZ)
    return anna, call

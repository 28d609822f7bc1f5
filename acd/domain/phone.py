"""Telephone numbers: what people type, and E.164, the one form that is stored and dialled.

The plans of the countries are those of libphonenumber. A number counts by its length and not by
the ranges in use: these change faster than any copy of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NewType

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
)

from acd.domain.errors import PhoneNumberInvalid

E164 = NewType("E164", str)
"""`+33199001234`: `+`, the country's code, at most 15 digits in all."""

_ASKED_AGAIN: Final = 512
"""Of one call the number is read several times, and shown."""
_COSTLY: Final = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


def parse(text: str, region: str = "") -> E164:
    """The number that somebody typed, dialled or sent.

    `region` is the country (ISO 3166-1, two letters) whose national form is understood; without
    one a number begins with `+` or is none. An extension (`ext. 12`) is left away.

    Raises:
        PhoneNumberInvalid: no number, one without its country, too short or too long.
    """
    try:
        number = _read(text, "" if text.startswith("+") else region)
    except NumberParseException:
        raise PhoneNumberInvalid from None
    if not phonenumbers.is_possible_number(number):
        raise PhoneNumberInvalid
    return E164(phonenumbers.format_number(number, PhoneNumberFormat.E164))


@lru_cache(maxsize=_ASKED_AGAIN)
def _read(text: str, region: str) -> PhoneNumber:
    number = phonenumbers.parse(text, region or None)
    number.extension = None
    return number


def has_plan(region: str) -> bool:
    """Whether that country's national form is understood. The United Kingdom is `GB`."""
    return region in phonenumbers.SUPPORTED_REGIONS


def country(number: E164) -> str:
    """The country whose plan the number is of, such as `FR`; empty where it is of none.

    Countries that share a code (`+1`, `+44`) are told apart by their ranges in use.
    """
    return phonenumbers.region_code_for_number(_read(number, "")) or ""


def is_costly(number: E164) -> bool:
    """Whether who dials it pays more than for a call: premium rate, shared cost."""
    return phonenumbers.number_type(_read(number, "")) in _COSTLY


def is_emergency(dialled: str, region: str) -> bool:
    """Whether who dials that in that country gets an emergency service; False without a country."""
    return has_plan(region) and phonenumbers.connects_to_emergency_number(dialled, region)


def shown(number: E164) -> str:
    """The number for people to read, in its international form: `+33 1 99 00 12 34`."""
    return phonenumbers.format_number(_read(number, ""), PhoneNumberFormat.INTERNATIONAL)

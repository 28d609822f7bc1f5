"""Which days are public holidays, by country or region. What they are is the package's business."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


def regions() -> dict[str, tuple[str, ...]]:
    """The countries known, each with its regions."""
    import holidays  # noqa: PLC0415 - it knows every country, which most installations never ask

    return {
        country: tuple(parts)
        for country, parts in holidays.list_supported_countries(include_aliases=False).items()
    }


def public_holidays(region: str) -> Callable[[date], bool]:
    """Whether a day is a public holiday there: `FR`, `DE-BY`; empty is nowhere.

    Raises:
        ValueError: there is no such country or region.
    """
    if not region:
        return lambda day: False
    import holidays  # noqa: PLC0415 - as above

    country, _, part = region.partition("-")
    try:
        known = holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError as error:
        raise ValueError(f"no public holidays are known of {region}") from error
    return lambda day: day in known

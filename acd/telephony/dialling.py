"""Whether a number may be called from here: its country, what it costs, how often.

`check` is pure. `Dialling` adds the rates, which all nodes share. A call out that nobody asked for
costs money: where the rates cannot be read, nothing is dialled.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from acd.domain.errors import (
    DiallingTooOften,
    NumberCostly,
    NumberCountryRefused,
    StoreUnavailable,
    TooMany,
)
from acd.domain.phone import country, is_costly
from acd.routing.limits import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.config.telephony import TelephonySettings
    from acd.domain.ids import AgentId
    from acd.domain.phone import E164
    from acd.routing.limits import Limits

ALL: Final = "dial"
AGENT: Final = "dial_agent"
NUMBER: Final = "dial_number"
CODE_AGENT: Final = "code_agent"
CODE_NUMBER: Final = "code_number"
_CODES: Final = Rate(per_minute=5 / 60, burst=5)
"""Codes that are said: each may be guessed at a few times, and rings somebody's telephone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiallingRules:
    """Which numbers may be called."""

    countries: frozenset[str]
    costly: bool = False

    @classmethod
    def of(cls, settings: TelephonySettings) -> DiallingRules:
        """What `[telephony.dialling]` says; without a country nobody is called."""
        said = settings.dialling
        own = (settings.region,) if settings.region else ()
        return cls(countries=frozenset(said.countries or own), costly=said.costly)


def check(number: E164, rules: DiallingRules) -> None:
    """Say why that number may not be called.

    Raises:
        NumberCountryRefused: its country is not among those that may be, or is not known.
        NumberCostly: it is of premium rate or shared cost.
    """
    if country(number) not in rules.countries:
        raise NumberCountryRefused
    if is_costly(number) and not rules.costly:
        raise NumberCostly


def rates(settings: TelephonySettings) -> Mapping[str, Rate]:
    """The limits `Dialling` takes of, by name."""
    said = settings.dialling
    return {
        ALL: Rate(per_minute=said.per_minute),
        AGENT: Rate(per_minute=said.agent_per_minute),
        NUMBER: Rate(per_minute=said.number_per_minute),
        CODE_AGENT: _CODES,
        CODE_NUMBER: _CODES,
    }


class Dialling:
    """What every call out is asked before it is made."""

    def __init__(self, rules: DiallingRules, limits: Limits) -> None:
        """Args: limits must know those of `rates`."""
        self._rules = rules
        self._limits = limits

    async def allow(self, number: E164, *, agent: AgentId | None) -> None:
        """Count a call to that number, for that agent or for the house.

        Raises:
            NumberRefused: it may not be called, and was not counted.
            DiallingTooOften: for now; `retry_after_s` says for how long.
            StoreUnavailable: the rates cannot be read.
        """
        check(number, self._rules)
        await self.count(number, agent=agent)

    async def count_code(self, address: str, *, agent: AgentId) -> None:
        """Count a call that says a code: five an hour for an agent, and five to a telephone.

        Raises:
            DiallingTooOften: for now; `retry_after_s` says for how long.
            StoreUnavailable: the rates cannot be read.
        """
        await self._take((CODE_AGENT, agent), (CODE_NUMBER, address))

    async def uncount_code(self, address: str, *, agent: AgentId) -> None:
        """A call that was to say a code never rang: it is not counted among those five.

        The rates of all calls count it all the same. Where they cannot be read, nothing changes.
        """
        with contextlib.suppress(StoreUnavailable):
            await self._give_back((CODE_AGENT, agent), (CODE_NUMBER, address))

    async def count(self, address: str, *, agent: AgentId | None) -> None:
        """The rates alone, as for a desk phone, whose address has no country.

        Raises:
            DiallingTooOften: for now; `retry_after_s` says for how long.
            StoreUnavailable: the rates cannot be read.
        """
        own = ((AGENT, agent),) if agent is not None else ()
        await self._take((NUMBER, address), *own, (ALL, ""))

    async def _take(self, *tokens: tuple[str, str]) -> None:
        for place, (limit, who) in enumerate(tokens):
            try:
                await self._limits.take(limit, who)
            except TooMany as full:
                with contextlib.suppress(StoreUnavailable):
                    await self._give_back(*tokens[:place])  # nobody is called
                raise DiallingTooOften(retry_after_s=full.retry_after_s) from None

    async def _give_back(self, *tokens: tuple[str, str]) -> None:
        for limit, who in tokens:
            await self._limits.give_back(limit, who)

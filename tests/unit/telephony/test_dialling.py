"""Which numbers may be called from here."""

from __future__ import annotations

import pytest

from acd.config.telephony import DiallingSettings, TelephonySettings
from acd.domain.errors import NumberCostly, NumberCountryRefused
from acd.domain.phone import E164
from acd.telephony.dialling import DiallingRules, check, rates

FRENCH = E164("+33199001234")
BELGIAN = E164("+3224000000")
JAMAICAN = E164("+18765230123")
PREMIUM = E164("+33892123456")
NOBODYS = E164("+15550000000")


def rules(region: str = "", **said: object) -> DiallingRules:
    return DiallingRules.of(
        TelephonySettings(region=region, dialling=DiallingSettings.model_validate(said))
    )


def test_the_own_country_alone_unless_others_are_named() -> None:
    check(FRENCH, rules("FR"))
    with pytest.raises(NumberCountryRefused):
        check(BELGIAN, rules("FR"))
    check(BELGIAN, rules("FR", countries=("BE",)))
    with pytest.raises(NumberCountryRefused):
        check(FRENCH, rules("FR", countries=("BE",)))


def test_without_a_country_nobody_is_called() -> None:
    for number in (FRENCH, NOBODYS):
        with pytest.raises(NumberCountryRefused):
            check(number, rules())


def test_countries_that_share_a_code_are_told_apart() -> None:
    for number in (JAMAICAN, NOBODYS):
        with pytest.raises(NumberCountryRefused):
            check(number, rules("US"))
    check(JAMAICAN, rules("US", countries=("US", "JM")))


def test_what_costs_more_is_refused_unless_allowed() -> None:
    with pytest.raises(NumberCostly):
        check(PREMIUM, rules("FR"))
    check(PREMIUM, rules("FR", costly=True))


def test_the_rates_are_those_of_the_configuration() -> None:
    said = DiallingSettings(per_minute=7, agent_per_minute=3, number_per_minute=2)
    made = rates(TelephonySettings(dialling=said))
    assert {name: rate.per_minute for name, rate in made.items()} == {
        "dial": 7,
        "dial_agent": 3,
        "dial_number": 2,
        "code_agent": 5 / 60,
        "code_number": 5 / 60,
    }

"""Telephone numbers, as typed and as stored. All of them are kept free for stories."""

from __future__ import annotations

import pytest

from acd.domain.errors import PhoneNumberInvalid
from acd.domain.phone import country, has_plan, is_costly, is_emergency, parse, shown


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("01 99 00 12 34", "FR"),
        ("01.99.00.12.34", "FR"),
        ("+33 (0)1 99 00 12 34", ""),
        ("0033 1 99 00 12 34", "FR"),
        ("+33199001234", "GB"),
        ("tel:+33199001234", ""),
        ("01 99 00 12 34 ext. 12", "FR"),
        ("٠١٩٩٠٠١٢٣٤", "FR"),  # digits of another script
    ],
)
def test_one_number_has_one_form(text: str, region: str) -> None:
    assert parse(text, region) == "+33199001234"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("", "FR"),
        ("sales", "FR"),
        ("0199001234", ""),  # of which country?
        ("0199001234", "ZZ"),
        ("12345", "FR"),
        ("112", "FR"),
        ("019900123456", "FR"),
        ("+999 1 99 00 12 34", ""),
        ("+1 201 5550123456789", ""),
        ("1" * 300, "FR"),
        ("+33199001234\x00<script>", ""),
    ],
)
def test_what_is_no_number_is_refused(text: str, region: str) -> None:
    with pytest.raises(PhoneNumberInvalid):
        parse(text, region)


def test_a_range_newer_than_the_library_is_a_number() -> None:
    assert parse("06 39 98 12 34", "FR") == "+33639981234"


def test_countries_are_known_by_their_code() -> None:
    assert has_plan("FR")
    assert not has_plan("UK")
    assert not has_plan("")


def test_who_pays_more_is_known() -> None:
    assert is_costly(parse("0899 123 456", "FR"))
    assert not is_costly(parse("01 99 00 12 34", "FR"))


def test_its_country_is_known() -> None:
    assert country(parse("01 99 00 12 34", "FR")) == "FR"
    assert country(parse("020 7946 0958", "GB")) == "GB"


def test_an_emergency_is_one_of_its_country() -> None:
    assert is_emergency("112", "FR")
    assert not is_emergency("911", "FR")
    assert not is_emergency("112", "")


def test_people_read_it_in_groups() -> None:
    assert shown(parse("0199001234", "FR")) == "+33 1 99 00 12 34"

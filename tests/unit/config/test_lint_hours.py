"""What is likely not meant of hours."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import HEAD, OFFICE, found, one


class TestHours:
    def test_that_are_right_say_nothing(self) -> None:
        text = HEAD + 'hours = "office"\n' + OFFICE + 'holidays = "FR-57"\nclosed_days = [\n'
        text += "  2026-12-24,\n  { first = 2026-12-26, last = 2027-01-02 },\n]\n"
        text += 'open_days = [{ day = 2026-12-20, periods = ["10:00-16:00"] }]\n'
        assert not found(text)

    @pytest.mark.parametrize(
        ("wrong", "code", "said"),
        [
            pytest.param(
                ('"Europe/Paris"', '"Europe/Pariss"'), "unknown_zone", "`Europe/Paris`", id="zone"
            ),
            pytest.param(('"Europe/Paris"', '"Nowhere"'), "unknown_zone", "/Paris", id="none"),
            pytest.param(("week", 'holidays = "ZZ"\nweek'), "unknown_region", "`FR`", id="country"),
            pytest.param(
                ("week", 'holidays = "DE-QQ"\nweek'), "unknown_region", "`DE-BY`", id="region"
            ),
            pytest.param(("17:00", "09:00"), "period_empty", "00:00-24:00", id="empty"),
            pytest.param(("mon-fri", 'tue = ["08:00-09:00"], mon-fri'), "twice", "once", id="day"),
            pytest.param(('"office"', '"always"'), "hours_reserved", "another", id="always"),
            pytest.param(
                ("week", "closed_days = [{ first = 2026-02-02, last = 2026-02-01 }]\nweek"),
                "days_backwards", "Swap", id="backwards",
            ),
            pytest.param(
                ("week", 'open_days = [{ day = 2026-02-02, periods = ["01:00-01:00"] }]\nweek'),
                "period_empty", "00:00-24:00", id="open-day",
            ),
        ],
    )  # fmt: skip
    def test_that_are_broken(self, wrong: tuple[str, str], code: str, said: str) -> None:
        problem = one(HEAD + 'hours = "always"\n' + OFFICE.replace(*wrong), code)
        assert not problem.warning
        assert said in problem.remedy

    def test_of_a_wrong_form_are_told_with_an_example(self) -> None:
        text = OFFICE.replace("mon-fri", "monday").replace("09:00", "9:00")
        text += "closed_days = [20261224]\nholidays = 5\n"
        assert {problem.code for problem in found(text)} == {"wrong_value"}
        said = "\n".join(map(str, found(text)))
        assert "hours[0].week.monday: this should be a day such as `mon`" in said
        assert "hours[0].closed_days[0]: this should be" in said

    def test_never_open_or_of_no_use_or_overlapping(self) -> None:
        never = OFFICE.replace('mon-fri = ["09:00-17:00"]', "")
        assert one(HEAD + 'hours = "office"\n' + never, "hours_never_open").warning
        assert one(HEAD + OFFICE, "hours_unused").warning
        twice = OFFICE.replace('"09:00-17:00"', '"09:00-13:00", "12:15-17:00"')
        problem = one(HEAD + 'hours = "office"\n' + twice, "periods_overlap")
        assert "12:15" in problem.message

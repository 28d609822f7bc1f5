"""The page of measured figures: a run replaces its own table, beside what others did."""

from __future__ import annotations

import re

import pytest

from bench import beside, page, scenarios
from bench.__main__ import PARTS
from bench.report import Figure, bar_for, machine, table

PAGE = """# Figures
<!-- bench: one -->
old
<!-- /bench: one -->
between
<!-- bench: two -->
kept
<!-- /bench: two -->
"""


def offered(value: float) -> Figure:
    return Figure(
        id="scenario.free_to_offer_ms",
        params={"agents": 10, "percentile": 50.0},
        value=value,
        unit="ms",
    )


def test_a_table_is_replaced_and_nothing_else() -> None:
    assert page.replaced(PAGE, "one", "new\n") == PAGE.replace("old\n", "new\n")


def test_a_table_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="three"):
        page.replaced(PAGE, "three", "new\n")


def test_every_part_has_its_place_on_the_page() -> None:
    places = re.findall(r"^<!-- bench: (.+) -->$", page.PAGE.read_text(), re.MULTILINE)
    numbered = [f"scenario {number}" for number in scenarios.TITLES]
    assert sorted(places) == sorted([name for name in PARTS if name != "scenarios"] + numbered)


def test_a_section_names_its_command_and_its_machine() -> None:
    text = page.section("Offers", 'make bench ARGS="x"', machine(), [offered(2.0)])
    assert text.startswith('### Offers\n\n`make bench ARGS="x"` on 20')
    assert "| `scenario.free_to_offer_ms` | agents 10, percentile 50 | 2 ms |" in text
    assert "Beside other engines" in text


@pytest.mark.parametrize(
    ("figure", "ratios"),
    [
        (offered(2.0), ("319 ×", "270 ×")),
        (
            Figure(
                id="scenario.decisions_per_s",
                params={"agents": 100, "strategy": "longest_idle"},
                value=994,
                unit="1/s",
            ),
            ("2–3.55 ×", "8.08–9.12 ×"),
        ),
    ],
)
def test_a_ratio_says_how_many_times_better_ours_is(
    figure: Figure, ratios: tuple[str, str]
) -> None:
    told = beside.table([figure])
    for ratio in ratios:
        assert f"| {ratio} |" in told


def test_what_others_were_not_measured_in_stands_alone() -> None:
    assert beside.table([Figure(id="scenario.inversions", value=0, unit="offers")]) == ""


def test_a_missed_bar_is_said() -> None:
    stuck = Figure(id="crash.stuck_s", value=2.5, unit="s")
    assert bar_for(stuck) is not None
    assert "**missed**" in table([stuck])

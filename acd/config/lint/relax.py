"""Steps that open a requirement, and how many pools they make."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from acd.config.lint.view import FROM_SITES
from acd.config.problems import KeyPath, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acd.config.lint.view import Line, View
    from acd.config.rules import RelaxSettings

POOLS_MAX: Final = 64


def findings(view: View) -> Iterator[Problem]:
    """Steps that are none, or go backwards, and queues with too many pools."""
    told: set[KeyPath] = set()
    for line in view.lines:
        if (path := line.at("relax")) not in told:
            told.add(path)
            yield from _steps(line.rules.relax, path)
        yield from _pools(view, line)


def _steps(steps: Sequence[RelaxSettings], path: KeyPath) -> Iterator[Problem]:
    for at, step in enumerate(steps):
        if (step.level is None) != step.drop:
            yield Problem(
                path=(*path, at),
                code="relax_step",
                message="a step either lowers the `level` or says `drop = true`",
                remedy="Write one of the two.",
            )
    for at, (before, step) in enumerate(pairwise(steps), start=1):
        if step.after_s <= before.after_s or (step.level or 0) >= (before.level or 0):
            yield Problem(
                path=(*path, at),
                code="relax_order",
                message="each step comes later than the one before and asks for less",
                remedy="Put them in order; `drop` stands last.",
            )


def _pools(view: View, line: Line) -> Iterator[Problem]:
    if line.channel not in FROM_SITES:
        return
    pools = {
        pool
        for need in view.needs
        if line.department.id in need.departments
        for pool in pools_of(need.skills, line.rules.relax)
    }
    if len(pools) > POOLS_MAX:
        yield Problem(
            path=line.path,
            code="too_many_pools",
            message=f"sites and steps make {len(pools)} different requirements in `{line.name}`, "
            f"and {POOLS_MAX} is the most",
            remedy="Require less by site and locale, or take steps out of `relax`.",
        )


def pools_of(
    skills: Mapping[str, int], steps: Sequence[RelaxSettings]
) -> set[frozenset[tuple[str, int]]]:
    """The requirements an interaction passes through; the empty one is no pool of its own."""
    levels = [10, *(0 if step.drop else step.level or 0 for step in steps)]
    return {
        frozenset((skill, min(level, least)) for skill, least in skills.items())
        for level in levels
        if level and skills
    }

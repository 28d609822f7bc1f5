"""Where queues hand on what they do not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from acd.config.lint.view import Line, View, warning
from acd.config.problems import KeyPath, Problem, did_you_mean
from acd.config.rules import OverflowSettings
from acd.domain.queue import DIVERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HOPS_MAX: Final = 3
_CLOSING: Final = {"on_closed", "at_close"}


class _Edge(NamedTuple):
    """One queue hands on to another, by the rule at that place."""

    target: str
    path: KeyPath


def findings(view: View) -> Iterator[Problem]:
    """Overflow that leads nowhere, back to where it came from, or too far."""
    told: set[KeyPath] = set()
    edges: dict[str, list[_Edge]] = {line.name: [] for line in view.lines}
    for line in view.lines:
        for name in DIVERSIONS:
            said = getattr(line.rules, name)
            if not isinstance(said, OverflowSettings):
                continue
            path = (*line.at(name), "department")
            wrong = list(_wrong(view, line, name, said, path))
            yield from (problem for problem in wrong if problem.path not in told)
            told.update(problem.path for problem in wrong)
            target = f"{said.department}/{line.channel.value}"
            if target in view.by_name and all(problem.warning for problem in wrong):
                edges[line.name].append(_Edge(target, path))
    yield from _loops(edges)
    yield from _far(edges)


def _wrong(
    view: View, line: Line, name: str, said: OverflowSettings, path: KeyPath
) -> Iterator[Problem]:
    target = view.by_name.get(f"{said.department}/{line.channel.value}")
    if said.department == line.department.id:
        others = [
            other.department.id
            for other in view.lines
            if other.channel is line.channel and other is not line
        ]
        yield Problem(
            path=path,
            code="overflow_self",
            message=f"`{line.name}` hands on to itself",
            remedy=did_you_mean("", others) if others else "Say `form` or `reject` instead.",
        )
    elif target is None and said.department in view.departments:
        yield Problem(
            path=path,
            code="overflow_channel",
            message=f"`{said.department}` has no {line.channel} queue, so `{line.name}` cannot "
            "hand on to it",
            remedy=f"Give it a table `[departments.{line.channel}]`, or name another department.",
        )
    elif target and name in _CLOSING and _never_open_alone(view, target, line):
        yield warning(
            path,
            "overflow_closed",
            f"`{target.name}` is closed whenever `{line.name}` is",
            "Name a department that is open then, or say `form`.",
        )


def _never_open_alone(view: View, one: Line, other: Line) -> bool:
    """Whether the one is open at no time when the other is closed."""
    mine, theirs = (view.openings.get(line.rules.hours) for line in (one, other))
    if mine is None or theirs is None:  # always open, or hours that are none
        return False
    return all(any(a <= opens and closes <= b for a, b in theirs) for opens, closes in mine)


def _loops(edges: Mapping[str, Sequence[_Edge]]) -> Iterator[Problem]:
    """Each ring of queues once, at the rule with which it closes."""
    told: set[frozenset[str]] = set()

    def walk(way: list[str]) -> Iterator[Problem]:
        for edge in edges[way[-1]]:
            if edge.target in way:
                ring = way[way.index(edge.target) :]
                if frozenset(ring) not in told:
                    told.add(frozenset(ring))
                    yield warning(
                        edge.path,
                        "overflow_loop",
                        f"it goes round: {' → '.join([*ring, edge.target])}; whoever none of them "
                        "keeps is rejected",
                        "Let one of them end it with `form` or `callback`.",
                    )
            elif len(way) <= HOPS_MAX + 1:
                yield from walk([*way, edge.target])

    for start in edges:
        yield from walk([start])


def _far(edges: Mapping[str, Sequence[_Edge]]) -> Iterator[Problem]:
    """Rules behind more hops than there are, each once."""
    told: set[KeyPath] = set()

    def walk(way: list[str]) -> Iterator[Problem]:
        for edge in edges[way[-1]]:
            if edge.target in way:
                continue
            if len(way) <= HOPS_MAX:
                yield from walk([*way, edge.target])
            elif edge.path not in told:
                told.add(edge.path)
                yield warning(
                    edge.path,
                    "overflow_far",
                    f"from {way[0]} this is hand-over number {len(way)}, and after {HOPS_MAX} it "
                    "is rejected",
                    "Shorten the chain.",
                )

    for start in edges:
        yield from walk([start])

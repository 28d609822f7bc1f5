"""What no type can say: ids that must exist, be unique, and belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.config.problems import KeyPath, Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from acd.config.directory import QueueRules
    from acd.config.model import Config


def dangling(config: Config, strategies: Collection[str]) -> Iterator[Problem]:
    """Every reference that leads nowhere and every id used twice.

    Args:
        config: a configuration whose types are right.
        strategies: the names of the strategies there are.
    """
    yield from _duplicates(config)
    departments = {department.id for department in config.departments}
    skills = {skill.id for skill in config.skills}
    for index, site in enumerate(config.sites):
        for at, department_id in enumerate(site.departments):
            yield from _known(
                department_id, departments, "department", ("sites", index, "departments", at)
            )
    for index, agent in enumerate(config.agents):
        seen = set()
        for at, membership in enumerate(agent.memberships):
            path: KeyPath = ("agents", index, "departments", at)
            if membership.department in seen:
                yield Problem(
                    path=path,
                    message=f"department `{membership.department}` is named twice",
                    remedy="Keep one.",
                )
            seen.add(membership.department)
            yield from _known(membership.department, departments, "department", path)
        for skill in agent.skills:
            yield from _known(skill, skills, "skill", ("agents", index, "skills", skill))
    for index, department in enumerate(config.departments):
        base: KeyPath = ("departments", index)
        yield from _strategies(department, strategies, base)
        for channel in ("chat", "call", "ticket"):
            rules = getattr(department, channel)
            if rules is not None:
                yield from _strategies(rules, strategies, (*base, channel))


def _strategies(rules: QueueRules, known: Collection[str], path: KeyPath) -> Iterator[Problem]:
    if "strategy" not in rules.model_fields_set:
        return
    if not rules.strategies:
        yield Problem(
            path=(*path, "strategy"), message="no strategy is named", remedy="Name at least one."
        )
    for name in rules.strategies:
        yield from _known(name, known, "strategy", (*path, "strategy"))


def _known(name: str, known: Collection[str], kind: str, path: KeyPath) -> Iterator[Problem]:
    if name not in known:
        yield Problem(
            path=path,
            message=f"there is no {kind} `{name}`",
            remedy=did_you_mean(name, known),
        )


def _duplicates(config: Config) -> Iterator[Problem]:
    for section in ("sites", "skills", "departments", "agents", "api_keys"):
        ids = [entry.id for entry in getattr(config, section)]
        yield from _twice(ids, section, "id")
    yield from _twice([agent.email.casefold() for agent in config.agents], "agents", "email")


def _twice(values: Iterable[str], section: str, key: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in first:
            yield Problem(
                path=(section, index, key),
                message=f"`{value}` is already {section}[{first[value]}]",
                remedy=f"Give each its own {key}.",
            )
        first.setdefault(value, index)

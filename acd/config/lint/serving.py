"""Queues and requirements that nobody can serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.config.lint.overflow import HOPS_MAX
from acd.config.lint.view import FROM_SITES, Need, View, meets, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acd.config.lint.view import Line
    from acd.config.problems import Problem


def findings(view: View) -> Iterator[Problem]:
    """Nothing, where the file names no agents: then all of them are in the directory alone."""
    if not view.config.agents:
        return
    for line in view.lines:
        if not line.agents:
            yield warning(
                line.path,
                "nobody_serves",
                f"no agent of this file can serve `{line.name}`",
                "Make one a member, with that channel and room for one; or add one with "
                "`acd agents add`.",
            )
    highest: dict[str, int] = {}
    for agent in view.config.agents:
        for skill, level in agent.skills.items():
            highest[skill] = max(level, highest.get(skill, 0))
    required = {skill for need in view.needs for skill in need.skills}
    for index, entry in enumerate(view.config.skills):
        if entry.id not in highest and entry.id not in required:
            yield warning(
                ("skills", index),
                "skill_of_nobody",
                f"no agent of this file has the skill `{entry.id}`",
                "Give it to one in `skills`, or take it away.",
            )
    for need in view.needs:
        yield from _unmet(view, need, highest)


def _unmet(view: View, need: Need, highest: Mapping[str, int]) -> Iterator[Problem]:
    for skill, level in need.skills.items():
        if highest.get(skill, 0) < level:
            best = f"the highest is {highest[skill]}" if skill in highest else "nobody has it"
            yield warning(
                (*need.path, skill),
                "skill_unreached",
                f"no agent of this file has `{skill}` at {level}: {best}",
                "Ask for less, or give an agent that level.",
            )
            return
    for line, giver in _reached(view, need):
        if line.agents and not any(meets(agent, need.skills) for agent in line.agents):
            by = f", to which `{giver}` hands on," if giver else ""
            yield warning(
                need.path,
                "requirement_unmet",
                f"nobody in `{line.name}`{by} has {_words(need.skills)}{_until(line, need.skills)}",
                "Add an agent who has, or open the requirement with `relax`.",
            )


def _reached(view: View, need: Need) -> Iterator[tuple[Line, str]]:
    """The queues these visitors may come to, each with the one that handed them on, if any."""
    names = [f"{department}/{channel}" for department in need.departments for channel in FROM_SITES]
    told: set[str] = set()
    steps = [(view.by_name[name], "") for name in names if name in view.by_name]
    for _ in range(HOPS_MAX + 1):
        following: list[tuple[Line, str]] = []
        for line, giver in steps:
            if line.name not in told:
                told.add(line.name)
                yield line, giver
                following += [(target, line.name) for target in view.handed_on(line)]
        steps = following


def _until(line: Line, skills: Mapping[str, int]) -> str:
    """When a step of `relax` lets somebody be asked after all."""
    for step in line.rules.relax:
        level = 0 if step.drop else step.level or 0
        wanted = {skill: min(level, least) for skill, least in skills.items()}
        if any(meets(agent, wanted) for agent in line.agents):
            return f", so it waits {step.after_s} s for nobody"
    return ", so it waits for ever"


def _words(skills: Mapping[str, int]) -> str:
    return " and ".join(f"{skill} ≥ {level}" for skill, level in sorted(skills.items()))

"""Lengths and waits that contradict one another, and rules that never apply."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from acd.config.diversions import POSSIBLE, divert
from acd.config.lint.view import Line, View, warning
from acd.config.problems import KeyPath, Problem
from acd.config.rules import ALWAYS, LastAgentWait
from acd.domain.interaction import Channel
from acd.domain.queue import DIVERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acd.config.directory import AgentSettings

RANK_MAX: Final = 101
"""Where an agent gives a department no rank: behind all that have one."""
TELEPHONE_RING_S: Final = 15
"""A mobile telephone that is called for less hardly rings."""


def findings(view: View) -> Iterator[Problem]:
    """What is to be said of each queue's own numbers."""
    told: set[tuple[KeyPath, str]] = set()  # a department's rule counts once for all its queues
    for line in view.lines:
        for problem in (
            *_impossible(line), *_times(line), *_telephones(line), *_without_effect(line),
            *_strict(line), *_behind_others(view, line), *_unheard(view, line),
        ):  # fmt: skip
            if (problem.path, problem.code) not in told:
                told.add((problem.path, problem.code))
                yield problem
    yield from _never_applied(view)


def _impossible(line: Line) -> Iterator[Problem]:
    for name in DIVERSIONS:
        said = divert(line.rules, name, line.channel)
        if said is not None and said.to not in POSSIBLE[line.channel]:
            words = sorted(word.value for word in POSSIBLE[line.channel])
            yield Problem(
                path=line.at(name),
                code="diversion_impossible",
                message=f"a {line.channel} cannot become `{said.to}`",
                remedy=f"Of `{line.name}` it may be `wait` or one of "
                f"{', '.join(f'`{word}`' for word in words)}; "
                f"a table `[departments.{line.channel}]` may differ from the department.",
            )


def _times(line: Line) -> Iterator[Problem]:
    rules, longest = line.rules, line.rules.max_wait_s
    if not _is_bounded(line):
        return
    if rules.ring_time_s >= longest:
        yield warning(
            line.at("ring_time_s") if line.says("ring_time_s") else line.at("max_wait_s"),
            "ring_over_max_wait",
            f"`{line.name}` rings an agent for {rules.ring_time_s} s, and nobody may wait longer "
            f"than {longest} s: a second agent is never asked",
            "Ring for a third of `max_wait_s` or less.",
        )
    if isinstance(rules.last_agent, LastAgentWait) and rules.last_agent.wait_s >= longest:
        yield warning(
            line.at("last_agent"),
            "last_agent_over_max_wait",
            f"in `{line.name}` it waits {rules.last_agent.wait_s} s for the last agent, and no "
            f"longer than {longest} s at all: others are never asked",
            "Make `wait_s` shorter than `max_wait_s`.",
        )
    if rules.relax and rules.relax[-1].after_s >= longest:
        yield warning(
            line.at("relax"),
            "relax_over_max_wait",
            f"in `{line.name}` a step comes after {rules.relax[-1].after_s} s, and nobody waits "
            f"longer than {longest} s",
            "Let it come earlier, or raise `max_wait_s`.",
        )


def _telephones(line: Line) -> Iterator[Problem]:
    reached = any(device.address.startswith("+") for one in line.agents for device in one.devices)
    if reached and line.channel is Channel.CALL and line.rules.ring_time_s < TELEPHONE_RING_S:
        yield warning(
            line.at("ring_time_s"),
            "ring_short",
            f"`{line.name}` rings for {line.rules.ring_time_s} s, and a mobile telephone of its "
            "agents takes some eight of them before it rings",
            "Let it ring for 25 s or more.",
        )


def _without_effect(line: Line) -> Iterator[Problem]:
    for bound, name in (("max_length", "on_full"), ("max_wait_s", "on_max_wait")):
        if getattr(line.rules, bound) and divert(line.rules, name, line.channel) is None:
            yield warning(
                line.at(bound),
                "bound_without_effect",
                f"beyond this bound `{line.name}` lets it wait nevertheless",
                f"Say in `{name}` what becomes of it.",
            )
    if line.channel is not Channel.CHAT and "idle_s" in line.own.model_fields_set:
        yield warning(
            line.at("idle_s"),
            "idle_not_chat",
            f"only chats fall idle, no {line.channel} does",
            "Take it away here.",
        )


def _unheard(view: View, line: Line) -> Iterator[Problem]:
    confirmed_s = view.config.routing.delivery_s
    if line.rules.ring_time_s <= confirmed_s:
        yield warning(
            line.at("ring_time_s") if line.says("ring_time_s") else ("routing", "delivery_s"),
            "delivery_over_ring",
            f"`{line.name}` rings for {line.rules.ring_time_s} s, and a console may take "
            f"{confirmed_s} s to confirm that it does: one that is dead is passed over no sooner",
            "Let it ring longer, or set a shorter `routing.delivery_s`.",
        )


def _is_bounded(line: Line) -> bool:
    """Whether nobody waits in it for ever."""
    return bool(line.rules.max_wait_s and divert(line.rules, "on_max_wait", line.channel))


def _behind_others(view: View, line: Line) -> Iterator[Problem]:
    if line.agents and not _is_bounded(line):
        first = [_first_for(view, agent, line) for agent in line.agents]
        if all(first):
            yield warning(
                line.path,
                "starvation",
                f"all who serve `{line.name}` serve another queue first (`rank`), such as "
                f"`{first[0]}`: while somebody waits there, nobody is served here",
                "Give somebody this department without a `rank` before it, or bound the wait with "
                "`max_wait_s` and `on_max_wait`.",
            )


def _first_for(view: View, agent: AgentSettings, line: Line) -> str:
    """A queue on the same channel whose line the agent serves before this one, or nothing."""
    ranks = {
        f"{place.department}/{line.channel.value}": place.rank or RANK_MAX
        for place in agent.memberships
    }
    others = [
        name
        for name, rank in ranks.items()
        if rank < ranks[line.name] and name in view.by_name and agent in view.by_name[name].agents
    ]
    return min(others, key=ranks.__getitem__, default="")


def _strict(line: Line) -> Iterator[Problem]:
    if line.rules.order == "strict" and not _is_bounded(line):
        yield warning(
            line.at("order"),
            "starvation",
            f"in `{line.name}` whoever has a low level waits as long as others of a higher one "
            "come, without bound",
            'Use the order "aging", or bound the wait with `max_wait_s` and `on_max_wait`.',
        )


def _never_applied(view: View) -> Iterator[Problem]:
    """A rule that is written and applies in none of the queues it is written for."""
    needs = {
        "on_full": ("max_length", "`max_length` bounds the line"),
        "on_max_wait": ("max_wait_s", "`max_wait_s` bounds the wait"),
        "on_closed": ("hours", "`hours` say when it is closed"),
        "at_close": ("hours", "`hours` say when it is closed"),
    }
    applies: dict[tuple[str, KeyPath], bool] = defaultdict(bool)
    for line in view.lines:
        for name, (bound, _) in needs.items():
            if line.says(name):
                value = getattr(line.rules, bound)
                applies[name, line.at(name)] |= bool(value) and value != ALWAYS
    for (name, path), ever in applies.items():
        if not ever:
            yield warning(
                path, "never_applies", f"it only applies where {needs[name][1]}", "Set that too."
            )

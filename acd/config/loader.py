"""From a file and the environment to a `Config`, or to every problem at once."""

from __future__ import annotations

import importlib.resources
import os
import re
import time
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from acd.config.environment import overrides
from acd.config.explaining import explained
from acd.config.lines import locate, place_of
from acd.config.lint import findings
from acd.config.mending import mended, validated
from acd.config.problems import ConfigProblems, KeyPath, Problem
from acd.config.references import KINDS, dangling
from acd.config.secrets import SECRET_MISSING, clear_secrets, missing_secrets
from acd.strategies import registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from acd.config.model import Config

FILE = "config.toml"


def find_config(env: Mapping[str, str]) -> Path:
    """The file in use: ACD_CONFIG, else ./config.toml, else the one that comes with the product."""
    if named := env.get("ACD_CONFIG"):
        return Path(named)
    here = Path(FILE)
    try:
        return here if here.is_file() else packaged_config()
    except PermissionError:
        return here  # whoever reads it is told


def packaged_config() -> Path:
    """The configuration that comes with the product."""
    packaged = Path(str(importlib.resources.files("acd.config"))) / "default.toml"
    if packaged.is_file():
        return packaged
    # A checkout keeps the one copy at its root; the wheel carries it under the name above.
    return Path(__file__).resolve().parents[2] / FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A configuration that can be used, and what was noticed on the way."""

    config: Config
    source: Path
    """The file it is from."""
    warnings: tuple[Problem, ...]
    """What is likely not meant."""
    missing: tuple[Problem, ...]
    """Secrets that are named and not there: whoever needs one cannot go on."""


def load_config(path: Path | None = None, env: Mapping[str, str] | None = None) -> Config:
    """The configuration, complete and consistent, with every secret it names.

    Args:
        path: the file; by default the one `find_config` finds.
        env: the environment; by default the process's own.

    Raises:
        ConfigProblems: with everything that is wrong.
    """
    return with_secrets(check_config(path, env)).config


def with_secrets(checked: Checked, *sections: str) -> Checked:
    """The same, if no secret of those sections is missing; no section stands for all.

    Raises:
        ConfigProblems: with every secret that is missing.
    """
    needed = [one for one in checked.missing if not sections or one.path[0] in sections]
    if needed:
        raise ConfigProblems(needed)
    return checked


def check_config(path: Path | None = None, env: Mapping[str, str] | None = None) -> Checked:
    """The same as `load_config`, but secrets may be missing.

    Raises:
        ConfigProblems: with everything that is wrong, missing secrets included.
    """
    env = os.environ if env is None else env
    path = path or find_config(env)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigProblems(
            [
                Problem(
                    path=(),
                    source=str(path),
                    message=f"the file cannot be read: {reason}",
                    remedy="Name another with --config.",
                    code="unreadable",
                )
            ]
        ) from None
    return check_text(text, source=path, env=env)


def parse_config(text: str, *, source: Path, env: Mapping[str, str]) -> Config:
    """`load_config` from a text; files of secrets are looked up beside `source`."""
    return with_secrets(check_text(text, source=source, env=env)).config


def check_text(text: str, *, source: Path, env: Mapping[str, str]) -> Checked:
    """`check_config` from a text."""
    try:
        data = tomllib.loads(text)
    except ValueError as error:  # numbers beyond all bounds are no TOMLDecodeError
        raise ConfigProblems([_no_toml(str(error), text, source)]) from None
    in_clear = list(clear_secrets(data))
    values, wrong_variables = overrides(env, frozenset(_named_variables(data)))
    for key, (_, value) in values.items():
        _put(data, key, value)
    _anchor_files(data, source.parent)
    config, problems = _examined(data)
    secrets = list(missing_secrets(config, env)) if config else []
    missing = [problem for problem in secrets if problem.code == SECRET_MISSING]
    problems += [problem for problem in secrets if problem not in missing]
    places = locate(text)

    def placed(found: Iterable[Problem]) -> list[Problem]:
        known = []
        for problem in found:
            if problem.path in values:
                variable = f"environment variable {values[problem.path][0]}"
                known.append(replace(problem, source=variable))
            else:
                line, column = place_of(problem.path, places) or (None, None)
                known.append(replace(problem, source=str(source), line=line, column=column))
        return sorted(known, key=lambda problem: (problem.line or 0, problem.source))

    told = {problem.path for problem in in_clear}
    problems = [*in_clear, *(problem for problem in problems if problem.path not in told)]
    errors = [problem for problem in problems if not problem.warning]
    if errors or wrong_variables or config is None:
        raise ConfigProblems([*placed([*errors, *missing]), *wrong_variables])
    return Checked(
        config=config,
        source=source,
        warnings=tuple(placed(problem for problem in problems if problem.warning)),
        missing=tuple(placed(missing)),
    )


def _no_toml(said: str, text: str, source: Path) -> Problem:
    """What the parser said, whose words end with the place."""
    message, _, at = said.removesuffix(")").partition(" (at ")
    lines = text.split("\n")
    line, column = (len(lines), len(lines[-1]) + 1) if at else (None, None)
    if found := re.fullmatch(r"line (\d+), column (\d+)", at):
        line, column = int(found[1]), int(found[2])
    return Problem(
        path=(),
        source=str(source),
        line=line,
        column=column,
        message=f"this is not TOML: {message[:1].lower()}{message[1:]}",
        remedy="Texts stand in quotes, tables begin with `[name]`, lists of them with `[[name]]`.",
        code="not_toml",
    )


def _examined(data: dict[str, Any]) -> tuple[Config | None, list[Problem]]:
    """The configuration, as far as it can be read, and what is wrong with all of it."""
    strategies, now_ms = registry.strategies(), int(time.time() * 1000)
    try:
        config = validated(data)
    except ValidationError as error:
        problems = list(explained(error.errors(include_url=False, include_context=True), data))
    else:
        return config, [*dangling(config, strategies), *findings(config, now_ms)]
    rest = mended(data)
    if rest is None:
        return None, problems
    unsure = {f"unknown_{kind}" for section, kind in KINDS.items() if rest.unsure(section)}
    problems += [
        problem
        for problem in (*dangling(rest.config, strategies), *findings(rest.config, now_ms))
        if problem.code not in unsure and not rest.touches(problem.path)
    ]
    return rest.config, problems


def _put(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    for part in path[:-1]:
        inner = data.setdefault(str(part), {})
        if not isinstance(inner, dict):
            return  # the file is wrong there, and will be told so
        data = inner
    data[str(path[-1])] = value


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _tables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _tables(inner)


def _named_variables(data: dict[str, Any]) -> Iterator[str]:
    for table in _tables(data):
        for key in ("password_env", "secret_env"):
            if isinstance(name := table.get(key), str):
                yield name


def _anchor_files(data: dict[str, Any], folder: Path) -> None:
    for table in _tables(data):
        for key in ("password_file", "secret_file", "music_file", "sounds_dir"):
            if isinstance(name := table.get(key), str) and name:
                table[key] = str(folder / name)

"""From a file and the environment to a `Config`, or to every problem at once."""

from __future__ import annotations

import importlib.resources
import json
import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from acd.config.base import (
    DATABASE_URL,
    DAYS,
    EMAIL,
    LOCALE,
    ORIGIN,
    PERIOD,
    REDIS_URL,
    REGION,
    SITE_URL,
    SLUG,
    VARIABLE,
)
from acd.config.environment import overrides
from acd.config.lines import line_of, locate
from acd.config.model import Config
from acd.config.problems import ConfigProblems, KeyPath, Problem, did_you_mean
from acd.config.references import dangling
from acd.config.secrets import clear_secrets, missing_secrets
from acd.strategies import registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

FILE = "config.toml"
_PLAIN_WORDS = {
    "a valid string": "text",
    "a valid integer": "a whole number",
    "a valid boolean": "`true`, `false`",
    "a valid ": "a ",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
}
_PATTERNS = {
    SLUG: "an id: up to 64 lower-case letters, digits, `-` and `_`",
    EMAIL: "an e-mail address",
    ORIGIN: "an origin such as `https://www.example.com`, without a path, or `*`",
    LOCALE: "a language: `en` or `fr`",
    SITE_URL: "an address such as `https://chat.example.com`, without a path, or empty",
    REDIS_URL: "an address such as `redis://localhost:6379`, or empty",
    DATABASE_URL: "an address such as `postgresql://acd@localhost/acd`, or empty",
    DAYS: "a day such as `mon`, or days such as `mon-fri`",
    PERIOD: "a period such as `09:00-12:30`, in 24 hours; past midnight: `22:00-02:00`",
    REGION: "a country such as `FR`, a region of one such as `DE-BY`, or empty",
    VARIABLE: "the name of an environment variable, in capitals",
}


def find_config(env: Mapping[str, str]) -> Path:
    """The file in use: ACD_CONFIG, else ./config.toml, else the one that comes with the product."""
    if named := env.get("ACD_CONFIG"):
        return Path(named)
    here = Path(FILE)
    return here if here.is_file() else packaged_config()


def packaged_config() -> Path:
    """The configuration that comes with the product."""
    packaged = Path(str(importlib.resources.files("acd.config"))) / "default.toml"
    if packaged.is_file():
        return packaged
    # A checkout keeps the one copy at its root; the wheel carries it under the name above.
    return Path(__file__).resolve().parents[2] / FILE


def load_config(path: Path | None = None, env: Mapping[str, str] | None = None) -> Config:
    """The configuration, complete and consistent.

    Args:
        path: the file; by default the one `find_config` finds.
        env: the environment; by default the process's own.

    Raises:
        ConfigProblems: with everything that is wrong.
    """
    env = os.environ if env is None else env
    path = path or find_config(env)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigProblems(
            [
                Problem(
                    path=(),
                    source=str(path),
                    message=f"the file cannot be read: {reason}",
                    remedy="Name another with --config.",
                )
            ]
        ) from None
    return parse_config(text, source=path, env=env)


def parse_config(text: str, *, source: Path, env: Mapping[str, str]) -> Config:
    """The same from a text; files of secrets are looked up beside `source`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigProblems(
            [Problem(path=(), source=str(source), message=f"this is not TOML: {error}", remedy="")]
        ) from None
    in_clear = list(clear_secrets(data))
    values, wrong_variables = overrides(env, frozenset(_named_variables(data)))
    for key, (_, value) in values.items():
        _put(data, key, value)
    _anchor_files(data, source.parent)
    config, problems = _validated(data)
    if config is not None:
        problems += dangling(config, registry.strategies())
        problems += missing_secrets(config, env)
    problems = [p for p in problems if not any(p.path == clear.path for clear in in_clear)]
    problems += in_clear
    lines = locate(text)
    placed = [
        replace(problem, source=f"environment variable {values[problem.path][0]}")
        if problem.path in values
        else replace(problem, source=str(source), line=line_of(problem.path, lines))
        for problem in problems
    ]
    placed.sort(key=lambda problem: (problem.line or 0, problem.source))
    if placed or wrong_variables:
        raise ConfigProblems([*placed, *wrong_variables])
    assert config is not None  # noqa: S101 - without problems there is one
    return config


def _validated(data: dict[str, Any]) -> tuple[Config | None, list[Problem]]:
    try:
        # JSON's strict mode is TOML's: a list is a list and "8080" is no number.
        return Config.model_validate_json(json.dumps(data, default=str), strict=True), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        return None, list(_explained(found, data))


def _explained(errors: list[ErrorDetails], data: dict[str, Any]) -> Iterator[Problem]:
    placed = [(_written(error, data), error) for error in errors]
    wrong_type: dict[KeyPath, str] = {}
    for path, error in placed:
        if error["type"] == "extra_forbidden":
            yield Problem(
                path=path,
                message="there is no such key",
                remedy=did_you_mean(str(path[-1]), _keys(path[:-1])),
            )
        elif error["type"] == "missing":
            yield Problem(path=path, message="this key is missing", remedy="Add it.")
        elif not any(len(p) > len(path) and p[: len(path)] == path for p, _ in placed):
            # A value of several possible types is told all of them, unless one fitted further in.
            message = _message(error)
            known = wrong_type.get(path)
            wrong_type[path] = f"{known} or {message}" if known else f"this should be {message}"
    inputs = {path: error["input"] for path, error in placed}
    for path, message in wrong_type.items():
        yield Problem(path=path, message=message, remedy=f"It is {_shown(inputs[path])}.")


def _message(error: ErrorDetails) -> str:
    """What was expected, to follow "this should be"."""
    match error["type"]:
        case "string_pattern_mismatch":
            pattern = error["ctx"]["pattern"]
            return _PATTERNS.get(pattern, f"text of the form {pattern}")
        case "string_too_short" | "string_too_long":
            return error["msg"].replace("String should have", "text of")
        case "model_type" | "model_attributes_type":
            return "a table"
        case "tuple_type" | "list_type":
            return "a list"
        case "too_short":
            return "a list with an entry"
        case _:
            text = error["msg"].removeprefix("Input should be ")
            for technical, plain in _PLAIN_WORDS.items():
                text = text.replace(technical, plain)
            return text


def _written(error: ErrorDetails, root: dict[str, Any]) -> KeyPath:
    """The location without the names pydantic adds for the members of a union."""
    path: KeyPath = ()
    data: Any = root
    loc = error["loc"]
    for position, part in enumerate(loc):
        absent = position == len(loc) - 1 and error["type"] == "missing"
        if isinstance(data, dict) and (part in data or absent):
            path, data = (*path, part), data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            path, data = (*path, part), data[part]
    return path


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:60]


def _keys(path: KeyPath) -> set[str]:
    """The keys that may stand in the table at this path."""
    kinds: list[Any] = [Config]
    for part in path:
        kinds = [
            inner
            for kind in kinds
            for inner in _models(
                kind.model_fields[part].annotation
                if isinstance(part, str) and _is_model(kind) and part in kind.model_fields
                else kind
                if isinstance(part, int)
                else None
            )
        ]
    return {name for kind in kinds for name in kind.model_fields}


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _models(kind: Any) -> list[Any]:
    """The tables inside an annotation, through unions and lists."""
    if _is_model(kind):
        return [kind]
    if get_origin(kind) in {tuple, list, Union} or get_args(kind):
        return [model for argument in get_args(kind) for model in _models(argument)]
    return []


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
        for key in ("password_file", "secret_file"):
            if isinstance(name := table.get(key), str) and name:
                table[key] = str(folder / name)

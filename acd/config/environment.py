"""Environment overrides: `ACD_SERVER__PORT=9000` is `port` of `[server]`."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from acd.config.model import Config
from acd.config.problems import KeyPath, Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "ACD_"
RESERVED = frozenset({"ACD_CONFIG", "ACD_REDIS_SERVER", "ACD_NO_FRONTEND"})
"""Read elsewhere: the configuration file, the embedded server's binary, the build."""


def variables() -> dict[str, KeyPath]:
    """Every variable there is, with its key; lists of tables cannot be overridden."""
    found: dict[str, KeyPath] = {}

    def walk(model: type[BaseModel], path: KeyPath) -> None:
        for name, field in model.model_fields.items():
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                walk(kind, (*path, name))
            elif path or not _is_list_of_tables(kind):
                found[PREFIX + "__".join((*map(str, path), name)).upper()] = (*path, name)

    walk(Config, ())
    return found


def _is_list_of_tables(kind: Any) -> bool:
    arguments = getattr(kind, "__args__", ())
    return any(isinstance(part, type) and issubclass(part, BaseModel) for part in arguments)


def overrides(
    env: Mapping[str, str], named: frozenset[str]
) -> tuple[dict[KeyPath, tuple[str, Any]], list[Problem]]:
    """What the environment sets: key → (variable, value), and what is wrong with it.

    Args:
        env: the environment.
        named: variables the configuration itself names as holders of secrets.
    """
    known = variables()
    values: dict[KeyPath, tuple[str, Any]] = {}
    problems = []
    for variable in sorted(env):
        if not variable.startswith(PREFIX) or variable in RESERVED or variable in named:
            continue
        if path := known.get(variable):
            values[path] = (variable, _value(path, env[variable]))
        else:
            problems.append(
                Problem(
                    path=(),
                    source=f"environment variable {variable}",
                    message="there is no such setting",
                    remedy=did_you_mean(variable, known),
                    code="unknown_key",
                )
            )
    return values, problems


def _value(path: KeyPath, text: str) -> Any:
    """A text stays a text where one is wanted; anything else is written as in TOML."""
    model: type[BaseModel] = Config
    for part in path[:-1]:
        model = model.model_fields[str(part)].annotation  # type: ignore[assignment]
    if model.model_fields[str(path[-1])].annotation is str:
        return text
    try:
        read = tomllib.loads(f"value = {text}")
    except ValueError:
        return text
    return read["value"] if len(read) == 1 else text

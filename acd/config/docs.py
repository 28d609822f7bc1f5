"""The reference of config.toml, written from the types themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from acd.config.codes import ERRORS, WARNINGS
from acd.config.environment import variables
from acd.config.model import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic.fields import FieldInfo

_HEAD = """\
# Configuration

<!-- Written by `acd config docs`; a test compares. Change docstrings in acd/config/ instead. -->

`acd` reads `--config FILE`, else the file named by `ACD_CONFIG`, else `./config.toml`, else the one
that comes with the product. `acd config check` reports everything that is wrong at once: an unknown
key, a wrong type, a reference that leads nowhere; it then exits with 2, as `acd serve` does. It
warns of what is likely not meant, such as a queue that nobody can serve; `--strict` exits with 2
for that as well, and a node logs it at its start. The codes are [below](#findings).

**From the environment.** Every key marked with a variable can be set by it:
`ACD_SERVER__PORT=9000`. A text is taken as it is, anything else is written as in TOML:
`ACD_SERVER__TRUSTED_PROXIES='["::1"]'`. An unknown `ACD_` variable is an error. Two more are read
elsewhere: `ACD_CONFIG`, the file, and `ACD_REDIS_SERVER`, the program to run as embedded server.

**Secrets** never stand in the file. `password_file` and `secret_file` name a file, relative to the
configuration file, whose content without surrounding blanks is the secret; `password_env` and
`secret_env` name an environment variable. A password inside `redis.url` or `database.url` is
refused in the file and allowed in `ACD_REDIS__URL` and `ACD_DATABASE__URL`.

**What is provisioned** (sites, skills, departments, agents, API keys) is put into the directory at
start, when it differs from what was applied last. What the file no longer names is deactivated, not
deleted. Passwords set later, and agents added with `acd agents add`, stay.

**A department's rules** hold for all its queues; a table of the queue (`[departments.chat]`,
`[departments.call]`, `[departments.ticket]`) says where that one differs.
"""
_FIXED = """\
## What is fixed

Some times are no setting, since another would not serve anybody better.

| what | time |
|---|---|
| whom nothing reached is not asked for the same interaction | 15 s, doubling to 120 s |
| failures in a row after which an agent is away | 3 |
| a queue without anybody keeps those who came before `on_nobody` applies | 30 s |
| a transfer waits for a colleague who is full | 5 min |
| an idle chat stays open | 24 h |
| answers of commands are kept for those who send them again | 10 min |
| what has ended can be asked of the live state | 24 h |
| a pool of skills that nobody requires is dropped | 1 h |

"""
_FOOT = """\
## Findings

Each is a line of the form that editors follow, and its code stays the same when the words change.
All errors are told in one run; warnings, which an error may cause, once there is none:

    config.toml:2:1: unknown_key: server.prot: there is no such key. Did you mean `port`?
    config.toml:9:5: starvation: warning: departments[0].order: …
    environment variable ACD_SERVER__PORT: wrong_value: server.port: …

| code | error | what is found |
|---|---|---|
"""


def reference() -> str:
    """Markdown: every key with its type, default and meaning."""
    known = {path: variable for variable, path in variables().items()}
    parts = [_HEAD]
    for title, path, model in _tables(Config, "", ()):
        parts.append(_section(title, path, model, known))
    return "\n".join([*parts, _FIXED + _FOOT + "".join(_findings())])


def _findings() -> Iterator[str]:
    for mark, codes in (("yes", ERRORS), ("", WARNINGS)):
        for code, meaning in codes.items():
            yield f"| `{code}` | {mark} | {meaning} |\n"


def _section(
    title: str, path: tuple[str, ...], model: type[BaseModel], known: dict[Any, str]
) -> str:
    lines = [f"## {title or 'Top level'}", ""]
    if path:
        lines += [(model.__doc__ or "").strip(), ""]
    rows = [
        f"| `{name}` | {_kind(name, model)} | {_default(field)} | {_meaning(field)} | "
        f"{f'`{known[(*path, name)]}`' if (*path, name) in known else ''} |"
        for name, field in sorted(model.model_fields.items(), key=_inherited(model))
        if path or (*path, name) in known
    ]
    lines += ["| key | type | default | meaning | variable |", "|---|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _inherited(model: type[BaseModel]) -> Callable[[tuple[str, FieldInfo]], bool]:
    """A table's own keys stand before those it shares with others."""
    return lambda entry: entry[0] not in model.__annotations__


def _tables(
    model: type[BaseModel], title: str, path: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], type[BaseModel]]]:
    """Each table once, in the order of the file; a list of tables as `[[name]]`."""
    yield title, path, model
    seen: set[type[BaseModel]] = {model}
    for name, field in model.model_fields.items():
        for inner, is_list in _models(field.annotation):
            inner_path = (*path, name)
            if (inner in seen and not is_list) or issubclass(model, inner):
                continue  # such as the three channels of one shape, or a queue in its department
            seen.add(inner)
            brackets = ("[[", "]]") if is_list else ("[", "]")
            yield from _tables(
                inner, f"{brackets[0]}{'.'.join(inner_path)}{brackets[1]}", inner_path
            )


def _models(kind: Any, is_list: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind, is_list
        return
    origin = getattr(kind, "__origin__", None)
    for argument in getattr(kind, "__args__", ()):
        yield from _models(argument, is_list or origin is tuple)


def _kind(name: str, model: type[BaseModel]) -> str:
    """The type in words, from the JSON schema, which already says ranges and choices."""
    schema = model.model_json_schema()
    return _words(schema["properties"][name], schema.get("$defs", {}))


def _words(schema: dict[str, Any], definitions: dict[str, Any]) -> str:  # noqa: PLR0911
    if reference_to := schema.get("$ref"):
        return _words(definitions[reference_to.rsplit("/", 1)[1]], definitions)
    if choices := schema.get("anyOf"):
        words = dict.fromkeys(
            _words(choice, definitions) for choice in choices if choice.get("type") != "null"
        )
        return " or ".join(words)
    if names := schema.get("enum"):
        return ", ".join(f"`{json.dumps(name)}`" for name in names)
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    match schema.get("type"):
        case "integer" | "number" as number:
            low = schema.get("minimum", schema.get("exclusiveMinimum"))
            high = schema.get("maximum", schema.get("exclusiveMaximum"))
            bounds = "" if low is None else f", {low:g} and up" if high is None else None
            word = "whole number" if number == "integer" else "number"
            return f"{word}{bounds}" if bounds is not None else f"{word}, {low:g} to {high:g}"
        case "array":
            return f"list of {_words(schema.get('items', {}), definitions)}"
        case "object":
            return "table"
        case "string" if schema.get("format") == "date":
            return "date"
        case "boolean":
            return "`true`, `false`"
        case _:
            return "text"


def _default(field: FieldInfo) -> str:
    value = field.default_factory() if field.default_factory else field.default  # type: ignore[call-arg]
    if value is PydanticUndefined:
        return "required"
    if value is None or isinstance(value, BaseModel):
        return ""
    return f"`{json.dumps(value, default=str)}`"


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split()).replace("|", "\\|")

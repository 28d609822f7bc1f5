"""What pydantic found wrong, in plain words and at the keys people wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from acd.config.base import (
    DATABASE_URL,
    DAYS,
    DIALLED,
    E164,
    EMAIL,
    HOST,
    HOST_PORT,
    LOCALE,
    ORIGIN,
    PERIOD,
    REDIS_URL,
    REGION,
    SIP_ADDRESS,
    SIP_NAME,
    SIP_URI,
    SITE_URL,
    SLUG,
    STUN_URL,
    TURN_URL,
    VARIABLE,
    X_HEADER,
)
from acd.config.model import Config
from acd.config.problems import KeyPath, Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

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
    STUN_URL: "an address such as `stun:stun.example.com:3478`",
    TURN_URL: "an address such as `turns:turn.example.com:443?transport=tcp`",
    E164: "a number with its country, such as `+33123456789`, or empty",
    DIALLED: "what is dialled: `+33123456789`, a short number, or a name; without blanks",
    SIP_NAME: "a name of up to 64 letters, digits, `.`, `_`, `+` and `-`",
    SIP_ADDRESS: "an address such as `sip:101@10.0.0.5`",
    SIP_URI: "an address over UDP such as `sip:pbx.example.com:5060`, or empty",
    X_HEADER: "a header's name such as `X-Customer`",
    HOST: "an address such as `10.0.0.5`, or a host's name",
    HOST_PORT: "`child`, or an address such as `10.0.0.3:2223`",
    VARIABLE: "the name of an environment variable, in capitals",
}


def explained(errors: list[ErrorDetails], data: dict[str, Any]) -> Iterator[Problem]:
    """A problem for each key at fault; `data` is what was validated."""
    placed = [(written(error, data), error) for error in errors]
    wrong_type: dict[KeyPath, str] = {}
    for path, error in placed:
        if error["type"] == "extra_forbidden":
            yield Problem(
                path=path,
                message="there is no such key",
                remedy=did_you_mean(str(path[-1]), _keys(path[:-1])),
                code="unknown_key",
            )
        elif error["type"] == "missing":
            yield Problem(
                path=path, message="this key is missing", remedy="Add it.", code="missing_key"
            )
        elif error["loc"][-1] == "[key]" or not any(
            len(p) > len(path) and p[: len(path)] == path for p, _ in placed
        ):
            # A value of several possible types is told all of them, unless one fitted further in.
            message = _message(error)
            known = wrong_type.get(path)
            wrong_type[path] = f"{known} or {message}" if known else f"this should be {message}"
    inputs = {path: error["input"] for path, error in placed}
    for path, message in wrong_type.items():
        yield Problem(
            path=path, message=message, remedy=f"It is {_shown(inputs[path])}.", code="wrong_value"
        )


def _message(error: ErrorDetails) -> str:
    """What was expected, to follow "this should be"."""
    match error["type"]:
        case "string_pattern_mismatch":
            pattern = error["ctx"]["pattern"]
            return _PATTERNS.get(pattern, f"text of the form {pattern}")
        case "string_too_short" | "string_too_long":
            return error["msg"].replace("String should have", "text of")
        case "value_error":
            return str(error["ctx"]["error"])
        case "model_type" | "model_attributes_type":
            return "a table"
        case "tuple_type" | "list_type":
            return "a list"
        case "ip_any_network":
            return "a network such as `10.0.0.0/8` or `10.0.0.5/32`"
        case "too_short":
            return "a list with an entry"
        case _:
            text = error["msg"].removeprefix("Input should be ")
            for technical, plain in _PLAIN_WORDS.items():
                text = text.replace(technical, plain)
            return text


def written(error: ErrorDetails, root: dict[str, Any]) -> KeyPath:
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

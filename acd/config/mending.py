"""Take what is wrong out of the data, so that the rest can be examined in the same run."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from acd.config.explaining import written
from acd.config.model import Config

if TYPE_CHECKING:
    from acd.config.problems import KeyPath

_ROUNDS: Final = 8  # a table is filled and emptied a level a round
_STAND_INS: Final[dict[str, Any]] = {
    "id": "unnamed",
    "name": "unnamed",
    "en": "unnamed",
    "fr": "unnamed",
    "email": "unnamed@localhost",
    "scopes": ["read"],
    "department": "unnamed",
    "to": "overflow",
    "zone": "UTC",
    "after_s": 1,
    "wait_s": 1,
    "weight": 1,
    "max": 1,
    "first": "2000-01-01",
    "last": "2000-01-01",
    "day": "2000-01-01",
    "periods": ["00:00-24:00"],
}
"""What stands for a key that is required and missing or wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What is left of a configuration, and which keys are not what was written."""

    config: Config
    paths: frozenset[KeyPath]

    def touches(self, path: KeyPath) -> bool:
        """Whether that key, something in it or something around it was taken out."""
        return any(path[: len(own)] == own or own[: len(path)] == path for own in self.paths)

    def unsure(self, section: str) -> bool:
        """Whether an id of that list of tables is not known, so that naming it proves nothing."""
        return any(
            own[0] == section and (len(own) < 3 or own[2] == "id")  # noqa: PLR2004
            for own in self.paths
        )


def validated(data: dict[str, Any]) -> Config:
    """The configuration of that data.

    Raises:
        ValidationError: with everything that is wrong.
    """
    # JSON's strict mode is TOML's: a list is a list and "8080" is no number.
    return Config.model_validate_json(json.dumps(data, default=str), strict=True)


def mended(data: dict[str, Any]) -> Mended | None:
    """The configuration of what is right in the data; None where nothing can be made of it."""
    data = copy.deepcopy(data)
    paths: list[KeyPath] = []
    for _ in range(_ROUNDS):
        try:
            return Mended(config=validated(data), paths=frozenset(paths))
        except ValidationError as error:
            found = error.errors(include_url=False)
        at_fault = {written(one, data): one["type"] for one in found}
        # a value of several possible types is at fault where one of them fitted further in
        leaves = [
            path
            for path in at_fault
            if not any(len(other) > len(path) and other[: len(path)] == path for other in at_fault)
        ]
        for path in sorted(leaves, key=str, reverse=True):
            if not path:
                return None
            _take_out(data, path, missing=at_fault[path] == "missing")
            paths.append(path)
    return None


def _take_out(data: dict[str, Any], path: KeyPath, *, missing: bool) -> None:
    """Remove a key, or fill it where that is not possible, or remove what is around it."""
    inner: Any = data
    for part in path[:-1]:
        inner = inner[part]
    last: Any = path[-1]
    if missing and last in _STAND_INS:
        inner[last] = _STAND_INS[last]
    elif missing or (isinstance(inner, list) and inner[last] == {}):
        _take_out(data, path[:-1], missing=False)
    elif isinstance(inner, list):
        inner[last] = {}
    else:
        inner.pop(last, None)

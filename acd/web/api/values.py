"""The words every resource is told in: ids, names, times, pages."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field, StringConstraints

from acd.domain import errors
from acd.web.endpoint import Input, Output

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Line = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"),
]
"""One line of text that is not blank and has no control characters."""
Ms = Annotated[int, Field(ge=0, le=9_007_199_254_740_991)]
"""Milliseconds since the epoch, UTC."""
Count = Annotated[int, Field(ge=0)]
CommandId = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[a-z0-9_-]*$"),
    Field(description="yours; sent again within ten minutes it gives the first answer"),
]

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_MAX_CURSOR_CHARS = 400

T = TypeVar("T", bound=BaseModel)


class Command(Input):
    """A command that may carry an id."""

    command: CommandId = ""


class PageQuery(Input):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="how many at most")] = DEFAULT_LIMIT
    cursor: Annotated[
        str,
        StringConstraints(max_length=_MAX_CURSOR_CHARS, pattern=r"^[A-Za-z0-9_-]*$"),
        Field(description="`next` of the page before; empty for the first"),
    ] = ""


class Page(Output, Generic[T]):
    """A part of a list; `next` is null on the last."""

    items: tuple[T, ...]
    next: str | None


class DepartmentRef(Output):
    """A department, with its name by language."""

    id: str
    names: dict[str, str]


class OneAgent(Input):
    """An agent's address."""

    agent: Id


class OneContact(Input):
    """A contact's address."""

    contact: Id


class OneInteraction(Input):
    """An interaction's address."""

    interaction: Id


def cursor_of(parts: list[str | int]) -> str:
    """An opaque cursor; `parts_of` reads it back."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def parts_of(cursor: str) -> list[str | int]:
    """What a cursor of ours was made of; InvalidInput for one that is not ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error) as failure:
        raise bad_cursor() from failure
    if not isinstance(parts, list) or not all(isinstance(part, str | int) for part in parts):
        raise bad_cursor()
    return parts


def bad_cursor() -> errors.InvalidInput:
    """The error for a cursor that no page of ours gave."""
    return errors.InvalidInput(
        errors=(
            {
                "field": "cursor",
                "code": "cursor_unknown",
                "message": "Send the `next` of a page you were given.",
            },
        )
    )

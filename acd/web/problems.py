"""Problem documents (RFC 9457): the one shape every refused request is answered with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from acd.domain import device_errors, errors
from acd.web import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIA_TYPE = "application/problem+json"

# The status of each code; a code that is not here has that of its nearest ancestor in the tree.
STATUS: dict[str, int] = {
    "internal": 500,
    "bad_request": 400,
    "invalid_input": 422,
    "not_signed_in": 401,
    "sign_in_failed": 401,
    "forbidden": 403,
    "not_found": 404,
    "no_such_route": 404,
    "method_not_allowed": 405,
    "csrf_failed": 403,
    "not_yours": 403,
    "origin_refused": 403,
    "conflict": 409,
    "chat_ended": 409,
    "no_page": 409,
    "not_connected": 409,
    "not_here": 409,
    "illegal_transition": 409,
    "too_large": 413,
    "unsupported_media_type": 415,
    "rate_limited": 429,
    "store_unavailable": 503,
    "telephony_off": 503,
    "way_out_closed": 503,
    "overloaded": 503,
    "config_invalid": 500,
    "event_unreadable": 500,
}

TITLES: dict[int, str] = {
    400: "Bad request",
    401: "Not signed in",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid input",
    429: "Too many requests",
    500: "Internal error",
    503: "Temporarily unavailable",
}


_ANSWERED = {errors.__name__, device_errors.__name__, refusals.__name__}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    model_config = ConfigDict(frozen=True)

    field: Annotated[str, Field(description="where it is, dots between the levels")]
    code: Annotated[str, Field(description="stable reason")]
    message: str


class Problem(BaseModel):
    """Why the request was refused; nothing was changed."""

    model_config = ConfigDict(frozen=True)

    type: Annotated[str, Field(description="a URN made of the code")]
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(description="stable, for programs")]
    instance: Annotated[str, Field(description="the request's id, as in the logs")]
    retryable: Annotated[bool, Field(description="the same request may succeed later")] = False
    errors: tuple[FieldProblem, ...] = ()


def status_of(kind: type[errors.AcdError]) -> int:
    """The HTTP status of a kind of error, by its code or its nearest ancestor's."""
    for each in kind.__mro__:
        status = STATUS.get(getattr(each, "code", ""))
        if status is not None:
            return status
    return 500


def answerable(kind: type[errors.AcdError] = errors.AcdError) -> Iterator[type[errors.AcdError]]:
    """Every kind of error that may be answered; any other ends before there is a server."""
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ in _ANSWERED:
            yield from answerable(child)


def problem_of(error: errors.AcdError, *, instance: str) -> Problem:
    """The document that tells this error."""
    status = status_of(type(error))
    found: tuple[FieldProblem, ...] = ()
    if isinstance(error, errors.InvalidInput):
        found = tuple(FieldProblem(**each) for each in error.errors)
    elif error.field is not None:
        found = (FieldProblem(field=error.field, code=error.code, message=error.detail),)
    return Problem(
        type=f"urn:acd:problem:{error.code}",
        title=TITLES.get(status, "Problem"),
        status=status,
        detail=error.detail,
        code=error.code,
        instance=f"urn:acd:request:{instance}",
        retryable=error.retryable,
        errors=found,
    )


def response_of(error: errors.AcdError, *, instance: str) -> web.Response:
    """The whole answer, with the headers its status asks for."""
    problem = problem_of(error, instance=instance)
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    elif problem.status == 503:  # noqa: PLR2004 - the status itself
        headers["Retry-After"] = "2"
    elif problem.status == 401:  # noqa: PLR2004 - RFC 9110 wants the challenge
        headers["WWW-Authenticate"] = 'Bearer realm="acd"'
    return web.Response(
        status=problem.status,
        text=problem.model_dump_json(),
        content_type=MEDIA_TYPE,
        headers=headers,
    )


def from_http(failure: web.HTTPException) -> errors.AcdError:
    """What aiohttp itself refuses, told as one of ours."""
    kinds: dict[int, type[errors.AcdError]] = {
        400: errors.BadRequest,
        401: errors.NotSignedIn,
        403: errors.Forbidden,
        404: refusals.NoSuchRoute,
        405: refusals.MethodNotAllowed,
        413: refusals.TooLarge,
        415: refusals.UnsupportedMedia,
        426: errors.BadRequest,
    }
    kind = kinds.get(failure.status)
    if kind is not None:
        return kind()
    return errors.BadRequest() if 400 <= failure.status < 500 else errors.AcdError()  # noqa: PLR2004

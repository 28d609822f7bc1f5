"""One REST endpoint as data: who may call it, what it takes, what it answers.

The same declaration mounts the route, validates the input and writes the OpenAPI document, so the
three cannot disagree. `acd/web/api/__init__.py` lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from acd.domain import errors
from acd.web.identity import PUBLIC, Access, Caller, admit
from acd.web.refusals import NotJson, UnsupportedMedia
from acd.web.services import SERVICES, Services

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MAX_BODY_BYTES = 256 * 1024  # the longest message there may be, every character escaped
_MAX_FIELD_ERRORS = 20


class Input(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    """What a caller gets; fields may be added later."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, populate_by_name=True)


class Nothing(Input):
    """No parameters, no body."""


P = TypeVar("P", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)
B = TypeVar("B", bound=BaseModel)

Answer = BaseModel | web.StreamResponse | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[P, Q, B]):
    """One validated and authorised call of an endpoint."""

    request: web.Request
    services: Services
    caller: Caller
    path: P
    query: Q
    body: B


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[P, Q, B]):
    """A verb of the API. `answer` None means 204; `refuses` names its own problem codes."""

    method: str
    at: str
    tag: str
    summary: str
    access: Access
    handler: Callable[[Call[P, Q, B]], Awaitable[Answer]]
    path: type[P]
    query: type[Q]
    body: type[B]
    answer: type[BaseModel] | None = None
    status: int = 200
    refuses: tuple[type[errors.AcdError], ...] = ()
    description: str = ""
    websocket: bool = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The aiohttp handler: identity first, then the input, then the verb."""
        services = request.app[SERVICES]
        caller = await admit(request, services, self.access)
        call = Call(
            request=request,
            services=services,
            caller=caller,
            path=parse_path(self.path, request),
            query=parse_query(self.query, request),
            body=await parse_body(self.body, request),
        )
        answer = await self.handler(call)
        if isinstance(answer, web.StreamResponse):
            return answer
        return reply(answer, status=self.status if answer is not None else 204)

    @property
    def public(self) -> bool:
        """Whether anybody may call it."""
        return self.access is PUBLIC


def reply(answer: BaseModel | None, *, status: int = 200) -> web.Response:
    """A model as JSON, None as an empty answer."""
    if answer is None:
        return web.Response(status=status)
    return web.Response(
        status=status, body=answer.model_dump_json().encode(), content_type="application/json"
    )


def field_errors(failure: ValidationError) -> tuple[dict[str, str], ...]:
    """Which fields are wrong and why, without what was sent."""
    found = failure.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        {
            "field": ".".join(map(str, error["loc"])),
            "code": error["type"],
            "message": error["msg"],
        }
        for error in found[:_MAX_FIELD_ERRORS]
    )


def parse_path(model: type[P], request: web.Request) -> P:
    """The address's parts; an id that can be nobody's is simply not found."""
    try:
        return model.model_validate(dict(request.match_info))
    except ValidationError as failure:
        raise errors.NotFound from failure


def parse_query(model: type[Q], request: web.Request) -> Q:
    """The query string; each parameter at most once."""
    try:
        query = request.query
    except ValueError as failure:  # %-escapes that are no text
        raise errors.BadRequest from failure
    twice = sorted({name for name in query if len(query.getall(name)) > 1})
    if twice:
        raise errors.InvalidInput(
            errors=tuple(
                {"field": name, "code": "repeated", "message": "Give this parameter once."}
                for name in twice[:_MAX_FIELD_ERRORS]
            )
        )
    try:
        return model.model_validate(dict(query))
    except ValidationError as failure:
        raise errors.InvalidInput(errors=field_errors(failure)) from failure


def optional(model: type[BaseModel]) -> bool:
    """Whether nothing of a body is required."""
    return not any(field.is_required() for field in model.model_fields.values())


async def parse_body(model: type[B], request: web.Request) -> B:
    """The JSON body, types strict; raises what the caller got wrong.

    Where nothing of it is required it may be left out.
    """
    if model is Nothing:
        # A body nobody reads is a misunderstanding worth telling.
        if request.body_exists and await request.read():
            raise errors.BadRequest("This address takes no body.")
        return model()
    if not request.body_exists and optional(model):
        return model()
    if request.content_type != "application/json":
        raise UnsupportedMedia
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise UnsupportedMedia
    raw = await request.read()
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as failure:
        if any(error["type"] == "json_invalid" for error in failure.errors(include_url=False)):
            raise NotJson from failure
        raise errors.InvalidInput(errors=field_errors(failure)) from failure

"""The OpenAPI 3.1 document, written from the same endpoints that are mounted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from acd import __version__
from acd.records.accounts import SESSION_COOKIE
from acd.web.endpoint import Nothing, optional
from acd.web.problems import MEDIA_TYPE, STATUS, TITLES, Problem, answerable, status_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import BaseModel

    from acd.web.endpoint import Endpoint

References = dict[Any, dict[str, Any]]
"""A reference to the schema of each model in each mode."""

_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"{(\w+)}")
_TAGS = {
    "session": "Sign in, who am I, sign out.",
    "contacts": "The people who write and call.",
    "interactions": "What is or was routed: live figures first, then history.",
    "agents": "Who handles, and their presence.",
    "queues": "Departments on channels, with live figures.",
    "events": "The event log as a stream.",
    "widget": "What the website widget may know. Public.",
}
_ABOUT = """\
Contacts, interactions, agents, presence and queues of one tenant.

Programs send `Authorization: Bearer <API key>`; what a key may do is said by its scopes. Browsers
use the session cookie; with it, every request that changes something also sends the session's token
as `X-CSRF-Token`. Every refusal is a problem document (RFC 9457) whose `code` is stable. Lists are
read by cursor: send `next` back as `cursor` until it is null. Times are milliseconds since the
epoch, UTC. Ids and cursors are opaque.
"""


def document(endpoints: Sequence[Endpoint[Any, Any, Any]], *, server: str = "") -> dict[str, Any]:
    """The whole document; `server` is the public address when it is known."""
    schemas, definitions = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operations = paths.setdefault(endpoint.at, {})
        operations[endpoint.method.lower()] = _operation(endpoint, schemas, definitions)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ACD",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        **({"servers": [{"url": server}]} if server else {}),
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "responses": {str(status): _problem(status) for status in sorted(set(STATUS.values()))},
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


def _schemas(
    endpoints: Iterable[Endpoint[Any, Any, Any]],
) -> tuple[References, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], Any], None] = {(Problem, "serialization"): None}
    for endpoint in endpoints:
        for model in (endpoint.path, endpoint.query, endpoint.body):
            wanted[(model, "validation")] = None
        if endpoint.answer is not None:
            wanted[(endpoint.answer, "serialization")] = None
    references, root = models_json_schema(list(wanted), ref_template=_REF)
    return dict(references), root.get("$defs", {})


def _operation(
    endpoint: Endpoint[Any, Any, Any],
    schemas: References,
    definitions: dict[str, Any],
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.handler.__name__.strip("_"),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "parameters": [
            *_parameters(endpoint.path, "path", definitions),
            *_parameters(endpoint.query, "query", definitions),
        ],
        "responses": _responses(endpoint, schemas),
    }
    about = [endpoint.description] if endpoint.description else []
    if endpoint.public:
        operation["security"] = []
    else:
        change = endpoint.method not in {"GET", "HEAD"}
        operation["security"] = [{"session": [], **({"csrf": []} if change else {})}]
        if endpoint.access.scope is not None:
            operation["security"].insert(0, {"apiKey": []})
            about.append(f"API keys need the scope `{endpoint.access.scope}`.")
        about.append(f"Signed-in people need the role {endpoint.access.role} or above.")
    operation["description"] = "\n\n".join(about)
    if endpoint.body is not Nothing:
        operation["requestBody"] = {
            "required": not optional(endpoint.body),
            "content": {"application/json": {"schema": schemas[(endpoint.body, "validation")]}},
        }
    return operation


def _parameters(
    model: type[BaseModel], where: str, definitions: dict[str, Any]
) -> list[dict[str, Any]]:
    schema = definitions.get(model.__name__, {})
    required = schema.get("required", [])
    found = []
    for name, about in schema.get("properties", {}).items():
        rest = {key: value for key, value in about.items() if key not in {"description", "title"}}
        # A query has no null: a parameter that may be absent is simply not required.
        kinds = [kind for kind in rest.get("anyOf", []) if kind != {"type": "null"}]
        if len(kinds) == 1:
            rest = kinds[0]
        found.append(
            {
                "name": name,
                "in": where,
                "required": where == "path" or name in required,
                "schema": rest,
                **({"description": about["description"]} if "description" in about else {}),
            }
        )
    return found


def _responses(
    endpoint: Endpoint[Any, Any, Any],
    schemas: References,
) -> dict[str, Any]:
    if endpoint.websocket:
        answers: dict[str, Any] = {"101": {"description": "The WebSocket is open."}}
    elif endpoint.answer is None:
        answers = {"204": {"description": "Done."}}
    else:
        schema = schemas[(endpoint.answer, "serialization")]
        answers = {
            str(endpoint.status): {
                "description": (endpoint.answer.__doc__ or "Done.").split("\n")[0],
                "content": {"application/json": {"schema": schema}},
            }
        }
    refused = {400, 413, 422, 429, 500, 503}
    if not endpoint.public:
        refused |= {401, 403}
    if _PARAMETER.search(endpoint.at):
        refused.add(404)
    if endpoint.body is not Nothing:
        refused.add(415)
    refused |= {status_of(kind) for kind in endpoint.refuses}
    for status in sorted(refused):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return answers


def _problem(status: int) -> dict[str, Any]:
    codes = sorted(kind.code for kind in answerable() if status_of(kind) == status)
    listed = ", ".join(f"`{code}`" for code in dict.fromkeys(codes))
    return {
        "description": f"{TITLES[status]}. Codes: {listed}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=Problem.__name__)}}},
    }

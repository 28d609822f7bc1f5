"""Bad input over HTTP: a problem document with a stable code, and nothing changed."""

import pytest

from acd.web.endpoint import MAX_BODY_BYTES
from tests.integration.web.asking import key, problem
from tests.integration.web.conftest import Node

CONTACTS = "/api/v1/contacts"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"{", 400, "not_json"),
        (b'{"name": "\xff"}', 400, "not_json"),
        (b'{"name": "\\ud800"}', 400, "not_json"),
        (b"[" * 5000, 400, "not_json"),
        (b"[]", 422, "invalid_input"),
        (b"null", 422, "invalid_input"),
        (b"{}", 422, "invalid_input"),
        (b'{"name": 7}', 422, "invalid_input"),
        (b'{"name": null}', 422, "invalid_input"),
        (b'{"name": ""}', 422, "invalid_input"),
        (b'{"name": "   "}', 422, "invalid_input"),
        (b'{"name": "a\\u0000b"}', 422, "invalid_input"),
        (b'{"name": "a\\nb"}', 422, "invalid_input"),
        (b'{"name": "Lina", "admin": true}', 422, "invalid_input"),
        (b'{"name": "Lina", "email": "nobody"}', 422, "invalid_input"),
        (b'{"name": "Lina", "locale": "de"}', 422, "invalid_input"),
        (b'{"name": "' + b"x" * 81 + b'"}', 422, "invalid_input"),
    ],
)
async def test_bodies(node: Node, body: bytes, status: int, code: str) -> None:
    headers = {**key(), **JSON}
    told = await problem(await node.client.post(CONTACTS, data=body, headers=headers), status, code)
    if status == 422:
        assert told["errors"]
        assert all(set(error) == {"field", "code", "message"} for error in told["errors"])
    page = await (await node.client.get(CONTACTS, headers=key())).json()
    assert page == {"items": [], "next": None}


async def test_every_wrong_field_is_named_and_nothing_is_echoed(node: Node) -> None:
    answer = await node.client.post(
        CONTACTS, json={"nome": "secret text", "email": "secret"}, headers=key()
    )
    told = await problem(answer, 422, "invalid_input")
    assert [error["field"] for error in told["errors"]] == ["name", "email", "nome"]
    assert "secret" not in await answer.text()


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin-1"],
)
async def test_other_types_of_content(node: Node, content_type: str) -> None:
    headers = {**key(), "Content-Type": content_type}
    answer = await node.client.post(CONTACTS, data=b'{"name": "Lina"}', headers=headers)
    await problem(answer, 415, "unsupported_media_type")


async def test_a_body_that_is_too_large(node: Node) -> None:
    headers = {**key(), **JSON}
    large = b'{"name": "' + b"x" * MAX_BODY_BYTES + b'"}'
    await problem(await node.client.post(CONTACTS, data=large, headers=headers), 413, "too_large")


async def test_a_body_where_none_is_taken(node: Node) -> None:
    answer = await node.client.get("/api/v1/queues", json={"a": 1}, headers=key())
    await problem(answer, 400, "bad_request")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=1&limit=2", "sort=name", "cursor=abc", "cursor=!",
     "cursor=WyJxIl0", "q=%00", "q=" + "x" * 81],
)  # fmt: skip
async def test_query_strings(node: Node, query: str) -> None:
    answer = await node.client.get(f"{CONTACTS}?{query}", headers=key())
    await problem(answer, 422, "invalid_input")


@pytest.mark.parametrize(
    "path",
    ["/api/v1/nothing", "/api/v2/queues", "/nothing", "/api/v1/", "/console/../../etc/passwd",
     "/console/%2e%2e/%2e%2e/pyproject.toml", "/widget/nothing.js", "/api/docs/../../server.py"],
)  # fmt: skip
async def test_unknown_addresses(node: Node, path: str) -> None:
    await problem(await node.client.get(path), 404, "no_such_route")


@pytest.mark.parametrize("contact", ["ct_1", "CT", "a.b", "%00", "x" * 65, "a:b", "{}"])
async def test_ids_that_are_nobodys(node: Node, contact: str) -> None:
    answer = await node.client.get(f"{CONTACTS}/{contact}", headers=key())
    await problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/contacts", "GET, HEAD, POST"),
        ("BREW", "/api/v1/queues", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
async def test_wrong_methods(node: Node, method: str, path: str, allowed: str) -> None:
    answer = await node.client.request(method, path, headers=key())
    await problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == allowed


async def test_a_defect_tells_its_id_and_nothing_else(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(node.services.directory, "queues", broken)
    answer = await node.client.get("/api/v1/queues", headers=key())
    await problem(answer, 500, "internal")
    assert "swordfish" not in await answer.text()


async def test_request_ids_are_taken_over_when_they_are_ids(node: Node) -> None:
    answer = await node.client.get("/healthz", headers={"X-Request-Id": "trace-12345678"})
    assert answer.headers["X-Request-Id"] == "trace-12345678"
    answer = await node.client.get("/healthz", headers={"X-Request-Id": "x y <script>"})
    assert answer.headers["X-Request-Id"].startswith("rq_")

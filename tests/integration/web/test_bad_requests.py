"""Bad input over HTTP: a problem document with a stable code, and nothing changed."""

import pytest

from acd.web.endpoint import MAX_BODY_BYTES
from tests.integration.web.asking import key, problem
from tests.integration.web.conftest import Node

CONTACTS = "/api/v1/contacts"
JSON = {"Content-Type": "application/json"}

NO_JSON = [b"", b"{", b'{"name": "\xff"}', b'{"name": "\\ud800"}', b"[" * 5000]
NO_CONTACT = [
    b"[]",
    b"null",
    b"{}",
    b'{"name": 7}',
    b'{"name": null}',
    b'{"name": ""}',
    b'{"name": "   "}',
    b'{"name": "a\\u0000b"}',
    b'{"name": "a\\nb"}',
    b'{"name": "Lina", "admin": true}',
    b'{"name": "Lina", "email": "nobody"}',
    b'{"name": "Lina", "locale": "de"}',
    b'{"name": "' + b"x" * 81 + b'"}',
]


async def test_bodies(node: Node) -> None:
    headers = {**key(), **JSON}
    for body in NO_JSON:
        answer = await node.client.post(CONTACTS, data=body, headers=headers)
        await problem(answer, 400, "not_json")
    for body in NO_CONTACT:
        answer = await node.client.post(CONTACTS, data=body, headers=headers)
        told = await problem(answer, 422, "invalid_input")
        assert told["errors"], body
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


async def test_what_a_body_may_not_be(node: Node) -> None:
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
        "application/json; charset=latin-1",
    ):
        headers = {**key(), "Content-Type": content_type}
        answer = await node.client.post(CONTACTS, data=b'{"name": "Lina"}', headers=headers)
        await problem(answer, 415, "unsupported_media_type")
    large = b'{"name": "' + b"x" * MAX_BODY_BYTES + b'"}'
    answer = await node.client.post(CONTACTS, data=large, headers={**key(), **JSON})
    await problem(answer, 413, "too_large")
    answer = await node.client.get("/api/v1/queues", json={"a": 1}, headers=key())
    await problem(answer, 400, "bad_request")


async def test_query_strings(node: Node) -> None:
    for query in (
        *("limit=0", "limit=201", "limit=x", "limit=1&limit=2", "sort=name"),
        *("cursor=abc", "cursor=!", "cursor=WyJxIl0", "q=%00", "q=" + "x" * 81),
    ):
        answer = await node.client.get(f"{CONTACTS}?{query}", headers=key())
        await problem(answer, 422, "invalid_input")


async def test_addresses(node: Node) -> None:
    for path in (
        *("/api/v1/nothing", "/api/v2/queues", "/nothing", "/api/v1/", "/widget/nothing.js"),
        *("/console/../../etc/passwd", "/console/%2e%2e/%2e%2e/pyproject.toml"),
        *("/api/docs/../../server.py", "/api/docs/..%2fserver.py"),
    ):
        await problem(await node.client.get(path), 404, "no_such_route")
    for contact in ("ct_1", "CT", "a.b", "%00", "x" * 65, "a:b"):
        answer = await node.client.get(f"{CONTACTS}/{contact}", headers=key())
        await problem(answer, 404, "not_found")


async def test_methods(node: Node) -> None:
    for method, path, allowed in (
        ("DELETE", "/api/v1/contacts", "GET, HEAD, POST"),
        ("PATCH", "/api/v1/queues", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
    ):
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

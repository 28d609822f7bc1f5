"""Who asks in these tests, and how a refusal is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import ClientResponse

PASSWORD = "correct horse battery"


SCOPES = {
    "everything": ("read", "contacts", "interactions", "presence", "events"),
    "reader": ("read",),
    "writer": ("contacts", "interactions"),
}
ENV = {
    "PASSWORD": PASSWORD,
    **{f"KEY_{name.upper()}": f"acd_{name}_" + "0" * 40 for name in SCOPES},
}


def key(name: str = "everything") -> dict[str, str]:
    """The header of that API key."""
    return {"Authorization": f"Bearer {ENV[f'KEY_{name.upper()}']}"}


async def problem(response: ClientResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document, after checking that it is one."""
    body = await response.json(content_type="application/problem+json")
    assert (response.status, body["code"]) == (status, code), body
    assert body["status"] == status
    assert body["instance"] == f"urn:acd:request:{response.headers['X-Request-Id']}"
    return body

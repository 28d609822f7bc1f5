"""Headers that bound what a page may do, by the kind of page.

Scripts and styles come from files of ours only: no inline code, no eval, no markup from strings
(Trusted Types). Sources: CSP level 3, the Trusted Types specification, OWASP's secure headers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web


class Framing(StrEnum):
    """Who may show a page in a frame."""

    NOBODY = "'none'"
    OURSELVES = "'self'"


_PAGE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
_NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page_policy(ancestors: Iterable[str] = (Framing.NOBODY,)) -> str:
    """The Content-Security-Policy of an application page that these sources may frame."""
    rules = {**_PAGE, "frame-ancestors": " ".join(ancestors) or Framing.NOBODY}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def page_headers(framing: Framing = Framing.NOBODY) -> dict[str, str]:
    """Headers of a page of ours: the console, the documentation."""
    return {
        "Content-Security-Policy": page_policy((framing,)),
        "X-Frame-Options": "DENY" if framing is Framing.NOBODY else "SAMEORIGIN",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    }


def widget_page_headers(origins: Iterable[str]) -> dict[str, str]:
    """Headers of the widget's page: the site's own origins may frame it, and we."""
    # X-Frame-Options knows no list: left out, frame-ancestors stands instead.
    return {
        "Content-Security-Policy": page_policy((Framing.OURSELVES, *origins)),
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    }


def shared_asset_headers() -> dict[str, str]:
    """Headers of a file that other people's pages load: the launcher and the widget's bundles."""
    return {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Security-Policy": _NO_PAGE,
    }


def harden(response: web.StreamResponse, *, https: bool) -> None:
    """What every answer carries, unless its maker said otherwise."""
    headers = response.headers
    headers["Server"] = "acd"
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Content-Security-Policy", _NO_PAGE)
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    if https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")

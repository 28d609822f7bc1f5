"""The built front-ends, from memory: each file once, with its ETag and its compressed forms.

A file under assets/ has its content's hash in its name and is kept by browsers for a year;
everything else is asked for again and answered 304 while unchanged. Paths are looked up in a table,
so there is no path to escape from.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from acd.domain.ids import SiteId, is_plain_id
from acd.web import security
from acd.web.refusals import NoSuchRoute
from acd.web.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

BUILT = Path(__file__).parent.parent / "static"
OWN = Path(__file__).parent / "pages"
_WORTH_COMPRESSING_BYTES = 512
_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
_ENCODED = {".br": "br", ".gz": "gzip"}
# Not the host's idea of types: a minimal image has no mime.types.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
IMMUTABLE = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
LAUNCHER = "public, max-age=300"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file, ready to be sent. `encoded` holds smaller forms by content coding."""

    body: bytes
    media_type: str
    etag: str
    cache: str
    encoded: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, *, cache: str) -> Asset:
        body = path.read_bytes()
        media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        media_type = media_type or "application/octet-stream"
        encoded: dict[str, bytes] = {}
        for suffix, coding in _ENCODED.items():
            made = path.with_name(path.name + suffix)
            if made.is_file():
                encoded[coding] = made.read_bytes()
        if (
            "gzip" not in encoded
            and len(body) >= _WORTH_COMPRESSING_BYTES
            and media_type.startswith(_COMPRESSIBLE)
        ):
            encoded["gzip"] = gzip.compress(body, 9, mtime=0)
        digest = hashlib.sha256(body).hexdigest()[:32]
        return cls(
            body=body,
            media_type=media_type,
            etag=digest,
            cache=cache,
            encoded={coding: data for coding, data in encoded.items() if len(data) < len(body)},
        )

    def response(self, request: web.Request, headers: Mapping[str, str]) -> web.Response:
        """200 in the smallest form the client takes, or 304."""
        etag = f'"{self.etag}"'
        sent = {**headers, "Cache-Control": self.cache, "ETag": etag, "Vary": "Accept-Encoding"}
        known = request.if_none_match
        if known is not None and any(tag.value in {self.etag, "*"} for tag in known):
            return web.Response(status=304, headers=sent)
        body = self.body
        for coding in ("br", "gzip"):
            if coding in self.encoded and accepts(request, coding):
                body = self.encoded[coding]
                sent["Content-Encoding"] = coding
                break
        return web.Response(body=body, headers={**sent, "Content-Type": self.media_type})


def accepts(request: web.Request, coding: str) -> bool:
    """Whether Accept-Encoding names the coding with a weight above zero."""
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() == coding:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The files of one folder by their path within it."""

    files: Mapping[str, Asset]

    @classmethod
    def load(cls, folder: Path) -> Assets:
        """Reads the folder once; an absent folder is an empty one."""
        files: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            name = path.relative_to(folder).as_posix()
            if (
                not path.is_file()
                or path.suffix in _ENCODED
                or name.startswith((".", "build.json"))
            ):
                continue
            if "/.vite/" in f"/{name}":
                continue
            if "/assets/" in f"/{name}":
                cache = IMMUTABLE
            else:
                cache = LAUNCHER if path.name == "widget.js" else ASK_AGAIN
            files[name] = Asset.read(path, cache=cache)
        return cls(files=files)

    def find(self, name: str) -> Asset:
        """The file, a folder's index.html, or NoSuchRoute."""
        wanted = f"{name}index.html" if not name or name.endswith("/") else name
        asset = self.files.get(wanted)
        if asset is None:
            raise NoSuchRoute
        return asset


def _redirect(to: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": to, "Cache-Control": "no-store"})

    return handler


async def _no_icon(_request: web.Request) -> web.Response:
    """Browsers ask for it unasked; the pages name their own."""
    return web.Response(status=204, headers={"Cache-Control": LAUNCHER})


def mount(app: web.Application, *, demo: bool) -> None:
    """Adds the pages' routes. In demo mode / leads to the demo and our own pages may frame ours."""
    built, own = Assets.load(BUILT), Assets.load(OWN)
    framing = security.Framing.OURSELVES if demo else security.Framing.NOBODY

    async def console(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name.startswith("demo") and not demo:
            raise NoSuchRoute
        asset = built.find(f"console/{name}")
        return asset.response(request, security.page_headers(framing))

    async def widget(request: web.Request) -> web.Response:
        name = request.match_info.get("name", "widget.js")
        asset = built.find(f"widget/{name}")
        if not asset.media_type.startswith("text/html"):
            return asset.response(request, security.shared_asset_headers())
        origins = await _framing_origins(request)
        return asset.response(request, security.widget_page_headers(origins))

    async def docs(request: web.Request) -> web.Response:
        asset = own.find(request.match_info["name"] or "docs.html")
        return asset.response(request, security.page_headers())

    routes = app.router
    routes.add_get("/", _redirect("/demo" if demo else "/console/"))
    if demo:
        routes.add_get("/demo", _redirect("/console/demo.html"))
    routes.add_get("/favicon.ico", _no_icon)
    routes.add_get("/console", _redirect("/console/"))
    routes.add_get("/console/{name:.*}", console)
    routes.add_get("/widget.js", widget)
    routes.add_get("/widget", _redirect("/widget/"))
    routes.add_get("/widget/{name:.*}", widget)
    routes.add_get("/api/docs", _redirect("/api/docs/"))
    routes.add_get("/api/docs/{name:.*}", docs)


async def _framing_origins(request: web.Request) -> tuple[str, ...]:
    """Who may frame the widget's page: the origins of the site it is opened for."""
    wanted = request.query.get("site", "")
    if not is_plain_id(wanted):
        return ()
    site = await request.app[SERVICES].directory.site(SiteId(wanted))
    return site.origins if site is not None and site.active else ()

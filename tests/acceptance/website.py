"""Somebody else's website with the widget in it, on an origin and under a policy of its own."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.house import House

PAGE = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Bowls and more</title><link rel="icon" href="data:,">
<script async src="{server}/widget.js" data-site="{site}"></script></head>
<body><main><h1>Bowls</h1><p>Made by hand.</p><button>Buy</button></main></body>
</html>
"""


@contextlib.contextmanager
def website(house: House) -> Iterator[str]:
    """Serves a shop at the origin the site of the house allows; a path with "fr" is French.

    Its policy names the sources docs/guides/widget.md asks for, and no others.
    """
    policy = (
        "default-src 'none'; img-src data:; require-trusted-types-for 'script'; "
        f"script-src {house.url}; connect-src {house.url} {house.url.replace('http', 'ws')}"
    )

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lang = "fr" if "fr" in self.path else "en"
            body = PAGE.format(server=house.url, site=house.site, lang=lang).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    # every house names the same origin, and only one story is told at a time
    server = ThreadingHTTPServer(("127.0.0.1", house.host_port), Shop)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{house.host_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

"""Pages, their headers, their caching; health and metrics."""

import gzip
import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from acd.reporting.catalogue import CATALOGUE
from acd.web import static
from tests.integration.web.asking import key, problem
from tests.integration.web.conftest import Node, Start

BUNDLE = "console.log('hello');" * 100


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A front-end as the build leaves it, but small."""
    folder = tmp_path / "static"
    for name, content in {
        "console/index.html": "<!doctype html><title>Console</title>",
        "console/demo.html": "<!doctype html><title>Demo</title>",
        "console/assets/index-Ab12Cd34.js": BUNDLE,
        "console/assets/index-Ab12Cd34.js.br": "brotli",
        "console/.vite/manifest.json": "{}",
        "widget/index.html": "<!doctype html><title>Chat</title>",
        "widget/widget.js": BUNDLE,
        "widget/assets/app-Ef56Gh78.js": BUNDLE,
        "build.json": "{}",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.setattr(static, "BUILT", folder)
    return folder


def policy(header: str) -> dict[str, str]:
    rules = (rule.strip().partition(" ") for rule in header.split(";"))
    return {name: value for name, _, value in rules}


async def test_the_console_is_bound_by_a_strict_policy(node: Node) -> None:
    answer = await node.stranger.get("/", allow_redirects=True)
    assert answer.url.path == "/console/"
    assert answer.status == 200
    assert answer.content_type == "text/html"
    rules = policy(answer.headers["Content-Security-Policy"])
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["style-src"] == "'self'"
    assert rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert rules["base-uri"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Server"] == "acd"


async def test_the_demo_is_there_in_demo_mode_alone(start: Start) -> None:
    node = await start()
    await problem(await node.stranger.get("/demo"), 404, "no_such_route")
    await problem(await node.stranger.get("/console/demo.html"), 404, "no_such_route")


async def test_in_demo_mode_our_own_pages_may_frame_the_console(start: Start) -> None:
    node = await start(demo=True)
    answer = await node.stranger.get("/")
    assert answer.url.path == "/console/demo.html"
    assert policy(answer.headers["Content-Security-Policy"])["frame-ancestors"] == "'self'"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


async def test_the_widget_is_framed_by_its_sites_origins(node: Node) -> None:
    answer = await node.stranger.get("/widget/?site=shop")
    ancestors = policy(answer.headers["Content-Security-Policy"])["frame-ancestors"]
    assert ancestors == "'self' https://shop.example"
    assert "X-Frame-Options" not in answer.headers
    for site in ("nobody", "", "a%3B%20script-src%20*"):
        answer = await node.stranger.get(f"/widget/?site={site}")
        rules = policy(answer.headers["Content-Security-Policy"])
        assert rules["frame-ancestors"] == "'self'"
        assert rules["script-src"] == "'self'"


@pytest.mark.parametrize(
    "path", ["/widget.js", "/widget/widget.js", "/widget/assets/app-Ef56Gh78.js"]
)
async def test_other_sites_may_load_the_widgets_files(node: Node, path: str) -> None:
    answer = await node.stranger.get(path, headers={"Origin": "https://shop.example"})
    assert answer.status == 200
    assert answer.content_type == "text/javascript"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert await answer.text() == BUNDLE


async def test_files_are_small_and_asked_for_once(node: Node) -> None:
    answer = await node.stranger.get(
        "/console/assets/index-Ab12Cd34.js", headers={"Accept-Encoding": "br;q=0, gzip"}
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == static.IMMUTABLE
    assert answer.headers["Vary"] == "Accept-Encoding"
    etag = answer.headers["ETag"]
    again = await node.stranger.get(
        "/console/assets/index-Ab12Cd34.js", headers={"If-None-Match": etag}
    )
    assert again.status == 304
    assert again.headers["ETag"] == etag
    assert await again.read() == b""
    page = await node.stranger.get("/console/")
    assert page.headers["Cache-Control"] == "no-cache"


async def test_the_build_is_not_served(node: Node) -> None:
    for path in ("/console/.vite/manifest.json", "/console/build.json", "/console/assets/"):
        await problem(await node.stranger.get(path), 404, "no_such_route")


async def test_the_api_is_browsable_without_anybody_elses_server(node: Node) -> None:
    page = await node.stranger.get("/api/docs")
    assert page.status == 200
    text = await page.text()
    assert "http://" not in text
    assert "https://" not in text
    assert policy(page.headers["Content-Security-Policy"])["default-src"] == "'none'"
    for name in ("docs.js", "docs.css"):
        assert (await node.stranger.get(f"/api/docs/{name}")).status == 200
    document = await (await node.stranger.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")


async def test_alive_and_ready(node: Node) -> None:
    assert await (await node.stranger.get("/healthz")).json() == {"status": "alive"}
    answer = await node.stranger.get("/readyz")
    assert answer.status == 200
    assert await answer.json() == {
        "ready": True,
        "stores": {"redis": {"ok": True}, "database": {"ok": True}},
    }


async def test_not_ready_says_which_store_and_why(node: Node) -> None:
    await node.services.health.database.close()
    answer = await node.stranger.get("/readyz")
    body = await answer.json()
    assert answer.status == 503
    assert body["ready"] is False
    assert body["stores"]["redis"]["ok"] is True
    assert body["stores"]["database"]["reason"] in {"store_unavailable", "error"}
    assert (await node.stranger.get("/healthz")).status == 200


async def test_a_scrape_tells_what_the_catalogue_promises(node: Node) -> None:
    await node.program.get("/api/v1/queues")
    await node.stranger.get("/api/v1/no/such/thing")
    answer = await node.stranger.get("/metrics")
    assert answer.status == 200
    families = {
        family.name: family
        for family in text_string_to_metric_families(await answer.text())
        if family.name.startswith("acd_")
    }
    assert set(families) == {metric.name.removesuffix("_total") for metric in CATALOGUE}
    waiting = {
        sample.labels["queue"]: sample.value for sample in families["acd_queue_waiting"].samples
    }
    assert waiting == {"support/chat": 0.0, "sales/chat": 0.0}
    stores = {sample.labels["store"]: sample.value for sample in families["acd_store_up"].samples}
    assert stores == {"redis": 1.0, "database": 1.0}
    routes = {sample.labels["route"] for sample in families["acd_http_requests"].samples}
    assert "/api/v1/queues" in routes
    assert "none" in routes
    assert not any("no/such" in route for route in routes)


async def test_the_widgets_configuration_and_who_may_read_it(node: Node) -> None:
    at = "/api/v1/widget/shop"
    answer = await node.stranger.get(at, headers={"Origin": "https://shop.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert answer.headers["Vary"] == "Origin"
    assert await answer.json() == {
        "site": "shop",
        "name": "Shop",
        "locales": ["en", "fr"],
        "departments": [
            {
                "id": "support",
                "name": {"en": "Support", "fr": "Assistance"},
                "open": True,
                "service": "chat",
                "opens_ms": None,
                "estimate": None,
                "channels": ["chat"],
            },
            {
                "id": "sales",
                "name": {"en": "Sales", "fr": "Ventes"},
                "open": True,
                "service": "chat",
                "opens_ms": None,
                "estimate": None,
                "channels": ["chat"],
            },
        ],
        "limits": {"message_chars": 4000},
    }
    own = await node.stranger.get(at)
    assert own.status == 200
    assert "Access-Control-Allow-Origin" not in own.headers
    for origin in ("https://evil.example", "null", "http://shop.example", "x"):
        refused = await node.stranger.get(at, headers={"Origin": origin})
        await problem(refused, 403, "origin_refused")
        # the reason is for the page to show; of the site it says nothing
        assert refused.headers["Access-Control-Allow-Origin"] == "*"
    anybody = await node.stranger.get(
        "/api/v1/widget/open", headers={"Origin": "https://evil.example"}
    )
    assert [found["id"] for found in (await anybody.json())["departments"]] == ["sales"]
    await problem(await node.stranger.get("/api/v1/widget/nobody"), 404, "not_found")


async def test_the_log_of_a_request_holds_no_secret_and_nobodys_name(
    node: Node, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    await node.program.get("/api/v1/contacts?q=Lina&cursor=c3dvcmRmaXNo")
    await node.stranger.get(
        "/api/v1/queues?token=swordfish", headers={"X-Request-Id": "trace-0001"}
    )
    told = capsys.readouterr()
    lines = told.out + told.err + caplog.text
    assert "trace-0001" in lines
    assert "/api/v1/contacts" in lines
    for secret in ("Lina", "swordfish", "c3dvcmRmaXNo", key()["Authorization"]):
        assert secret not in lines


def test_compressed_forms_are_made_once_and_only_when_smaller(built: Path) -> None:
    assets = static.Assets.load(built)
    bundle = assets.files["console/assets/index-Ab12Cd34.js"]
    assert bundle.encoded["br"] == b"brotli"
    assert gzip.decompress(bundle.encoded["gzip"]).decode() == BUNDLE
    assert not assets.files["console/index.html"].encoded
    assert "console/assets/index-Ab12Cd34.js.br" not in assets.files
    assert json.dumps(sorted(assets.files)).count("vite") == 0

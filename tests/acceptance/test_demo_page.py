"""The demonstration as a newcomer meets it: both sides on one page, a rush, a clean slate."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, FrameLocator, Page, expect

from tests.acceptance.calls.voices import LISTENING, hears, speaking, tone
from tests.acceptance.people import DESKTOP, PHONE, PICTURES, axe_violations
from tests.servers import free_port
from tests.telephony import demo_audio

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

VOICE_HZ = 440
WORDS = {
    "en-GB": ("Agent console", "Shop with the chat", "Any questions?"),
    "fr-FR": ("Console d’agent", "Boutique avec le chat", "Une question"),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`acd demo`, as `make run` starts it."""
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    log = folder / "demo.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "acd", "demo", f"--port={port}", f"--data-dir={folder}/data"],
            cwd=folder,
            env={**os.environ, **demo_audio(), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while not _answers(url):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def page(browser: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page at the bare address, in the locale and size the story asks for."""
    asked = getattr(request, "param", {})
    context = browser.new_context(
        **{"locale": "en-GB", "viewport": DESKTOP, "reduced_motion": "reduce", **asked}
    )
    context.set_default_timeout(20_000)
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Policy" in said.text else None)
    page.goto(f"{demo}/")
    yield page
    context.close()
    assert not faults, faults


def _console(page: Page) -> FrameLocator:
    return page.frame_locator("section.agent-side iframe")


def _shop(page: Page) -> FrameLocator:
    return page.frame_locator("section.visitor iframe")


def test_a_chat_of_ones_own_rings_ones_own_console(page: Page) -> None:
    shop, console = _shop(page), _console(page)
    expect(console.get_by_test_id("presence")).to_contain_text("Available")
    # two lists of things to do, told apart by their names
    expect(console.locator("#h-steps")).to_have_text("Setting up")
    expect(page.get_by_test_id("demo-setup")).to_have_text("First steps, 0 of 5")
    shop.get_by_test_id("launcher").click()
    shop.get_by_test_id("field-name").fill("Jean Martin")
    shop.get_by_test_id("field-text").fill("Do the bowls go into an oven?")
    shop.get_by_test_id("start-chat").click()
    card = console.get_by_test_id("ring-card")
    expect(card).to_contain_text("Jean Martin")
    expect(card).to_contain_text("Do the bowls go into an oven?")
    expect(card.get_by_test_id("ring-accept")).to_be_enabled()
    card.get_by_test_id("ring-accept").click()
    expect(shop.get_by_test_id("panel")).to_contain_text("Youssef")
    console.get_by_test_id("message-input").fill("They do.")
    console.get_by_test_id("send").click()
    expect(shop.get_by_test_id("message").last).to_contain_text("They do.")
    for verb in ("Transfer", "Finish"):  # in words, beside the shop
        expect(console.locator(".thread-head").get_by_text(verb)).to_be_visible()
    console.get_by_test_id("finish").click()
    expect(shop.get_by_test_id("chat-ended")).to_be_visible()
    console.get_by_test_id("wrap-up-done").first.click()
    expect(page.get_by_test_id("demo-setup")).to_contain_text("2 of 5")


@pytest.fixture
def call(
    demo: str, chromium: BrowserType, peer: Callable[[str], Path], tmp_path: Path
) -> Iterator[Page]:
    """The page of somebody who called themselves, both halves talking."""
    voice = tone(tmp_path / "voice.wav", VOICE_HZ)
    with speaking(chromium, peer("chromium"), voice) as browser:
        context = browser.new_context(locale="en-GB", viewport=DESKTOP, permissions=["microphone"])
        context.add_init_script(LISTENING)
        page = context.new_page()
        page.goto(f"{demo}/")
        shop, console = _shop(page), _console(page)
        expect(console.get_by_test_id("presence")).to_contain_text("Available")
        shop.get_by_test_id("launcher").click()
        shop.get_by_test_id("field-name").fill("Jean Martin")
        shop.get_by_test_id("start-call").click()
        card = console.get_by_test_id("ring-card")
        expect(card).to_contain_text("Jean Martin")
        expect(card.get_by_test_id("ring-accept")).to_be_enabled()
        card.get_by_test_id("ring-accept").click()
        for side, name in ((shop, "call"), (console, "phone")):
            talking = side.locator(f'[data-testid="{name}"][data-state="talking"]')
            expect(talking).to_be_visible(timeout=30_000)
        yield page


def test_a_call_of_ones_own_connects_both_sides_of_the_page(call: Page) -> None:
    _console(call).get_by_test_id("phone-hang-up").click()
    expect(_shop(call).get_by_test_id("start-again")).to_be_visible()
    _console(call).get_by_test_id("wrap-up-done").first.click()


def test_a_call_goes_to_the_colleague_with_a_telephone_and_to_nobody_who_takes_none(
    call: Page, peer: Callable[[str], Path]
) -> None:
    peer("sipp")
    peer("rtpengine")
    shop, console = _shop(call), _console(call)
    console.get_by_test_id("transfer").click()
    anna = console.locator('[data-testid="transfer-agent"][data-agent="anna"]')
    expect(anna).to_contain_text("takes no calls")
    expect(anna).to_have_attribute("aria-disabled", "true")
    claire = console.locator('[data-testid="transfer-agent"][data-agent="claire"]')
    expect(claire).to_contain_text("free, 0 of 1")
    sales = console.locator('[data-testid="transfer-department"]')
    expect(sales).to_have_text(re.compile("Sales"))
    pictured(call, "demo-transfer")

    # she has no page to talk in: the call can be given to her, and she cannot be asked first
    console.get_by_test_id("manner-consult").check()
    expect(claire).to_contain_text("telephone only")
    expect(claire).to_have_attribute("aria-disabled", "true")
    console.get_by_test_id("manner-transfer").check()
    claire.click()
    expect(console.get_by_test_id("message").last).to_contain_text(
        "Claire Dubois took over from Youssef Benali"
    )
    console.get_by_test_id("wrap-up-done").first.click()
    expect(shop.get_by_test_id("panel")).to_contain_text("Claire")
    visitor = next(frame for frame in call.frames if "demo-shop" in frame.url)
    hears(visitor, VOICE_HZ)
    shop.get_by_test_id("hang-up").click()
    expect(shop.get_by_test_id("start-again")).to_be_visible()
    expect(shop.get_by_test_id("panel")).to_contain_text("with Claire Dubois")


def test_a_rush_fills_the_lines_and_clearing_takes_it_all_back(page: Page, demo: str) -> None:
    console = _console(page)
    expect(console.get_by_test_id("presence")).to_contain_text("Available")
    page.get_by_test_id("demo-rush").click()
    expect(page.get_by_test_id("demo-rush")).to_be_disabled()
    card = console.get_by_test_id("ring-card")
    expect(card).to_be_visible()
    expect(card.get_by_test_id("ring-accept")).to_be_enabled()
    card.get_by_test_id("ring-accept").click()
    expect(console.get_by_test_id("message").first).to_be_visible()
    expect(console.get_by_test_id("line-pick").first).to_be_visible(timeout=20_000)

    page.get_by_test_id("demo-clear").click()
    page.get_by_test_id("demo-clear-yes").click()
    expect(console.get_by_test_id("chat-item")).to_have_count(0)
    expect(console.get_by_test_id("presence")).to_contain_text("Available", timeout=40_000)
    expect(page.get_by_test_id("demo-rush")).to_be_enabled(timeout=40_000)
    expect(console.locator("#h-calm")).to_contain_text("Nobody is waiting.")
    expect(page.get_by_test_id("demo-setup")).to_contain_text("0 of 5")


@pytest.mark.parametrize(
    "page",
    [{"locale": "en-GB"}, {"locale": "fr-FR"}, {"locale": "fr-FR", "viewport": PHONE}],
    indirect=True,
    ids=["English", "French", "French on a phone"],
)
def test_axe_finds_nothing_on_it(page: Page) -> None:
    locale = page.evaluate("navigator.language")
    console, shop, launcher = WORDS[locale]
    expect(page.locator("section.agent-side iframe")).to_have_attribute("title", console)
    expect(page.locator("section.visitor iframe")).to_have_attribute("title", shop)
    expect(_shop(page).get_by_test_id("launcher")).to_contain_text(launcher)
    expect(_console(page).get_by_test_id("presence")).to_be_attached()
    if page.viewport_size == PHONE:  # the buttons are icons, for thumbs
        for button in page.locator(".ribbon .second").all():
            assert button.get_attribute("title")
            box = button.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 44
    found = []
    for screen in ("both sides", "setup", "clear"):
        if screen != "both sides":
            page.get_by_test_id(f"demo-{screen}").click()
            expect(page.get_by_role("dialog").first).to_be_visible()
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found += [f"{screen}, {scheme}: {one}" for one in axe_violations(page)]
        page.keyboard.press("Escape")
    assert not found, "\n".join(found)


def test_the_page_is_small(browser: Browser, demo: str, tmp_path: Path) -> None:
    """What crosses the wire for the console and the chat, as the browser counts it."""
    del tmp_path
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{demo}/console/")
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    assert _transferred(page) <= 61_440
    page.goto(f"{demo}/widget/?site=shop")
    expect(page.get_by_test_id("widget-form")).to_be_visible()
    assert _transferred(page) <= 40_960  # the support takes calls: their part comes too
    context.close()


def _transferred(page: Page) -> int:
    """Bytes of scripts and styles."""
    return int(
        page.evaluate(
            """() => performance.getEntriesByType("resource")
                .filter((one) => /\\.(js|css)$/.test(new URL(one.name).pathname))
                .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
        )
    )


def test_a_test_call_rings_the_console_until_it_is_ended(
    page: Page, peer: Callable[[str], Path]
) -> None:
    peer("sipp")
    peer("rtpengine")
    console = _console(page)
    expect(console.get_by_test_id("presence")).to_contain_text("Available")
    expect(page.get_by_test_id("demo-call")).to_have_attribute("title", re.compile("sip:600@"))
    page.get_by_test_id("demo-call").click()
    expect(console.get_by_test_id("ring-card")).to_contain_text("Test call")
    end = page.get_by_test_id("demo-call-end")
    expect(end).to_have_text("End the test call")
    pictured(page, "demo-calling")
    page.set_viewport_size(PHONE)  # there is room for one of the two
    expect(page.get_by_test_id("demo-call")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    pictured(page, "demo-calling")
    end.click()
    expect(end).to_have_count(0)
    expect(page.get_by_test_id("demo-call")).to_be_visible()
    page.set_viewport_size(DESKTOP)
    expect(console.get_by_test_id("ring-card")).to_have_count(0)


def pictured(page: Page, name: str) -> None:
    """In both themes, where PICTURES_OF_STORIES names a folder."""
    for scheme in ("dark", "light") if PICTURES else ():
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png")

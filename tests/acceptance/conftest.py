"""A real server in its own process, and people in front of a real Chromium.

Tests read like the story they check: `jean.starts_chat()`, `anna.accepts()`, `server.kill()`. A
story that fails leaves a picture of every screen, and the server's last words.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, Error, sync_playwright

from tests.acceptance.house import PASSWORD, House, Server
from tests.acceptance.network import Wire
from tests.acceptance.people import Agent, Person, Visitor

HOUSES = 80
PEOPLE = pytest.StashKey[list[Person]]()
SERVER = pytest.StashKey[Server]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call" and report.failed:
        if server := item.stash.get(SERVER, None):
            report.sections.append(("the server's log", server.log()))
        people = item.stash.get(PEOPLE, [])
        report.sections.append(("the screens", "\n".join(_pictures(item, people))))
    return report


def _pictures(item: pytest.Item, people: list[Person]) -> Iterator[str]:
    assert isinstance(item, pytest.Function)
    if not people:
        return
    folder = item.funcargs["tmp_path"]
    assert isinstance(folder, Path)
    for number, person in enumerate(people, 1):
        place = folder / f"{number}-{person.name}.png"
        try:
            person.page.screenshot(path=place, timeout=5000)
        except Error as error:
            yield f"{person.name}: {error.message}"
        else:
            yield f"{person.name}: {place} {person.faults or ''}"


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all stories that do it no harm; each has a house of its own on it."""
    server = Server(tmp_path_factory.mktemp("shared"), houses=HOUSES)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()


@pytest.fixture
def server(shared_server: Server) -> Server:
    """The server of the story. Stories that stop it, or need other times, bring their own."""
    return shared_server


@pytest.fixture
def house(server: Server, request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """A site, three departments, Anna and Claire, all as yet untouched."""
    del tmp_path  # where the pictures go
    request.node.stash[SERVER] = server
    return server.house()


@pytest.fixture(scope="session")
def chromium(peer: Callable[[str], Path]) -> Iterator[BrowserType]:
    """The one driver of a run: a second one cannot be started beside it."""
    peer("chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType, peer: Callable[[str], Path]) -> Iterator[Browser]:
    browser = chromium.launch(
        executable_path=peer("chromium"),
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--autoplay-policy=no-user-gesture-required",
        ],
    )
    yield browser
    browser.close()


@pytest.fixture
def people(request: pytest.FixtureRequest) -> Iterator[list[Person]]:
    """Everybody in the story; whoever is still there at its end leaves, their pages unhurt."""
    here: list[Person] = []
    request.node.stash[PEOPLE] = here
    yield here
    faults: list[str] = []
    for one in here:
        one.leaves()
        faults += [f"{one.name}: {fault}" for fault in one.faults]
    assert not faults, faults


@pytest.fixture
def agent(browser: Browser, house: House, people: list[Person]) -> Callable[..., Agent]:
    """`agent("anna")` signs in at a console of her own; `locale` is the browser's language."""

    def sign_in(name: str, *, url: str = "", locale: str = "en-GB", **context: object) -> Agent:
        found = Agent(browser, house, name, url=url, locale=locale, **context)
        people.append(found)
        found.opens()
        found.signs_in(PASSWORD)
        return found

    return sign_in


@pytest.fixture
def visitor(browser: Browser, house: House, people: list[Person]) -> Callable[..., Visitor]:
    """`visitor("Jean Martin")` opens the chat's own page in a browser of their own."""

    def come(name: str, *, url: str = "", locale: str = "en-GB", **context: object) -> Visitor:
        found = Visitor(browser, house, name, url=url, locale=locale, **context)
        people.append(found)
        found.opens()
        return found

    return come


@pytest.fixture
def wire(server: Server) -> Iterator[Callable[[], Wire]]:
    """`wire()` is a way to the server that the story can cut: open a page at its `url`."""
    laid: list[Wire] = []

    def lay() -> Wire:
        laid.append(Wire(server.port))
        return laid[-1]

    yield lay
    for each in laid:
        each.close()

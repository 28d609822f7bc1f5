"""Takes docs/images/console.png: the real console on a real server, in the middle of a morning.

.venv/bin/python -m tools.picture
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.acceptance.calls.exchange import CALLS
from tests.acceptance.house import PASSWORD, House, Server
from tests.acceptance.people import Agent, Shopper
from tests.acceptance.website import website

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "console.png"


def main() -> None:
    """Plays the morning, takes the picture, and clears it all away."""
    chromium = shutil.which("chromium") or sys.exit("chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="acd-picture-") as folder:
        server = Server(Path(folder), places=4, rules=CALLS)
        server.start()
        try:
            house = server.house()
            with sync_playwright() as playwright, website(house) as shop:
                browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                _morning(browser, house, shop)
                browser.close()
        finally:
            server.stop()


def _morning(browser: Browser, house: House, shop: str) -> None:
    def visitor(name: str, path: str, text: str, *, to: str = "support") -> Shopper:
        found = Shopper(browser, house, name, url=shop, locale="en-GB")
        found.opens(path)
        found.asks()
        found.find("field-email").fill(f"{name.split(maxsplit=1)[0].lower()}@example.com")
        found.starts_chat(text, department=to)
        return found

    anna = Agent(browser, house, "anna", url="", locale="en-GB", color_scheme="light")
    anna.opens()
    anna.signs_in(PASSWORD)
    anna.is_available()

    jean = visitor("Jean Martin", "/bowls", "Do the blue bowls go into an oven?")
    anna.accepts("Jean Martin")
    anna.says("They do, up to 220 °C.")
    expect(jean.message("They do, up to 220 °C.")).to_be_visible()
    anna.finishes()
    anna.find("disposition").select_option("resolved")
    anna.is_done()
    jean.find("start-again").click()
    jean.starts_chat("Hello again! My parcel came, but the two small bowls are not in it.")
    anna.accepts("Jean Martin")
    anna.says("Hello Jean, I am sorry to hear that. Let me look at your order.")
    jean.says("Thank you. It is number 10482.")
    expect(anna.message("Thank you. It is number 10482.")).to_be_visible()
    anna.says("Found it: they left a day later, in a second parcel.")

    paul = visitor("Paul Girard", "/orders", "Can I change the address of my order?")
    anna.accepts("Paul Girard")
    anna.says("Done, it goes to your office.")
    paul.says("Perfect, thank you!")
    anna.finishes()
    paul.sees_the_end()
    zoe = visitor("Zoé Lambert", "/glazes", "Which glaze is without lead?")
    anna.accepts("Zoé Lambert")
    anna.says("All of ours.")
    anna.looks_at("Jean Martin")
    zoe.says("Even the red one?")

    visitor("Lina Haddad", "/basket", "My voucher is not accepted at the till.")
    anna.sees_ring("Lina Haddad")
    visitor("Omar Diallo", "/returns", "How do I send a plate back?").is_in_line(1)
    visitor("Emma Wilson", "/", "Is the workshop open on Saturday?", to="sales").is_in_line(1)
    visitor("Hugo Lefèvre", "/", "Do you ship to Canada?", to="sales").is_in_line(2)
    expect(anna.line("sales")).to_contain_text("2 waiting")
    jean.find("message-input").press_sequentially("Oh good, when ", delay=30)
    expect(anna.find("typing")).to_be_visible()
    PICTURE.parent.mkdir(exist_ok=True)
    anna.page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()

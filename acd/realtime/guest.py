"""One connected page of a visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import NotFound

if TYPE_CHECKING:
    from acd.domain.directory import Site
    from acd.realtime.allowance import Allowance
    from acd.realtime.typing import Typing
    from acd.realtime.visit import Visit


class Guest:
    """Who a visitor's connection stands for; anonymous until a chat was started."""

    __slots__ = ("allowance", "locale", "signals", "site", "token", "typing", "visit")

    def __init__(self, site: Site, locale: str) -> None:
        self.site = site
        self.locale = locale
        self.token = ""
        self.visit: Visit | None = None
        self.allowance: Allowance | None = None
        self.signals: Allowance | None = None
        self.typing: Typing | None = None


def visit_of(guest: Guest) -> Visit:
    """The visit the page belongs to.

    Raises:
        NotFound: they are anonymous still.
    """
    if guest.visit is None:
        raise NotFound("There is no chat yet; start one.")
    return guest.visit

"""One connected console of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import NotFound
from acd.records.secrets import token_hash

if TYPE_CHECKING:
    from acd.domain.ids import SessionId
    from acd.realtime.allowance import Allowance
    from acd.realtime.desk import Desk
    from acd.realtime.typing import Typing


class Console:
    """Who an agent's connection stands for. `opened` once console.open has succeeded."""

    __slots__ = ("allowance", "desk", "opened", "session", "sign_in", "talks", "token", "typing")

    def __init__(
        self, desk: Desk, session: SessionId, token: str, allowance: Allowance, *, talks: bool
    ) -> None:
        """`talks`: it is a page that can talk."""
        self.desk = desk
        self.session = session
        self.token = token
        self.sign_in = token_hash(token)
        self.allowance = allowance
        self.talks = talks
        self.opened = False
        self.typing: dict[str, Typing] = {}

    def check_opened(self) -> None:
        """Let pass what shows something on the desk.

        Raises:
            NotFound: nothing was opened yet.
        """
        if not self.opened:
            raise NotFound("Send console.open first.")

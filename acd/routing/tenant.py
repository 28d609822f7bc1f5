"""One tenant on one link: how verbs are sent."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Self

from acd.domain.agent import short as short
from acd.domain.errors import BadRequest, Overloaded
from acd.domain.ids import is_plain_id, split_offer_id
from acd.routing import keys
from acd.routing.layout import check_layout
from acd.routing.redis_link import RedisLink

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.domain.ids import InteractionId, OfferId


class Tenant:
    """Sends verbs with the tenant's prefix, and tells the timer loop what they set."""

    def __init__(
        self, link: RedisLink, tenant: str, *, events_max: int = 1_000_000, token: str = ""
    ) -> None:
        """A tenant's verbs.

        Args:
            link: the server.
            tenant: its name.
            events_max: at so many entries that nobody recorded, `enqueue` refuses.
            token: the reconciler's own, whose verbs run while all others wait.
        """
        self.link = link
        self.tenant = tenant
        self._prefix = keys.prefix(tenant)
        self._events_max = events_max
        self._seeds = random.Random()  # noqa: S311 - lots among agents are no secret
        self._due: list[Callable[[int], None]] = []
        self._token = token

    @classmethod
    async def open(cls, url: str, tenant: str, *, events_max: int = 1_000_000) -> Self:
        """Connect.

        Raises:
            StoreUnavailable: the server does not answer.
            ConfigInvalid: the URL has no known form.
            LayoutUnknown: another release's state is there.
        """
        link = await RedisLink.open(url, slot_of=keys.prefix(tenant))
        try:
            await check_layout(link, tenant)
        except BaseException:
            await link.close()
            raise
        return cls(link, tenant, events_max=events_max)

    async def close(self) -> None:
        """Disconnect."""
        await self.link.close()

    def admit_by(self, admit: Callable[[], Awaitable[None]]) -> None:
        """Say who makes sure of a server that has not served this tenant yet.

        `admit` is awaited when a verb finds such a server, while verbs wait; by default such a
        server is trusted. It raises `LeftToANode` if nothing here can do it, and
        `StoreUnavailable` to be called again.
        """
        self.link.admit_by(self._prefix, admit)

    def on_due(self, handler: Callable[[int], None]) -> Callable[[], None]:
        """Call `handler(due_ms)` when a verb has set a timer; returns the undoing."""
        self._due.append(handler)
        return lambda: self._due.remove(handler)

    async def _change(self, verb: str, now_ms: int, *arguments: Any) -> list[Any]:
        """Run a verb that changes state; what is left of its reply without the timer hint."""
        seed = self._seeds.getrandbits(31)
        reply: list[Any] = await self.link.call(
            verb, self._prefix, now_ms, seed, *arguments, token=self._token
        )
        due_ms = reply.pop(0)
        if due_ms:
            for handler in self._due:
                handler(due_ms)
        return reply

    async def _command(self, verb: str, now_ms: int, command: str, *arguments: Any) -> list[Any]:
        """`_change` that with the same command id gives its first answer again, for 10 minutes.

        What was refused changed nothing, and may be answered otherwise when it is sent again.

        Raises:
            BadRequest: the command's id is none.
            Overloaded: too many answers are kept already. What gives back what somebody holds, and
                what an agent says they are, is done all the same.
        """
        if command and not is_plain_id(command):
            raise BadRequest("an id is made of a-z, 0-9, _ and -, at most 64", field="command")
        reply = await self._change(verb, now_ms, command, *arguments)
        if reply[0] == "overloaded":
            raise Overloaded
        return reply

    @staticmethod
    def _split(offer: OfferId) -> tuple[InteractionId, int]:
        parts = split_offer_id(offer)
        if parts is None:
            raise BadRequest("that is not an offer's id", field="offer")
        return parts

    async def _ask(self, verb: str, *arguments: Any) -> Any:
        return await self.link.call(verb, self._prefix, *arguments, token=self._token)

"""What the scripts answered and logged in these tests, beside what their headers promise."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from redis.exceptions import RedisError

from acd.domain.errors import AcdError
from acd.routing.events import parse_entries
from acd.routing.redis_link import RedisLink
from acd.routing.scripts import load_library

ELSEWHERE = re.compile("reconcile_|interaction_restore")
"""What one node does for all after a failover: tests/integration/flow/test_reconcile.py."""
HEADERS = {
    verb: header for verb, header in load_library().headers.items() if not ELSEWHERE.match(verb)
}
WORDS = {verb: set(re.findall(r'"(\w+)"', one.returns)) for verb, one in HEADERS.items()}
EVENTS = {verb: set(one.events) for verb, one in HEADERS.items()}


class Seen:
    """Looks at every call while `watching`."""

    def __init__(self) -> None:
        self.words: dict[str, set[str]] = defaultdict(set)
        self.events: dict[str, set[str]] = defaultdict(set)

    @contextmanager
    def watching(self) -> Iterator[None]:
        call = RedisLink.call

        async def ask(
            link: RedisLink, verb: str, prefix: str, *arguments: Any, **named: Any
        ) -> Any:
            before = await self._last(link, verb, f"{prefix}events")
            reply = await call(link, verb, prefix, *arguments, **named)
            if isinstance(reply, list):
                self.words[verb] |= {str(part) for part in reply if not isinstance(part, list)}
            if before is not None:
                with suppress(RedisError, AcdError):
                    logged = await link.client.xrange(f"{prefix}events", f"({before}", "+")
                    self.events[verb] |= {str(event.type) for event in parse_entries(logged)}
            return reply

        def watched(link: RedisLink, verb: str, prefix: str, *arguments: Any, **named: Any) -> Any:
            if self._knows(verb):
                return call(link, verb, prefix, *arguments, **named)
            return asyncio.ensure_future(ask(link, verb, prefix, *arguments, **named))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RedisLink, "call", watched)
            yield

    def _knows(self, verb: str) -> bool:
        return verb not in HEADERS or (
            WORDS[verb] <= self.words[verb] and EVENTS[verb] <= self.events[verb]
        )

    async def _last(self, link: RedisLink, verb: str, log: str) -> str | None:
        """The log's last position, or None if there is no event more to learn of the verb."""
        if EVENTS[verb] <= self.events[verb]:
            return None  # the words are still to be seen
        with suppress(RedisError, AcdError):
            client: Any = link.client
            newest = await client.xrevrange(log, count=1)
            return newest[0][0] if newest else "0-0"
        return None

    def missing(self) -> list[str]:
        return [
            f"{verb} never {what} {word}"
            for what, wanted, seen in (
                ("answered", WORDS, self.words), ("logged", EVENTS, self.events),
            )
            for verb in sorted(wanted)
            for word in sorted(wanted[verb] - seen[verb])
        ]  # fmt: skip

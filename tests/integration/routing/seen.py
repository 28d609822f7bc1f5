"""What the scripts answered and logged in these tests, beside what their headers promise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, NamedTuple

import hiredis
import pytest

from acd.routing.events import parse_entries
from acd.routing.exchange import Pipe
from acd.routing.scripts import load_library
from acd.routing.wire import packed

ELSEWHERE = re.compile("reconcile_|interaction_restore")
"""What one node does for all after a failover: tests/integration/flow/test_reconcile.py."""
LIBRARY = load_library()
VERB = {function: verb for verb, function in LIBRARY.functions.items()}
HEADERS = {verb: one for verb, one in LIBRARY.headers.items() if not ELSEWHERE.match(verb)}
WORDS = {verb: set(re.findall(r'"(\w+)"', one.returns)) for verb, one in HEADERS.items()}
EVENTS = {verb: set(one.events) for verb, one in HEADERS.items()}
DRAIN = (files("acd.routing") / "lua/_lib/drain.lua").read_text(encoding="utf-8")
OF_ALL = set(re.findall(r"\w+\.\w+", DRAIN.partition("EVENTS")[2].partition("\n---")[0]))
"""What any verb may log besides, since all end alike."""


class Call(NamedTuple):
    """A verb on its way, and the log of its tenant; "" where it says that it logs nothing."""

    verb: str
    log: str


class Seen:
    """Looks at every call while `watching`."""

    def __init__(self) -> None:
        self.words: dict[str, set[str]] = defaultdict(set)
        self.events: dict[str, set[str]] = defaultdict(set)
        self._known: dict[str, str | None] = defaultdict(lambda: "0-0")
        """Up to where each log was read; None where that is not known any more."""
        self._begun: dict[str, int] = defaultdict(int)
        self._under_way: dict[str, int] = defaultdict(int)

    @contextmanager
    def watching(self) -> Iterator[None]:
        exchange = Pipe.exchange

        async def watched(pipe: Pipe, commands: Sequence[bytes]) -> list[Any]:
            calls = [_call(command) for command in commands]
            logs = {call.log for call in calls if call and call.log}
            alone = {log: not self._under_way[log] for log in logs}
            for log in logs:
                self._under_way[log] += 1
                self._begun[log] += 1
            begun = {log: self._begun[log] for log in logs}
            replies: list[Any] | None = None
            try:
                replies = await exchange(pipe, list(self._with_logs(commands, calls)))
            finally:
                for log in logs:
                    self._under_way[log] -= 1
                    alone[log] &= begun[log] == self._begun[log]
                    if replies is None:
                        self._known[log] = None
            return list(self._look(iter(replies), calls, alone))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Pipe, "exchange", watched)
            yield

    def _with_logs(
        self, commands: Sequence[bytes], calls: Sequence[Call | None]
    ) -> Iterator[bytes]:
        """After each verb, what is new in the log."""
        for command, call in zip(commands, calls, strict=True):
            yield command
            if call and call.log:
                known = self._known[call.log]
                if known and call.verb == "timers_run":
                    yield packed("XRANGE", call.log, f"({known}", "+")
                else:  # all others write one entry
                    yield packed("XREVRANGE", call.log, "+", "-", "COUNT", 1)

    def _look(
        self, replies: Iterator[Any], calls: Sequence[Call | None], alone: dict[str, bool]
    ) -> Iterator[Any]:
        """The replies to the commands; what is learned of them is kept.

        What was logged while another exchange was under way may be the other's.
        """
        for call in calls:
            reply = next(replies)
            yield reply
            if call is None:
                continue
            if isinstance(reply, list):
                self.words[call.verb] |= {str(one) for one in reply if not isinstance(one, list)}
            if not call.log:
                continue
            logged, known = next(replies), self._known[call.log]
            if not isinstance(logged, list):
                continue  # the server refuses everything
            new, unreadable = parse_entries(logged, known or "0-0")
            if unreadable is not None:  # a test put it there
                self._known[call.log] = None
                continue
            if known and alone[call.log]:
                self.events[call.verb] |= {str(event.type) for event in new}
            self._known[call.log] = new[-1].position if new else known or "0-0"

    def missing(self) -> list[str]:
        """What is promised and did not happen."""
        return [
            f"{verb} never {what} {word}"
            for what, wanted, seen in (
                ("answered", WORDS, self.words), ("logged", EVENTS, self.events),
            )
            for verb, words in _beyond(wanted, seen)
            for word in words
        ]  # fmt: skip

    def undeclared(self) -> list[str]:
        """What happened and is not promised."""
        promised = {verb: {*one.events, *OF_ALL} for verb, one in LIBRARY.headers.items()}
        return [
            f"{verb} logged {word}" for verb, words in _beyond(self.events, promised)
            for word in words
        ]  # fmt: skip


def _call(command: bytes) -> Call | None:
    """The verb it runs, if that may log anything."""
    reader = hiredis.Reader(encoding="utf-8")
    reader.feed(command)
    name, *rest = reader.gets()
    verb = VERB.get(rest[0]) if name == "FCALL" else None
    if verb is None:
        return None
    return Call(verb, f"{rest[2]}events" if LIBRARY.headers[verb].events else "")


def _beyond(
    some: dict[str, set[str]], others: dict[str, set[str]]
) -> Iterable[tuple[str, list[str]]]:
    """What each verb has in one and not in the other."""
    return ((verb, sorted(some[verb] - others.get(verb, set()))) for verb in sorted(some))

"""The ledger in Redis: a hash for each node, and one in which all of them say that they live.

It is asked by a client that waits, for at most as long as a caller may. While Redis is away, calls
go on unwritten, and nobody takes over anybody's.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from acd.routing.redis_url import parse_redis_url
from acd.telephony.sip.ledger_server import connected
from acd.telephony.sip.neighbours import LEFT, Neighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acd.telephony.sip.ledger import Record
    from acd.telephony.sip.ledger_server import Asks

_log = structlog.get_logger(__name__)

_WAIT_S: Final = 0.3
"""Longer than that no caller waits for a write."""
_BEGIN_S: Final = 5.0
"""So long a node that begins waits for what was left: what it does not know of, it sweeps away."""
_AGAIN_S: Final = 0.5
_PAUSE_S: Final = 2.0
"""After a failure nothing is tried for so long: less than a lease, so that when Redis is back
everybody says so before anybody is taken for dead."""
_AWAY: Final = (RedisError, RedisClusterException)
"""What the client raises; the second, of a cluster whose nodes are away, is none of the first."""
_encoded: Final = json.JSONEncoder(separators=(",", ":")).encode
_SCRIPTS: Final = Path(__file__).parent / "lua"
_LOST, _FORGOTTEN = 0, 2
"""What `keep` answers when another node has the calls, and when Redis knew nothing of them."""


class RedisLedger:
    """`Ledger`, wherever the URL says that Redis is."""

    def __init__(self, url: str, prefix: str, place: str, *, lease_s: float = 4.0) -> None:
        """Args: prefix begins every key of the tenant; place is this node's SIP address.

        lease_s is how long a node may be silent before another takes its calls.
        """
        self._url = parse_redis_url(url)
        self._prefix = f"{prefix}sip:"
        self._place = place
        self._life = ""
        """Names who writes, since it began; empty once another node has the records."""
        self._beats = 0
        self._neighbours = Neighbours(place, lease_s)
        self._ask_server: Asks | None = None
        self._written: dict[str, str] = {}
        self._undropped: set[str] = set()
        """What is still there since Redis was away: it would come back to life."""
        self._paused_until = 0.0
        self._lost: Callable[[], None] = _nothing

    def begin(self, engine: str, lost: Callable[[], None]) -> dict[str, Record]:
        """All that is there; none when Redis does not answer for some seconds.

        What is read is taken for written: it stays until it is dropped.
        """
        self._life, self._lost, self._written = secrets.token_hex(8), lost, {}
        self._undropped.clear()
        give_up = time.monotonic() + _BEGIN_S
        while True:
            self._paused_until = 0.0
            found = self._ask("begin", self._own, self._life, self._place, engine)
            if found is not None or time.monotonic() >= give_up:
                return self._have(found)
            time.sleep(_AGAIN_S)

    def end(self) -> None:
        """Nobody is to take over what is left."""
        try:
            self._server()("HDEL", self._nodes, self._place)
        except _AWAY as error:
            _log.warning("sip.ledger_unwritten", error=type(error).__name__)

    def leave(self) -> None:
        """Who comes next has what is left: this address again, or whoever looks first."""
        self._ask("leave", self._own, self._life, self._place, LEFT)
        self._life = ""

    def write(self, records: Mapping[str, Record | None]) -> None:
        texts = {}
        for name, record in records.items():
            text = _encoded(record) if record is not None else ""
            if text:
                self._undropped.discard(name)
            if self._written.get(name, "") != text:
                texts[name] = text
        dropped = {name for name, text in texts.items() if not text}
        for name in dropped:
            del self._written[name]
        if not texts:
            return
        self._undropped |= dropped  # until they surely are: whatever happens meanwhile
        if self._keep(texts):
            self._undropped -= dropped
            self._written |= {name: text for name, text in texts.items() if text}

    def beat(self) -> dict[str, str]:
        """Nobody is taken for dead who could not be heard."""
        if not self._life:
            return {}
        self._beats += 1
        found = self._ask("beat", self._own, self._life, self._place, str(self._beats))
        if found is None:
            self._neighbours.see_nothing()
        elif not found:
            self._is_lost()
        else:
            self._neighbours.see(_pairs(found), time.monotonic())
            if self._undropped and self._keep(dict.fromkeys(self._undropped, "")):
                self._undropped.clear()
            return self._neighbours.silent(time.monotonic())
        return {}

    def take(self, node: str, said: str, room: int) -> dict[str, Record]:
        """None of them when Redis does not answer; all when they were left for a lease more."""
        if node in self._neighbours.silent(time.monotonic(), leases=2):
            room = sys.maxsize
        keys = [*self._own, self._key(node)]
        return self._have(self._ask("take", keys, self._life, node, said, str(room)))

    def is_elsewhere(self, name: str) -> bool:
        """False when Redis does not answer."""
        keys = [self._key(node) for node in self._neighbours.others]
        return bool(keys) and self._ask("elsewhere", keys, name) == 1

    def _have(self, found: Any) -> dict[str, Record]:
        texts = {name: text for name, text in _pairs(found or []).items() if name[1:2] == ":"}
        self._written |= texts
        return {name: json.loads(text) for name, text in texts.items()}

    def _keep(self, texts: Mapping[str, str]) -> bool:
        if not self._life:
            return False
        done = self._ask("keep", self._own[:1], self._life, *chain.from_iterable(texts.items()))
        if done == _LOST:
            self._is_lost()
        elif done == _FORGOTTEN:
            self._written.clear()
        return bool(done)

    def _is_lost(self) -> None:
        self._life = ""
        self._lost()

    @property
    def _own(self) -> list[str]:
        return [self._key(self._place), self._nodes]

    @property
    def _nodes(self) -> str:
        return f"{self._prefix}nodes"

    def _key(self, node: str) -> str:
        return f"{self._prefix}{node}"

    def _ask(self, script: str, keys: list[str], *given: str) -> Any:
        """What a script answers, or None when Redis does not, or did not a moment ago."""
        if time.monotonic() < self._paused_until:
            return None
        text, digest = _script(script)
        try:
            ask = self._server()
            try:
                return ask("EVALSHA", digest, len(keys), *keys, *given)
            except NoScriptError:
                return ask("EVAL", text, len(keys), *keys, *given)
        except _AWAY as error:
            self._paused_until = time.monotonic() + _PAUSE_S
            self._ask_server = None  # another server may have taken over
            _log.warning("sip.ledger_silent", asked=script, error=type(error).__name__)
            return None

    def _server(self) -> Asks:
        if self._ask_server is None:
            self._ask_server = connected(self._url, _WAIT_S)
        return self._ask_server


def _nothing() -> None:
    """Before the first life there is nothing to lose."""


def _pairs(found: list[str]) -> dict[str, str]:
    """A hash as scripts answer it."""
    return dict(zip(found[::2], found[1::2], strict=True))


@cache
def _script(name: str) -> tuple[str, str]:
    text = (_SCRIPTS / f"{name}.lua").read_text()
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

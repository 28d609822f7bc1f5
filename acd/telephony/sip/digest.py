"""Asks who calls for a password, and checks it (RFC 7616, RFC 8760). Used in one thread.

A nonce is good for the address that it was sent to: nobody can be taken for a guesser, or be kept
out, by messages in their name.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from acd.telephony.sip.message import user_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LASTS_S: Final = 300
"""How long a nonce may be used."""
_MOST: Final = 10_000
"""As many nonces are remembered; beyond them everybody is asked again."""
_NEEDED: Final = frozenset({"username", "realm", "nonce", "uri", "response", "nc", "cnonce", "qop"})
_PART: Final = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
# MD5 is what older exchanges speak; SHA-256 is offered first, and stronger ones take it
_HASHES: Final[dict[str, Callable[[bytes], hashlib._Hash]]] = {
    "SHA-256": hashlib.sha256,
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
}


class Proof(StrEnum):
    """What a caller's credentials are worth."""

    GOOD = "good"
    STALE = "stale"
    """To be given again for a fresh nonce: whether they are right was not looked at."""
    WRONG = "wrong"
    """A guess: another password, or no such user."""
    NONE = "none"
    """They are none, or of something else."""


class Digest:
    """The users of one realm, and the nonces they were given."""

    def __init__(
        self, users: Mapping[str, str], *, realm: str = "acd", now: Callable[[], float] = time.time
    ) -> None:
        self._users = users
        self._realm = realm
        self._now = now
        self._key = secrets.token_bytes(32)
        self._used: dict[str, int] = {}
        """The highest count that each nonce was used with."""

    def challenges(self, source: str, *, stale: bool = False) -> tuple[str, ...]:
        """Headers that ask whoever is at `source` for the password."""
        issued = f"{int(self._now())}.{secrets.token_hex(8)}"
        nonce = f"{issued}.{self._signed(issued, source)}"
        more = ", stale=true" if stale else ""
        return tuple(
            f'WWW-Authenticate: Digest realm="{self._realm}", nonce="{nonce}", '
            f'algorithm={name}, qop="auth"{more}'
            for name in _HASHES
        )

    def proof(self, header: str, method: str, called: str, source: str) -> Proof:
        """What an Authorization header is worth. A count that was used is stale: a replay.

        Args:
            header: empty when there is none.
            method: what is asked.
            called: the user part that it is asked of. The rest of an address may be changed by
                proxies on the way.
            source: who asks.
        """
        scheme, _, rest = header.partition(" ")
        given = {
            key.lower(): quoted if quoted or not plain else plain
            for key, quoted, plain in _PART.findall(rest)
        }
        if scheme.lower() != "digest" or not self._fits(given) or user_of(given["uri"]) != called:
            return Proof.NONE
        if not self._is_fresh(given["nonce"], given["nc"], source):
            return Proof.STALE
        return Proof.GOOD if self._is_right(given, method) else Proof.WRONG

    def _fits(self, given: Mapping[str, str]) -> bool:
        """Whether they answer what was asked."""
        return (
            given.keys() >= _NEEDED
            and given.get("algorithm", "MD5").upper() in _HASHES
            and given["qop"] == "auth"
            and given["realm"] == self._realm
        )

    def _is_right(self, given: Mapping[str, str], method: str) -> bool:
        hashed = _HASHES[given.get("algorithm", "MD5").upper()]
        password = self._users.get(given["username"])
        if password is None:
            return False

        def digest(*parts: str) -> str:
            return hashed(":".join(parts).encode()).hexdigest()

        who = digest(given["username"], self._realm, password)
        what = digest(method, given["uri"])
        count = (given["nonce"], given["nc"], given["cnonce"], given["qop"])
        return _same(digest(who, *count, what), given["response"].lower())

    def _is_fresh(self, nonce: str, count: str, source: str) -> bool:
        issued, _, signature = nonce.rpartition(".")
        if not _same(signature, self._signed(issued, source)):
            return False
        used = int(count, 16) if re.fullmatch(r"[0-9a-fA-F]{1,8}", count) else 0
        if self._now() - int(issued.partition(".")[0]) > _LASTS_S or used <= self._used.get(
            nonce, 0
        ):
            return False
        self._used[nonce] = used
        if len(self._used) > _MOST:  # all are asked again: none may become fresh by being forgotten
            self._used.clear()
            self._key = secrets.token_bytes(32)
        return True

    def _signed(self, issued: str, source: str) -> str:
        said = f"{issued} {source}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:24]


def _same(one: str, other: str) -> bool:
    """In the same time whatever they are; of text that is no ASCII Python would not say."""
    return hmac.compare_digest(one.encode(), other.encode())

"""Passwords and bearer secrets: how they are made, hashed and compared."""

from __future__ import annotations

import asyncio
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHING_AT_ONCE = 2  # each takes 64 MiB and a core for about 50 ms

_hasher = PasswordHasher()
_stand_in = ""


def new_token() -> str:
    """A random bearer secret of 256 bits, safe in a URL and a header."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a bearer secret: SHA-256 suffices where the secret is random and long."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Passwords:
    """Argon2id in threads, a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(HASHING_AT_ONCE)

    async def hash(self, password: str) -> str:
        """What to store of a password."""
        async with self._turns:
            return await asyncio.to_thread(_hasher.hash, password)

    async def verify(self, stored: str, password: str) -> bool:
        """Whether the password is the stored one; takes as long when nothing is stored."""
        async with self._turns:
            return await asyncio.to_thread(_verify, stored, password)


def _verify(stored: str, password: str) -> bool:
    global _stand_in  # noqa: PLW0603  made on first use: hashing at import would delay every start
    if not stored:
        _stand_in = _stand_in or _hasher.hash(secrets.token_hex())
    try:
        _hasher.verify(stored or _stand_in, password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)

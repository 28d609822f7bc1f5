"""Passwords asked for and checked, with the examples of the RFC turned to our realm."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest

from acd.telephony.sip.digest import Digest, Proof

PASSWORD = "secret"
HASHES: dict[str, Callable[[bytes], hashlib._Hash]] = {
    "MD5": hashlib.md5,
    "SHA-256": hashlib.sha256,
}


def credentials(
    challenge: str, *, password: str = PASSWORD, count: str = "00000001", method: str = "INVITE"
) -> str:
    nonce = re.findall('nonce="([^"]+)"', challenge)[0]
    algorithm = re.findall(r"algorithm=([^,]+)", challenge)[0]

    def digest(text: str) -> str:
        return HASHES[algorithm](text.encode()).hexdigest()

    who, what = digest(f"pbx:acd:{password}"), digest(f"{method}:sip:support@acd")
    response = digest(f"{who}:{nonce}:{count}:0a4f113b:auth:{what}")
    return (
        f'Digest username="pbx", realm="acd", nonce="{nonce}", uri="sip:support@acd", '
        f'response="{response}", algorithm={algorithm}, cnonce="0a4f113b", qop=auth, nc={count}'
    )


class Clock:
    now = 1_000_000.0


@pytest.fixture
def digest() -> Digest:
    Clock.now = 1_000_000.0
    return Digest({"pbx": PASSWORD}, now=lambda: Clock.now)


@pytest.mark.parametrize("which", [0, 1], ids=["sha256", "md5"])
def test_who_knows_the_password_may_call(digest: Digest, which: int) -> None:
    challenge = digest.challenges()[which]
    assert digest.proof(credentials(challenge), "INVITE") is Proof.GOOD


def test_the_stronger_hash_is_offered_first(digest: Digest) -> None:
    first, second = digest.challenges()
    assert "algorithm=SHA-256" in first
    assert "algorithm=MD5" in second


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pbx", "other"),
        ('realm="acd"', 'realm="else"'),
        ("qop=auth", "qop=auth-int"),
        ("algorithm=SHA-256", "algorithm=SHA-512"),
        ("cnonce", "dnonce"),
        ("Digest", "Basic"),
    ],
)
def test_what_is_wrong_is_wrong(digest: Digest, old: str, new: str) -> None:
    given = credentials(digest.challenges()[0])
    assert old in given
    assert digest.proof(given.replace(old, new), "INVITE") is Proof.WRONG
    assert digest.proof("Digest", "INVITE") is Proof.WRONG


def test_another_password_or_method_is_wrong(digest: Digest) -> None:
    challenge = digest.challenges()[0]
    assert digest.proof(credentials(challenge, password="guess"), "INVITE") is Proof.WRONG
    assert digest.proof(credentials(challenge, method="BYE"), "INVITE") is Proof.WRONG


def test_what_was_heard_on_the_way_cannot_be_used_again(digest: Digest) -> None:
    challenge = digest.challenges()[0]
    heard = credentials(challenge)
    assert digest.proof(heard, "INVITE") is Proof.GOOD
    assert digest.proof(heard, "INVITE") is Proof.STALE
    assert digest.proof(credentials(challenge, count="00000002"), "INVITE") is Proof.GOOD


def test_a_nonce_is_ours_and_does_not_last(digest: Digest) -> None:
    challenge = digest.challenges()[0]
    forged = challenge.replace('nonce="1', 'nonce="9')
    assert digest.proof(credentials(forged), "INVITE") is Proof.STALE
    Clock.now += 301
    assert digest.proof(credentials(challenge), "INVITE") is Proof.STALE

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


SOURCE = "192.0.2.1"


def proof(digest: Digest, given: str) -> Proof:
    return digest.proof(given, "INVITE", "support", SOURCE)


class Clock:
    now = 1_000_000.0


@pytest.fixture
def digest() -> Digest:
    Clock.now = 1_000_000.0
    return Digest({"pbx": PASSWORD}, now=lambda: Clock.now)


@pytest.mark.parametrize("which", [0, 1], ids=["sha256", "md5"])
def test_who_knows_the_password_may_call(digest: Digest, which: int) -> None:
    challenge = digest.challenges(SOURCE)[which]
    assert proof(digest, credentials(challenge)) is Proof.GOOD


def test_the_stronger_hash_is_offered_first(digest: Digest) -> None:
    first, second = digest.challenges(SOURCE)
    assert "algorithm=SHA-256" in first
    assert "algorithm=MD5" in second


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('realm="acd"', 'realm="else"'),
        ("qop=auth", "qop=auth-int"),
        ("algorithm=SHA-256", "algorithm=SHA-512"),
        ("cnonce", "dnonce"),
        ("Digest", "Basic"),
        ("sip:support@acd", "sip:+33899001234@acd"),
    ],
)
def test_what_proves_something_else_proves_nothing(digest: Digest, old: str, new: str) -> None:
    given = credentials(digest.challenges(SOURCE)[0])
    assert old in given
    assert proof(digest, given.replace(old, new)) is Proof.NONE


def test_nothing_proves_nothing(digest: Digest) -> None:
    assert proof(digest, "Digest") is proof(digest, "") is Proof.NONE


@pytest.mark.parametrize(
    ("old", "new"),
    [("pbx", "other"), ('response="', 'response="é')],
    ids=["unknown-user", "no-ascii"],
)
def test_a_guess_is_wrong(digest: Digest, old: str, new: str) -> None:
    given = credentials(digest.challenges(SOURCE)[0])
    assert proof(digest, given.replace(old, new)) is Proof.WRONG


def test_another_password_or_method_is_wrong(digest: Digest) -> None:
    challenge = digest.challenges(SOURCE)[0]
    assert proof(digest, credentials(challenge, password="guess")) is Proof.WRONG
    other = credentials(challenge, method="BYE", count="00000002")
    assert proof(digest, other) is Proof.WRONG


def test_what_was_heard_on_the_way_cannot_be_used_again(digest: Digest) -> None:
    challenge = digest.challenges(SOURCE)[0]
    heard = credentials(challenge)
    assert proof(digest, heard) is Proof.GOOD
    assert proof(digest, heard) is Proof.STALE
    assert proof(digest, credentials(challenge, count="00000002")) is Proof.GOOD


def test_a_nonce_is_ours_and_does_not_last(digest: Digest) -> None:
    challenge = digest.challenges(SOURCE)[0]
    for old, new in (('nonce="1', 'nonce="9'), ('nonce="', 'nonce="é')):
        forged = challenge.replace(old, new)
        assert proof(digest, credentials(forged)) is Proof.STALE
    Clock.now += 301
    assert proof(digest, credentials(challenge)) is Proof.STALE


def test_a_nonce_is_of_no_use_to_anybody_else(digest: Digest) -> None:
    given = credentials(digest.challenges("192.0.2.7")[0], password="guess")
    assert proof(digest, given) is Proof.STALE  # and counts for nobody as a guess

"""What a message may hold."""

import pytest

from acd.chat.messages import checked_text
from acd.chat.sessions import Card
from acd.domain.errors import (
    BadRequest,
    MessageControlCharacters,
    MessageEmpty,
    MessageNotText,
    MessageTooLong,
)

LIMIT = 4000


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", MessageEmpty),
        (" \n\t ", MessageEmpty),
        ("x" * (LIMIT + 1), MessageTooLong),
        ("🦉" * (LIMIT + 1), MessageTooLong),
        ("a\x00b", MessageControlCharacters),
        ("\x1b[31m", MessageControlCharacters),
        ("a\rb", MessageControlCharacters),
        ("a\x7f", MessageControlCharacters),
        ("a\ud800", MessageNotText),
    ],
    ids=["empty", "blank", "4001", "4001 owls", "nul", "escape", "return", "del", "surrogate"],
)
def test_what_is_refused(text: str, error: type[BadRequest]) -> None:
    with pytest.raises(error) as caught:
        checked_text(text, LIMIT)
    assert caught.value.field == "text"


@pytest.mark.parametrize(
    "text",
    [
        "x" * LIMIT,
        "🦉" * LIMIT,
        "👩‍👩‍👧‍👦",
        "مرحبا بالعالم",
        "\u202eabc",
        "<script>alert(1)</script>",
        "a\n\tb",
        " x",
    ],
    ids=["4000", "4000 owls", "family", "arabic", "override", "script", "lines", "leading space"],
)
def test_what_is_kept_as_it_is(text: str) -> None:
    assert checked_text(text, LIMIT) == text


def test_trailing_space_goes() -> None:
    assert checked_text("hello \n\n", LIMIT) == "hello"


def test_a_card_is_read_whatever_it_is() -> None:
    assert (
        Card.parse('{"contact_name":"Jean","department":"support","x":1}').department == "support"
    )
    assert Card.parse({"contact_name": "Jean"}).contact_name == "Jean"
    for broken in ("", "[]", "{", None, 5, {"contact_name": None}):
        assert Card.parse(broken) == Card()

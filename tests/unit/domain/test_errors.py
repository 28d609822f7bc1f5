"""What an error tells, and whom."""

from __future__ import annotations

from acd.domain.errors import BadRequest, StoreUnavailable, with_cause


def test_what_a_store_answered_is_told_to_whoever_runs_the_server() -> None:
    error = StoreUnavailable("Redis does not answer")
    assert with_cause(error) == "Redis does not answer"
    answered = ConnectionError("refused by host\nand more")
    error.__cause__ = between = OSError("between")
    between.__cause__ = answered
    assert with_cause(error) == "Redis does not answer (refused by host)"
    error.__cause__ = ConnectionError("does not answer")
    assert with_cause(error) == "Redis does not answer", "nothing is told twice"


def test_the_cause_of_another_error_is_nobodys() -> None:
    error = BadRequest("That is no number")
    error.__cause__ = ValueError("secret")
    assert with_cause(error) == "That is no number"

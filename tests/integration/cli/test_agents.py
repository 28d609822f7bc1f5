"""`acd agents`: who is added, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import ADD, Acd


def test_an_agent_is_added_with_a_made_password(acd: Acd) -> None:
    result = acd(*ADD, "--role", "supervisor", stdin="")
    assert result.exit_code == 0, result.output
    assert "Claire Dubois (claire) is added and signs in with claire@example.com." in (
        result.stdout
    )
    assert "Password: " in result.stdout
    assert "claire  Claire Dubois  claire@example.com  supervisor" in acd("agents", "list").stdout


def test_a_password_may_come_from_a_file_or_standard_input(acd: Acd, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse battery\n")
    result = acd(*ADD, "--password-file", str(tmp_path / "password"))
    assert result.exit_code == 0, result.output
    assert "Password:" not in result.stdout
    result = acd("agents", "passwd", "claire", "--password-file", "-", stdin="another horse\n")
    assert result.exit_code == 0, result.output
    assert "open consoles are signed out" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param((*ADD, "--email", "claire"), 2, "is no e-mail address", id="e-mail"),
        pytest.param((*ADD, "--name", ""), 2, "A name has 1 to 80 characters", id="name"),
        pytest.param((*ADD, "--locale", "de"), 2, "is no language of ours", id="locale"),
        pytest.param(
            (*ADD, "--department", "support", "--department", "support:1"),
            2,
            "`support` is named twice",
            id="department-twice",
        ),
        pytest.param(
            (*ADD, "--department", "suport"), 1, "Did you mean `support`?", id="department"
        ),
        pytest.param((*ADD, "--department", "support:0"), 2, "is no priority", id="priority"),
        pytest.param(("agents", "passwd", "nobody"), 1, "no such agent", id="unknown"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(
    acd: Acd, words: tuple[str, ...], code: int, said: str
) -> None:
    result = acd(*words, stdin="")
    assert result.exit_code == code, result.output
    assert said in result.stderr
    assert "claire" not in acd("agents", "list").stdout


def test_a_short_password_is_refused(acd: Acd) -> None:
    result = acd(*ADD, "--password-file", "-", stdin="short\n")
    assert result.exit_code == 2
    assert "it needs 10 characters" in result.stderr


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        pytest.param([""], 0, "Password: ", id="nothing"),
        pytest.param(["correct horse", "correct horse"], 0, "Claire Dubois", id="twice"),
        pytest.param(["correct horse", "correct house"], 2, "not the same", id="differently"),
    ],
)
def test_a_terminal_is_asked_for_the_password(
    acd: Acd, monkeypatch: pytest.MonkeyPatch, typed: list[str], code: int, said: str
) -> None:
    answers = iter(typed)
    monkeypatch.setattr("acd.cli.agents.on_terminal", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    result = acd(*ADD)
    assert result.exit_code == code, result.output
    assert said in result.output


def test_an_id_twice_is_a_conflict(acd: Acd) -> None:
    assert acd(*ADD, stdin="").exit_code == 0
    result = acd(*ADD, stdin="")
    assert result.exit_code == 1
    assert "exists" in result.stderr

"""The last of these tests: what was seen in them is what the headers of the scripts promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.routing.seen import Seen


def test_no_script_logged_what_its_header_does_not_name(seen: Seen) -> None:
    assert not (found := seen.undeclared()), "\n".join(found)


def test_every_answer_and_every_event_of_a_header_was_seen(
    seen: Seen, request: pytest.FixtureRequest
) -> None:
    folder = Path(__file__).parent
    run = {item.path.name for item in request.session.items if item.path.parent == folder}
    if run != {file.name for file in folder.glob("test_*.py")} or request.config.option.keyword:
        pytest.skip("only some of the tests were asked for")
    assert not (missing := seen.missing()), "\n".join(missing)

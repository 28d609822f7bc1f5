"""The composition root, as far as it needs no stores."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from acd.app import settle


@pytest.fixture(autouse=True)
def _thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_a_started_node_is_made_of_is_not_walked_again() -> None:
    made = [{"here": "since the start"}]
    settle()
    came = [{"here": "since then"}]
    walked = {id(one) for one in gc.get_objects()}
    assert id(made) not in walked
    assert id(came) in walked

"""The mutations still fit the scripts."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parents[3] / "tools/mutations.py"
spec = importlib.util.spec_from_file_location("mutations", FILE)
assert spec
assert spec.loader
mutations = importlib.util.module_from_spec(spec)
sys.modules["mutations"] = mutations
spec.loader.exec_module(mutations)


MUTATIONS = mutations.read()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_a_mutation_changes_one_place(mutation: mutations.Mutation) -> None:  # type: ignore[name-defined]
    text = (mutations.ROOT / mutations.LUA / mutation.file).read_text(encoding="utf-8")
    assert mutations.mutate(text, mutation) != text
    assert mutation.by
    assert all((mutations.ROOT / test).is_file() for test in mutation.by)


def test_each_has_a_name_of_its_own() -> None:
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)

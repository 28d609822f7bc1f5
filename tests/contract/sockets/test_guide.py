"""The guide says what the wire is."""

import inspect
from pathlib import Path

from acd.realtime.guide import render
from acd.realtime.wire import agents, visitors

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "sockets.md"


def test_the_guide_is_made_from_the_wire() -> None:
    assert GUIDE.read_text() == render(), (
        "run: python -m acd.realtime.guide > docs/guides/sockets.md"
    )


def test_every_event_is_described() -> None:
    text = GUIDE.read_text()
    for table in (
        visitors.ASKED,
        agents.ASKED,
        visitors.TOLD,
        agents.TOLD,
    ):
        for name in table:
            assert f"#### `{name}`" in text


def test_every_field_of_what_is_told_is_described() -> None:
    text = GUIDE.read_text()
    for model in [*visitors.TOLD.values(), *agents.TOLD.values()]:
        assert model.__doc__
        assert inspect.cleandoc(model.__doc__) in text
        for name, field in model.model_fields.items():
            assert f"| `{field.alias or name}` |" in text

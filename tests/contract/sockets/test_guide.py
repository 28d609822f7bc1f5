"""The guide says what the wire is."""

from pathlib import Path

from acd.realtime import wire
from acd.realtime.guide import render

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "sockets.md"


def test_the_guide_is_made_from_the_wire() -> None:
    assert GUIDE.read_text() == render(), (
        "run: python -m acd.realtime.guide > docs/guides/sockets.md"
    )


def test_every_event_is_described() -> None:
    text = GUIDE.read_text()
    for table in (wire.VISITOR_EVENTS, wire.AGENT_EVENTS, wire.TO_VISITOR, wire.TO_AGENT):
        for name in table:
            assert f"#### `{name}`" in text


def test_every_field_of_what_is_told_is_described() -> None:
    text = GUIDE.read_text()
    for model in [*wire.TO_VISITOR.values(), *wire.TO_AGENT.values()]:
        assert model.__doc__
        assert model.__doc__ in text
        for name, field in model.model_fields.items():
            assert f"| `{field.alias or name}` |" in text

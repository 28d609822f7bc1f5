"""What the wire lets in."""

import pytest

from acd.domain.errors import BadRequest, MessageNotText
from acd.realtime import wire
from acd.realtime.namespaces import described, parsed

MALFORMED: list[tuple[type[wire.Inbound], dict[str, object], str]] = [
    (wire.VisitorMessageSend, {"client_id": "a", "text": "x", "more": 1}, "more"),
    (wire.VisitorMessageSend, {"client_id": "a b", "text": "x"}, "client_id"),
    (wire.VisitorMessageSend, {"client_id": "a", "text": 5}, "text"),
    (wire.VisitorMessageSend, {"client_id": 5, "text": "x"}, "client_id"),
    (wire.VisitorMessagesRead, {"seq": -1}, "seq"),
    (wire.VisitorMessagesRead, {"seq": "1"}, "seq"),
    (wire.VisitorMessagesRead, {"seq": 1.0}, "seq"),
    (wire.VisitorTyping, {"on": 1}, "on"),
    (wire.ChatStart, {"client_id": "a", "department": "x", "name": ""}, "name"),
    (wire.ChatStart, {"client_id": "a", "department": "x", "name": "a\x00b"}, "name"),
    (wire.ChatStart, {"client_id": "a", "department": "x", "name": "n" * 81}, "name"),
    (
        wire.ChatStart,
        {"client_id": "a", "department": "x", "name": "n", "email": "not one"},
        "email",
    ),
    (wire.PresenceSet, {"availability": "busy"}, "availability"),
    (wire.PresenceSet, {"availability": "away", "reason": "x" * 41}, "reason"),
    (wire.OfferName, {"offer": "ix_1\n.2"}, "offer"),
    (wire.Nothing, {"anything": 1}, "anything"),
]


@pytest.mark.parametrize(
    ("model", "data", "field"),
    MALFORMED,
    ids=[f"{n} {model.__name__} {field}" for n, (model, _, field) in enumerate(MALFORMED)],
)
def test_what_is_malformed_is_refused_by_field(
    model: type[wire.Inbound], data: dict[str, object], field: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        parsed(model, data)
    assert caught.value.field == field
    assert described(caught.value)["code"] == "bad_request"


@pytest.mark.parametrize("data", [[], "text", 5, True, [1, 2]], ids=repr)
def test_only_objects_are_taken(data: object) -> None:
    with pytest.raises(BadRequest):
        parsed(wire.VisitorMessageSend, data)


def test_half_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(MessageNotText):
        parsed(wire.VisitorMessageSend, {"client_id": "a", "text": "x\ud800"})


def test_nothing_may_be_left_out() -> None:
    assert parsed(wire.Nothing, None) == wire.Nothing()

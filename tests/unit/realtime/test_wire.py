"""What the wire lets in."""

import pytest

from acd.domain.errors import BadRequest, MessageNotText
from acd.realtime.namespaces import described, parsed
from acd.realtime.wire import agents, common, visitors

MALFORMED: list[tuple[type[common.Inbound], dict[str, object], str]] = [
    (visitors.VisitorMessageSend, {"client_id": "a", "text": "x", "more": 1}, "more"),
    (visitors.VisitorMessageSend, {"client_id": "a b", "text": "x"}, "client_id"),
    (visitors.VisitorMessageSend, {"client_id": "a", "text": 5}, "text"),
    (visitors.VisitorMessageSend, {"client_id": 5, "text": "x"}, "client_id"),
    (visitors.VisitorMessagesRead, {"seq": -1}, "seq"),
    (visitors.VisitorMessagesRead, {"seq": "1"}, "seq"),
    (visitors.VisitorMessagesRead, {"seq": 1.0}, "seq"),
    (visitors.VisitorTyping, {"on": 1}, "on"),
    (visitors.ChatStart, {"client_id": "a", "department": "x", "name": ""}, "name"),
    (visitors.ChatStart, {"client_id": "a", "department": "x", "name": "a\x00b"}, "name"),
    (visitors.ChatStart, {"client_id": "a", "department": "x", "name": "n" * 81}, "name"),
    (
        visitors.ChatStart,
        {"client_id": "a", "department": "x", "name": "n", "email": "not one"},
        "email",
    ),
    (agents.PresenceSet, {"availability": "busy"}, "availability"),
    (agents.PresenceSet, {"availability": "away", "reason": "x" * 41}, "reason"),
    (agents.OfferName, {"offer": "ix_1\n.2"}, "offer"),
    (common.Nothing, {"anything": 1}, "anything"),
]


@pytest.mark.parametrize(
    ("model", "data", "field"),
    MALFORMED,
    ids=[f"{n} {model.__name__} {field}" for n, (model, _, field) in enumerate(MALFORMED)],
)
def test_what_is_malformed_is_refused_by_field(
    model: type[common.Inbound], data: dict[str, object], field: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        parsed(model, data)
    assert caught.value.field == field
    assert described(caught.value)["code"] == "bad_request"


@pytest.mark.parametrize("data", [[], "text", 5, True, [1, 2]], ids=repr)
def test_only_objects_are_taken(data: object) -> None:
    with pytest.raises(BadRequest):
        parsed(visitors.VisitorMessageSend, data)


def test_half_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(MessageNotText):
        parsed(visitors.VisitorMessageSend, {"client_id": "a", "text": "x\ud800"})


def test_nothing_may_be_left_out() -> None:
    assert parsed(common.Nothing, None) == common.Nothing()

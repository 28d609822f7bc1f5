"""A gateway begins with what it finds written down, whatever that is."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from acd.domain.ids import InteractionId
from acd.telephony.sip import reviving
from acd.telephony.sip.gateway import Gateway, Place, Revived
from acd.telephony.sip.guard import Guard
from acd.telephony.sip.lag import Lag
from acd.telephony.sip.ledger import Record
from tests.integration.telephony.sip.desk import UNHURRIED_S
from tests.peers.rtpengine import LOOPBACK, udp_port

PLACE = Place(host="127.0.0.1", port=udp_port())
ENGINE = "127.0.0.1:2223"
ARRIVING = {"stage": "arriving", "answered": False, "call_id": "here@already"}


class Written:
    """What a former life left, which may be unreadable at first."""

    def __init__(self, records: Mapping[str, Record], *, fails: bool = False) -> None:
        self.records = dict(records)
        self.fails = fails
        self.dropped: set[str] = set()

    def begin(self, _engine: str, _lost: Callable[[], None]) -> dict[str, Record]:
        if self.fails:
            raise ValueError("not what we wrote")
        return dict(self.records)

    def write(self, records: Mapping[str, Record | None]) -> None:
        self.dropped |= {name for name, record in records.items() if record is None}

    def end(self) -> None: ...


def gateway(written: Any) -> Gateway:
    guard, lag = Guard((LOOPBACK,)), Lag(UNHURRIED_S)
    return Gateway(PLACE, guard=guard, lag=lag, arrived=lambda *_: None, ledger=written)


async def test_one_that_cannot_begin_leaves_its_port() -> None:
    written = Written({}, fails=True)
    begun = gateway(written)
    with pytest.raises(ValueError, match="not what we wrote"):
        await begun.start(ENGINE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((PLACE.host, PLACE.port))
    written.fails = False
    assert await begun.start(ENGINE) == Revived({}, {}, [])
    await begun.stop()


async def test_a_dialog_that_cannot_be_read_is_dropped_and_the_others_go_on() -> None:
    written = Written({"d:unreadable": {}, "c:ix_1": {"epoch": 1}})
    begun = gateway(written)
    revived = await begun.start(ENGINE)
    assert revived == Revived({}, {"c:ix_1": {"epoch": 1}}, [])
    await begun.stop()
    assert written.dropped == {"d:unreadable"}


async def test_of_a_doubled_dialog_without_a_call_nobody_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from acd.telephony.sip.stack.front import Front  # noqa: PLC0415 - as the gateway does

    monkeypatch.setattr(Front, "knows", lambda _front, _record: True)
    begun = gateway(Written({"d:1": ARRIVING, "d:2": {**ARRIVING, "call": "ix_2"}}))
    assert (await begun.start(ENGINE)).doubled == [InteractionId("ix_2")]
    await begun.stop()


@pytest.mark.parametrize("how", ["ringing", None])
async def test_the_end_of_a_doubled_one_is_told_once(how: str | None) -> None:
    caller = {"dialog": "1", "how": how, "answered": False, "number": "+33199001234", "called": ""}
    told: list[Any] = []
    dropped: list[str] = []

    class House:
        emit = told.append

        class gateway:  # noqa: N801 - stands for an object
            @staticmethod
            def write(name: str, record: Record | None) -> None:
                assert record is None
                dropped.append(name)

    doubled = Revived({}, {"c:ix_1": {"caller": caller, "epoch": 0}}, [InteractionId("ix_1")])
    reviving.revive(
        House, doubled, set(), moved=False, begin=None, arrived=None,  # type: ignore[arg-type]
    )  # fmt: skip
    assert [type(one).__name__ for one in told] == ["CallStands", "CallerEnded"]
    assert dropped == ([] if how else ["c:ix_1"]), "who was let in is the core's to end first"

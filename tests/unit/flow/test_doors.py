"""A door that was found open is known for a moment, and no longer."""

from __future__ import annotations

import asyncio

import pytest

from acd.domain.errors import NotFound
from acd.flow.doors import KNOWN_S, Doors


class Directory:
    def __init__(self) -> None:
        self.asked = 0
        self.is_open = True

    async def find(self) -> str:
        self.asked += 1
        if not self.is_open:
            raise NotFound
        return "door"


async def test_a_rush_asks_once_and_a_closed_door_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directory, doors = Directory(), Doors[str]()
    now_s = 100.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now_s)
    for _ in range(3):
        assert await doors.at("support", directory.find) == "door"
    assert directory.asked == 1
    assert await doors.at("sales", directory.find) == "door"
    assert directory.asked == 2
    directory.is_open = False
    now_s += KNOWN_S + 0.1
    for _ in range(2):  # nor is it remembered that there is none
        with pytest.raises(NotFound):
            await doors.at("support", directory.find)
    directory.is_open = True
    assert await doors.at("support", directory.find) == "door"

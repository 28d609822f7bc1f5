"""Hears what nodes say to one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Ear:
    """Everything that is said at an address."""

    def __init__(self) -> None:
        self.heard_all: list[Mapping[str, Any]] = []

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        del address
        self.heard_all.append(payload)

    def missed(self, address: str) -> None:
        del address

"""Which tests stay together when several processes share them (`pytest -n 2`)."""

from __future__ import annotations

from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final = "tests/integration/routing/"
"""The last of them sums up what all of them have seen."""


class InOrder(LoadScopeScheduling):
    """Hands out file after file as they were collected: what comes last still does."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return TOGETHER if file.startswith(TOGETHER) else file

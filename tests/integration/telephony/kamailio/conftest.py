"""What stands before the nodes, with two places for a node, a trunk and a stranger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.peers.kamailio import NODE, OTHER_NODE, STRANGER, TRUNK, Edge, running_edge
from tests.peers.wire import Wire


@pytest.fixture
def nodes() -> Iterator[tuple[Wire, Wire]]:
    """Two places where a node may be; neither says anything by itself."""
    first, second = Wire(NODE), Wire(OTHER_NODE)
    yield first, second
    first.close()
    second.close()


@pytest.fixture
def trunk() -> Iterator[Wire]:
    wire = Wire(TRUNK)
    yield wire
    wire.close()


@pytest.fixture
def stranger() -> Iterator[Wire]:
    wire = Wire(STRANGER)
    yield wire
    wire.close()


@pytest.fixture
def edge(tmp_path: Path, peer: Callable[[str], Path], nodes: tuple[Wire, Wire]) -> Iterator[Edge]:
    """Trunk, nodes and one user are known to it. It speaks TLS."""
    places = [node.place for node in nodes]
    with running_edge(peer("kamailio"), tmp_path, places, node_s=0.4) as edge:
        yield edge

"""The processes of chaos. One that is killed is replaced at once by one that is warm already."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from tests.chaos import client, node
from tests.chaos.scene import CLIENTS, Stage
from tests.processes import forked

KILL_EVERY_S = 0.25
NODES_SHARE = 0.15
"""Of those killed: one node at least should be up."""
START_S = 10.0
"""So long a node takes at most to be up on a busy machine."""
SPARES = {"client": 2, "node": 1}
"""So many have opened what they need and wait for their cue."""


@dataclass(slots=True)
class Actor:
    """A process, and where it is told which role it plays."""

    process: BaseProcess
    cue: Connection
    since: float = 0.0

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.cue.close()


class Troupe:
    """So many clients and nodes; all may be called from any thread."""

    def __init__(self, stage: Stage, nodes: int, dice: random.Random) -> None:
        self._context = forked()
        self._stage = stage
        self._dice = dice
        self._roles = [f"client-{number}" for number in range(CLIENTS)]
        self._roles += [f"node-{number}" for number in range(nodes)]
        self._playing: dict[str, Actor] = {}
        self._spares: dict[str, deque[Actor]] = {kind: deque() for kind in SPARES}
        self._lock = threading.Lock()
        self.kills = 0

    def start(self) -> None:
        """Everybody is there."""
        with self._lock:
            for role in self._roles:
                self._cast(role)

    def node_is_up(self) -> bool:
        """Whether a node had the time to start."""
        latest = time.monotonic() - START_S
        with self._lock:
            return any(
                one.since < latest for role, one in self._playing.items() if _kind(role) == "node"
            )

    def kill_one(self) -> None:
        """One of them, and the next takes the role."""
        with self._lock:
            kind = "node" if self._dice.random() < NODES_SHARE else "client"
            role = self._dice.choice([role for role in self._roles if _kind(role) == kind])
            self._playing.pop(role).end()
            self.kills += 1
            self._cast(role)

    def end(self, kind: str) -> None:
        """All of a kind, for good."""
        with self._lock:
            for role in [role for role in self._playing if _kind(role) == kind]:
                self._playing.pop(role).end()
            while self._spares[kind]:
                self._spares[kind].pop().end()
            self._roles = [role for role in self._roles if _kind(role) != kind]

    def _cast(self, role: str) -> None:
        """Give it to whoever has waited longest, and let others get ready."""
        kind, _, number = role.partition("-")
        spares = self._spares[kind]
        while len(spares) <= SPARES[kind]:
            spares.append(self._hire(kind))
        actor = self._playing[role] = spares.popleft()
        actor.since = time.monotonic()
        actor.cue.send((int(number), self._dice.randrange(1 << 30)))

    def _hire(self, kind: str) -> Actor:
        play: Callable[[Stage, Any], None] = client.run if kind == "client" else node.run
        theirs, ours = self._context.Pipe(duplex=False)
        process = self._context.Process(target=play, args=(self._stage, theirs), daemon=True)
        process.start()
        theirs.close()
        return Actor(process, ours)


def _kind(role: str) -> str:
    return role.partition("-")[0]


class Killer(threading.Thread):
    """Kills one every KILL_EVERY_S, whatever else the judge has to do."""

    def __init__(self, troupe: Troupe) -> None:
        super().__init__(name="killer", daemon=True)
        self._troupe = troupe
        self._enough = threading.Event()

    def run(self) -> None:
        due = time.monotonic()
        while not self._enough.wait(max(0.0, due - time.monotonic())):
            self._troupe.kill_one()
            # one that is late is not made up for: no two at once
            due = max(due + KILL_EVERY_S, time.monotonic())

    def stop(self) -> None:
        """Nobody is killed any more when this returns."""
        self._enough.set()
        self.join()

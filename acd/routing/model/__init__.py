"""The reference model: routing as plain Python, pure, with virtual time and no I/O.

`Model` has the verbs and the reads of `acd.routing.router.Router` under the same names, with the
same arguments, the same answers and the same errors; it only needs no `await`, and a command's id
is given to `once`. Its `events` are what the scripts would log. It is the oracle of
`tests/integration/routing/test_oracle.py`, the engine of simulations, and the specification to read
beside the scripts.

It prefers obvious loops over speed, keeps nothing that can be worked out, and is equal to the
scripts in all that can be seen from outside: states, events and their order, decisions and lots,
when timers are due. Indexes, chunks and packed fields are no part of it.

The parts build upon each other, each a class in a file of its own that adds its verbs and what its
timers do:

    interaction.py    the record of an interaction, its live offers, a transfer, a callback
    queue.py          of a queue, its pools, how fast they move
    agent.py          of an agent
    values.py         words that the parts share
    house.py          state, clock, timers, lots, the log
    ranking.py        eligibility, strategies, lots, why
    pooling.py        pools by requirement, the sticky agent
    limits.py         what the rules of a queue say
    ringing.py        interactions find agents
    draining.py       freed agents find interactions; what every verb ends in
    estimating.py     how fast lines move
    times.py          how long waits and services took
    sharing.py        guests, transfers, the wrap-up of givers
    ending.py         ends of rings and interactions, wrap-up
    policy.py         moves, overflow, hours, waits
    callbacks.py      the customer is called when their turn comes
    presence.py       availability, leases, grace
    offers.py         answers to rings
    arrivals.py       enqueue, the contact's connection
    configuration.py  agents and queues come, change and go
    idling.py         silent customers' chats
    transferring.py   transfer
    consulting.py     consult, invite
    steering.py       assign, pull, open
    timers.py         what is due
    once.py           commands with an id, sent again
    explaining.py     how each agent stands to an interaction
    reading.py        snapshots

How a feature is added: give the records the fields it needs; write a file with a class
that inherits from the part it builds on (most often `Configuration`), registers its timers' letters
in `self._due` and has its verbs as methods that go `_begin`, decide, `_commit`; put the class in
the chain below; where an existing decision changes (who is picked, how a ring ends), change the
method of the part that takes it. Then give `test_oracle.py` a rule that plays the verb.
"""

from __future__ import annotations

from acd.routing.model.explaining import Explaining
from acd.routing.model.reading import Reading


class Model(Explaining, Reading):
    """One tenant's live state."""

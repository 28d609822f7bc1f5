"""Values, states, rules and decisions: no I/O, no clock, no event loop."""

"""The demonstration: a seeded shop, simulated colleagues and visitors, a rush on a button."""

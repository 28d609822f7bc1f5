"""A private Valkey child, for when no Redis is configured: the same engine as in production.

The child listens on a unix socket in its data directory and nowhere else. It keeps an append-only
file, is restarted when it crashes, and never outlives its parent unnoticed: a lock on the data
directory is held by parent and child alike, so a second server on the same data is refused.
"""

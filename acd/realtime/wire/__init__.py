"""The Socket.IO wire: what a client may send, and what the server sends.

Inbound models are strict and refuse unknown keys; whatever they accept is well-formed, not yet
authorised. Outbound models say what leaves the server; they document it and the contract tests
hold every emitted payload against them, while the hot path sends plain dicts.
docs/guides/sockets.md describes each event, and a test compares it with the tables in `visitors`
and `agents`.
"""

"""Measured claims: `python -m bench` prints tables and writes `bench/out/latest.json`."""

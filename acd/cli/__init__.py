"""The `acd` command."""

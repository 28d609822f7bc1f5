"""A self-hosted automatic call and chat distributor.

The map of the floors is in docs/ARCHITECTURE.md; the words are in docs/glossary.md.
"""

__version__ = "0.1.0"

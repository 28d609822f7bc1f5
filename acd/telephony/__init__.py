"""Calls: how a phone rings, is bridged and ends. Routing decides who; nothing here does."""

"""The Socket.IO face: visitors' widgets and agents' consoles."""

"""The chat feature: sessions of visitors and agents, and their messages."""

"""Live state in Redis: lines, offers, slots, presence and timers, changed by atomic scripts only."""

"""Live state in Redis: lines, offers, slots, presence, timers; changed by atomic scripts only."""

"""Where the two stores meet: arrivals into the line, the directory into Redis, events into SQL."""

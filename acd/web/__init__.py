"""The HTTP face: REST, pages, health and metrics. It translates and authorises, nothing else."""

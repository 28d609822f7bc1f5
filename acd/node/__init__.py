"""What a node is made of: its stores, its services, its calls, and the work that goes on."""

"""How agents rank: pure declarations. A strategy returns an order and never reserves."""

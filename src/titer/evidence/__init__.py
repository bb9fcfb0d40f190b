"""Published outcomes, and what Titer predicts for them."""

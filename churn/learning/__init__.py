"""A table with known outcomes becomes a Model that scoring, the desk and every door use."""

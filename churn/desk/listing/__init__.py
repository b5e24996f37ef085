"""Lists at the counter: read, scored, shown, summed up, taken home."""

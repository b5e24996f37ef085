"""The Model, what it was learnt from, and the gate a new one has to pass."""

"""The database of a home: what was scored, planned, measured and watched, and who did it."""

"""Models at the counter once they are live: watched, warned of, retrained."""

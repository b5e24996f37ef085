"""A ranked list becomes a campaign; outcomes become measured lift."""

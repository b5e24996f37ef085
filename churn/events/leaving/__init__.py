"""Who left, from which silence on, and for which dates that can be said."""

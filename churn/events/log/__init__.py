"""A raw log opened, typed, counted and laid by days."""

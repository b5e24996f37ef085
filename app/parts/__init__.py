"""Larger parts of screens, one job each; a screen puts them together. `screens/` holds only pages."""

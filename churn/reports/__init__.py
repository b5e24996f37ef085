"""Tables become figures and self-contained pages."""

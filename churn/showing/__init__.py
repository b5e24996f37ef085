"""Tables become figures, figures become pages that need nothing else to be read."""

"""The line from a terminal: one small function per verb, no logic of its own."""

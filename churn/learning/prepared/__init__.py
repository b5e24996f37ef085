"""A checked table is made fit to learn from, with what was left out and why."""

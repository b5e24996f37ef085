"""Watching: is today's list still like the one learnt from, and is the model still worth its money."""

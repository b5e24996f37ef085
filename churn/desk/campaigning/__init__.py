"""Campaigns at the counter: planned, kept, sent, measured, forgotten."""

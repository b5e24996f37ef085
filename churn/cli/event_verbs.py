"""Verbs about events and samples."""

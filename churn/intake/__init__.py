"""Intake: a file becomes a checked table, with everything repaired, set aside or refused named by line."""

"""A home folder and what can be asked of it: the one entry for command line, API and dashboard."""

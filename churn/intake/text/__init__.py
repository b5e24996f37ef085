"""A file's bytes become lines, and lines become the blocks of text that are the list."""

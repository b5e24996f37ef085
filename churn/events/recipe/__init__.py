"""One business's definition of its customers, as words in a file."""

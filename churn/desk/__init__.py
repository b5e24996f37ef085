"""The counter every door asks: the only code that opens the shelf and the book."""

"""The business at the counter: its words, its offers, and the book it is kept in."""

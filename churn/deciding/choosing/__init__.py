"""One action or none for each customer, within every limit, and a random holdout."""

"""What is sent in and what goes back, one customer or many."""

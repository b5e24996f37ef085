"""What an offer costs, saves and is worth, and what a customer is worth."""

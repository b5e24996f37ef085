"""Who may ask, how often, how much and for how long, and every refusal in one shape."""

"""A list and a Model become a scored list with exact reasons, and answers to "what if"."""

"""How good scores are: told by customers never seen, in numbers and in money."""

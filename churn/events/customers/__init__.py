"""Who is a customer on a date, and what is told of each."""

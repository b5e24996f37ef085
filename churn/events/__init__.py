"""Events become customers: a log in, one row per customer as of a date out, never looking past that date."""

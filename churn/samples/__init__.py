"""Made-up businesses with known truth: every list and log here is drawn from a seed, none of it is a real customer."""

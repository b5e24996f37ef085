"""What is noted of each request: for the log, for Prometheus, for the book."""

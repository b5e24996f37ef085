"""Benchmarks: both sides in one run, equality first, CPU seconds; run as `python -m tests.bench.<wing>`."""

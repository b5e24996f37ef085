"""Benchmarks: both sides in one run, equality first, CPU seconds; run as `python -m tests.bench.<wing>`."""

import os

# Read when the libraries load, so before any of them: waiting threads that spin cost more than the work itself.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

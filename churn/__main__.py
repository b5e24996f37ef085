"""`python -m churn VERB`: the command line."""

import sys

from churn.cli.main import run_line

if __name__ == "__main__":
    sys.exit(run_line(sys.argv[1:]))

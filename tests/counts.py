"""How many tests there are of each kind: python -m tests.counts."""

import sys
from collections import Counter

import pytest

KINDS = ("browser", "spark", "postgres", "slow")


class Counting:
    """Counts what pytest finds, instead of running it."""

    def __init__(self):
        self.of_kind, self.files = Counter(), set()

    def pytest_collection_finish(self, session):
        for item in session.items:
            self.files.add(item.path)
            kinds = [kind for kind in KINDS if item.get_closest_marker(kind)]
            self.of_kind.update(kinds[:1] or ["first"])


def main() -> int:
    """Print the table."""
    counting = Counting()
    code = pytest.main(["--collect-only", "-p", "no:terminal", "-o", "addopts=--strict-markers"], plugins=[counting])
    found = counting.of_kind
    print(f"{found['first']:>6}  make test, in {len(counting.files)} files with all others")
    for kind in KINDS:
        print(f"{found[kind]:>6}  {kind}")
    print(f"{found.total():>6}  make test-all")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())

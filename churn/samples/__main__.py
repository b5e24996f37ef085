"""`python -m churn.samples`: make the shipped sample files again from their seed (`make samples`)."""

from __future__ import annotations

import sys

from churn.samples.shipped import write_shipped


def main() -> int:
    """Make them, and say which files were written and how large they are."""
    files = write_shipped()
    for path in files:
        sys.stdout.write(f"{path.name:28} {path.stat().st_size:>10,} bytes\n")
    sys.stdout.write(f"{'together':28} {sum(p.stat().st_size for p in files):>10,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

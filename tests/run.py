"""All tests, on SQLite and then, those that touch a database, on PostgreSQL: `make test`."""

from __future__ import annotations

import subprocess
import sys

RUNS = (
    ("on SQLite", ["--cov", "--cov-report="]),
    ("on PostgreSQL", ["--database", "postgresql", "-m", "not browser", "--cov", "--cov-append", "--cov-report="]),
)


def main() -> int:
    """Run the suite on each database, then hold the coverage to its floor; returns the exit code."""
    for told, options in RUNS:
        print(f"Tests {told} ...", flush=True)
        code = subprocess.run([sys.executable, "-m", "pytest", "-q", *options, *sys.argv[1:]], check=False).returncode
        if code:
            return code
    return subprocess.run([sys.executable, "-m", "tests.coverage_floor"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

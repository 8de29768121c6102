"""All tests side by side: `make test` runs each once, and on PostgreSQL those in which databases differ.

`make test-postgresql` runs every service's test there too; the gate runs both.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

# The runs wait for their databases and for the browser more than they compute.
SIDE_BY_SIDE = 3
# Coverage makes the tests half as slow again, so it is measured where it is held to its floors: in the gate.
IS_GATE = bool(os.environ.get("CI"))
# Where a container says not to, each of a hundred processes would compile the same modules anew.
KEEPS_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True)
class Run:
    """One run of the suite."""

    name: str
    options: tuple[str, ...]
    is_covered: bool = True


ON_POSTGRESQL = "not browser and not anywhere and not page"
DIFFERING = f"differs and {ON_POSTGRESQL}"
# The one run on SQLite would take as long as the others together, so it goes in three.
SHARED, BROUGHT = "tests/kb", "tests/kb/importing"
# The longest first, so that none is left to the end with a core idle beside it.
EACH_ONCE = (
    Run("on SQLite, what plans share", ("-m", "not browser", SHARED, "--ignore", BROUGHT)),
    Run("on SQLite, the rest", ("-m", "not browser", "--ignore", SHARED)),
    Run("in Chromium", ("-m", "browser", "tests/browser"), is_covered=False),
    Run("on PostgreSQL, where databases differ", ("--database", "postgresql", "-m", DIFFERING), is_covered=False),
    Run("on SQLite, what is brought from files", ("-m", "not browser", BROUGHT)),
)
AGAIN_ON_POSTGRESQL = (
    Run("on PostgreSQL, what plans share", ("--database", "postgresql", "-m", ON_POSTGRESQL, SHARED), is_covered=False),
    Run(
        "on PostgreSQL, the rest",
        ("--database", "postgresql", "-m", ON_POSTGRESQL, "--ignore", SHARED),
        is_covered=False,
    ),
)


def run(one: Run, place: int, folder: Path, arguments: list[str]) -> tuple[int, str]:
    """Run the suite once; returns its exit code and what it printed."""
    started = time.monotonic()
    templates = folder / "templates"
    templates.mkdir(exist_ok=True)
    cover = ["--cov", "--cov-report="] if one.is_covered and IS_GATE else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *one.options, *cover, *arguments],
        env={
            **os.environ,
            **KEEPS_BYTECODE,
            "COVERAGE_FILE": str(folder / f".coverage.{place}"),
            "KB_TEST_TEMPLATES": str(templates),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f"Tests {one.name}: {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return done.returncode, done.stdout


def main() -> int:
    """Run everything, print what each run said; in the gate hold the coverage to its floors. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again-on-postgresql", action="store_true", help="every service's test, on PostgreSQL alone")
    chosen, arguments = parser.parse_known_args()
    runs = AGAIN_ON_POSTGRESQL if chosen.again_on_postgresql else EACH_ONCE
    print(f"Running tests {', '.join(one.name for one in runs)}; this takes some minutes ...", flush=True)
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        folder = Path(name)
        results = list(pool.map(lambda numbered: run(numbered[1], numbered[0], folder, arguments), enumerate(runs)))
        for one, (code, printed) in zip(runs, results, strict=True):
            lines = printed.rstrip().splitlines()
            print(f"\n== {one.name}", *(lines if code else lines[-1:]), sep="\n", flush=True)
        if any(code for code, _ in results):
            return 1
        if not IS_GATE or runs is not EACH_ONCE:
            return 0
        return subprocess.run([sys.executable, "-m", "tests.coverage_floor", name], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

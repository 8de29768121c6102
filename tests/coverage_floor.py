"""Holds branch coverage to its floors: 100 % of the rules, 90 % of everything else."""

from __future__ import annotations

import sys

from coverage import Coverage

RULES = (
    "actions/indicators/limits.py",
    "actions/indicators/on_track.py",
    "actions/indicators/periods.py",
    "actions/indicators/run_charts.py",
    "actions/indicators/special_causes.py",
    "actions/indicators/variation.py",
    "actions/reviews/cycle.py",
    "actions/reviews/slipping.py",
    "actions/schedule.py",
    "actions/requests/deciding.py",
    "actions/reminding/falling_due.py",
    "actions/reminding/stages.py",
    "graph/coverage/counting.py",
    "graph/network.py",
    "graph/gaps/in_links.py",
    "graph/impact/touching.py",
    "graph/reach.py",
    "graph/threads/thread.py",
    "kb/mailing/mail_states.py",
    "kb/permissions.py",
)
FLOOR = 90.0
WHOLE = 100.0


def main() -> int:
    """Combine the coverage in the folder given, print what falls short; returns 1 when anything does."""
    coverage = Coverage(data_file=f"{sys.argv[1]}/.coverage")
    coverage.combine([sys.argv[1]])
    with open("/dev/null", "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        short = [
            f"{rule}: {share:.1f} %"
            for rule in RULES
            if (share := coverage.report(include=[rule], file=nowhere)) < WHOLE
        ]
        whole = coverage.report(file=nowhere)
    full = f"{len(RULES) - len(short)} of {len(RULES)}"
    print(f"Branch coverage {whole:.1f} % (floor {FLOOR:.0f} %); rules at {WHOLE:.0f} %: {full}")
    for line in short:
        print("Below 100 %:", line)
    return 1 if short or whole < FLOOR else 0


if __name__ == "__main__":
    sys.exit(main())

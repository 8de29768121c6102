"""Runs the trials and prints one line for each: python tests/trials/run.py --scale 1 [--only mail].

At scale 1 each trial is made 60 times; `.ci/run` uses 0.02. Every trial also runs once against a variant that is
broken on purpose; a trial that does not notice it proves nothing, and the run fails.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

MODULES = (
    *("mail_trial", "senders_trial", "web_trial", "index_trial", "workers_trial", "editors_trial", "updates_trial"),
    *("import_trial", "pack_trial", "five_years_trial", "backup_trial", "fuzz_trial", "files_trial"),
)
FEWEST = 2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 for the full size, 0.02 for a fiftieth")
    parser.add_argument("--only", default="", help="the name of one trial")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    from tests.trials import ground

    modules = [importlib.import_module(f"tests.trials.{name}") for name in MODULES]
    trials = [trial for module in modules for trial in (module.TRIALS if hasattr(module, "TRIALS") else [module.TRIAL])]
    trials = [trial for trial in trials if trial.name.startswith(chosen.only)]
    if not trials:
        parser.error(f"there is no trial called {chosen.only}")
    try:
        return max([_report(trial, chosen.scale) for trial in trials])
    finally:
        ground.clear_templates()


def _report(trial: object, scale: float) -> int:
    from tests.trials.ground import Trial

    assert isinstance(trial, Trial)
    began = time.monotonic()
    try:
        outcome = trial.run(max(FEWEST, round(trial.at_full_size * scale)))
        is_caught = trial.control().wrong[trial.control_shows] > 0
    except RuntimeError as error:
        print(f"{trial.name}: BROKE OFF: {error}", flush=True)
        return 1
    line = outcome.line(trial.name, "control caught" if is_caught else "CONTROL NOT CAUGHT")
    print(f"{line} [{time.monotonic() - began:.0f} s]", flush=True)
    return int(outcome.is_bad or not is_caught)


if __name__ == "__main__":
    sys.exit(main())

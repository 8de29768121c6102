"""Loading the seed folder in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from kb.seeding import demonstration, folder
from kb.seeding.loader import Loader, Progress, Report, load_plan, load_vocabulary

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from sqlalchemy.orm import Session


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def load(session: Session, path: Path, *, today: date, is_demonstration: bool, progress: Progress = quiet) -> Report:
    """Load everything that the folder says and the database has not.

    Records that are there stay as they are; those that a person has edited are listed. Demonstration dates and
    accounts come only with `is_demonstration`, and only for what this loading makes.

    Raises Malformed, before anything is written, when a file cannot be used.
    """
    seed = folder.read(path)
    loader = Loader(session)
    load_vocabulary(loader, seed)
    for plan_folder in seed.plans:
        plan = load_plan(loader, plan_folder, progress)
        if is_demonstration:
            demonstration.load_dates(loader, plan_folder, plan, today)
            loader.report.made["account"] += demonstration.add_accounts(session, plan, today)
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        # Its planner knows nothing of rows that were just written, and would join them in the worst order.
        session.execute(text("ANALYZE"))
    return loader.report

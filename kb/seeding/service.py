"""Loading the seed folder in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.db import learn_sizes
from kb.seeding import demonstration, folder, plans, sources, vocabulary
from kb.seeding.loader import Loader, Progress, Report

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kb.seeding import entries as e


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def load(session: Session, path: Path, *, today: date, is_demonstration: bool, progress: Progress = quiet) -> Report:
    """Load everything that the folder says and the database has not.

    Records that are there stay as they are; those that a person has edited are listed. Demonstration dates, readings
    and accounts come only with `is_demonstration`, and only for what this loading makes.

    Raises Malformed, before anything is written, when a file cannot be used.
    """
    seed = folder.read(path)
    loader = Loader(session)
    _load(loader, seed, progress)
    if is_demonstration:
        demonstration.load(loader, seed, today)
    loader.flush()
    learn_sizes(session)
    return loader.report


def _load(loader: Loader, seed: e.Seed, progress: Progress) -> None:
    """Each part after those that it names."""
    vocabulary.load_vocabulary(loader, seed)
    vocabulary.load_posts(loader, seed.posts)
    sources.load_sources(loader, seed.sources)
    for plan_folder in seed.plans:
        plans.load_plan(loader, plan_folder, progress)
    catalogue = seed.catalogue
    sources.load_key_points(loader, ((point, None) for point in catalogue.key_points))
    sources.load_figures(loader, catalogue)
    sources.load_sets(loader, catalogue.sets, catalogue.priorities)
    for plan_folder in seed.plans:
        plans.load_indicators(loader, plan_folder)
    sources.load_relations(loader, seed.relations)

"""Fixtures of the search tests: an index of each test's own, and asking it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kb.permissions import SYSTEM
from search import service
from search.language.asked import Asked
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.db import Database
    from search.answers.results import Results

QUESTIONS = Path(__file__).resolve().parents[3] / "shared" / "search_questions.yaml"
collect_ignore = [] if QUESTIONS.exists() else ["test_questions.py"]


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a data folder, and so an index, of the test's own."""
    return replace(settings, database_url=settings.database, data_dir=tmp_path)


@pytest.fixture
def keep_up(session: Session, database: Database, own: Settings) -> Callable[[], None]:
    """What the worker's tick does."""

    def tick() -> None:
        session.commit()
        service.ensure(database, own)
        service.catch_up(database, own)

    return tick


@pytest.fixture
def ask(session: Session, own: Settings, keep_up: Callable[[], None]) -> Callable[..., Results]:
    """Bring the index up to date, then search: ask("words", person=…, filters={…})."""

    def asking(question: str, person: Any = SYSTEM, filters: Any = None, **options: Any) -> Results:
        keep_up()
        paged = {"today": TODAY, **{name: options.pop(name) for name in ("today", "page", "limit") if name in options}}
        asked = replace(Asked.by_name(question, filters or {}), **options)
        found = service.find(session, own, person, asked, **paged)
        assert not found.is_fallback
        return found

    return asking

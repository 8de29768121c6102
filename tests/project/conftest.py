"""The seed, loaded once for each module that looks at all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import seeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.config import Settings
    from kb.db import Database


@pytest.fixture(scope="module")
def seed(
    empty_database: Database, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[seeded.Seeded]:
    """The whole seed with its demonstration accounts."""
    yield from seeded.load(empty_database, settings, tmp_path_factory.mktemp("seeded"))

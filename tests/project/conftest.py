"""The seed, loaded once for all modules that look at the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import seeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.config import Settings


@pytest.fixture(scope="session")
def loaded(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[seeded.Loaded]:
    """The whole seed with its demonstration accounts."""
    yield from seeded.load(settings, tmp_path_factory.mktemp("seeded"))


@pytest.fixture(scope="module")
def seed(loaded: seeded.Loaded) -> Iterator[seeded.Seeded]:
    """An application over the seed, of each module's own."""
    yield from seeded.serve(loaded)

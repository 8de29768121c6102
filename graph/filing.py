"""What records are filed under and where sources apply, as bare columns of the map's snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kb.models.record import record_theme
from kb.models.source import SourceNation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Filing:
    """The records of each theme, by its id, and the sources of each nation; one for the whole UK is of all four."""

    by_theme: Mapping[int, frozenset[int]]
    by_nation: Mapping[str, frozenset[int]]

    def of_theme(self, id: int) -> frozenset[int]:
        """The records that carry a theme."""
        return self.by_theme.get(id, frozenset())

    def of_nation(self, nation: str) -> frozenset[int]:
        """The sources of a nation."""
        return self.by_nation.get(nation, frozenset())


def filed(session: Session) -> Filing:
    """How everything is filed, whoever may see it."""
    theme, source = record_theme.c, SourceNation.__table__.c
    connection = session.connection()
    return Filing(
        _grouped(connection.execute(select(theme.theme_id, theme.record_id))),
        _grouped(connection.execute(select(source.nation, source.source_id))),
    )


def _grouped(rows: Iterable[Any]) -> dict[Any, frozenset[int]]:
    found: dict[Any, list[int]] = defaultdict(list)
    for group, id in rows:
        found[group].append(id)
    return {group: frozenset(ids) for group, ids in found.items()}

"""Rows of one file that may mean the same new record: pointed out on both, so that a person says whether they do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.importing.fields import plain
from kb.importing.kinds import KINDS
from kb.importing.proposals import NEW, SAME_AS
from kb.models.importing import ImportRow, ImportState, Outcome
from kb.removal.likeness import NEAR_ENOUGH, nearness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from kb.models.importing import Import

WRITING = (Outcome.CREATE, Outcome.CHANGE)


@dataclass(frozen=True, slots=True)
class Twin:
    """Another row that makes a record of nearly this title; `is_shared` where this row uses what that one makes.

    It `may_be_chosen` as what the row means: an earlier row makes it, and it is like the first new one that is named.
    """

    row_id: int
    place: str
    title: str
    is_earlier: bool
    is_shared: bool
    may_be_chosen: bool

    @property
    def choice(self) -> str:
        """What a person chooses to say that the row means the record of this twin."""
        return SAME_AS + self.title


def list_twins(session: Session, incoming: Import, rows: Iterable[ImportRow]) -> dict[int, list[Twin]]:
    """By the ids of these rows the other rows that may mean what they make, or make what they use."""
    kind = KINDS[incoming.kind]
    named = [(row, kind.titles_in(row.values, row.match)) for row in rows]
    found: dict[int, list[Twin]] = defaultdict(list)
    if incoming.state != ImportState.READY or not any(titles for _, titles in named):
        return found
    query = select(ImportRow).where(
        ImportRow.import_id == incoming.id, ImportRow.outcome.in_(WRITING), ~ImportRow.is_skipped
    )
    query = query.order_by(ImportRow.position)
    makers = [(one, title) for one in session.scalars(query) for title in kind.new_titles(one.differences)]
    for row, titles in named:
        own = kind.new_titles(row.differences)
        for maker, title in makers:
            is_earlier = maker.position < row.position
            is_shared = is_earlier and plain(title) in titles and title not in own
            if maker.id == row.id or not (is_shared or _are_near(row, own, maker, title)):
                continue
            may_be_chosen = is_earlier and (is_shared or _are_near(row, own[:1], maker, title))
            found[row.id].append(Twin(maker.id, maker.place, title, is_earlier, is_shared, may_be_chosen))
    return found


def list_related(
    session: Session, incoming: Import, changed: Sequence[ImportRow], titles: frozenset[str]
) -> Sequence[ImportRow]:
    """These rows and all others that come in and name one of these titles, in the order of the file."""
    if not titles:
        return [row for row in changed if not row.is_skipped]
    kind = KINDS[incoming.kind]
    query = select(ImportRow).where(ImportRow.import_id == incoming.id, ~ImportRow.is_skipped)
    rows = session.scalars(query.order_by(ImportRow.position))
    return [row for row in rows if row in changed or kind.titles_in(row.values, row.match) & titles]


def _are_near(row: ImportRow, own: Sequence[str], maker: ImportRow, title: str) -> bool:
    """Whether both make something of nearly the same title, and nobody has said that they are two."""
    if row.is_skipped or NEW in (row.match, maker.match):
        return False
    return any(nearness(plain(one), plain(title)) >= NEAR_ENOUGH for one in own)

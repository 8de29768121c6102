"""Which records answer a question wholly: every word of it, or what counts as it, stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from search.index.expanding import Glossary, groups_of
from search.index.narrowing import allowed_to, conditions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search.index.expanding import Group
    from search.index.narrowing import Standing
    from search.index.snapshot import Ids, Mask, Snapshot
    from search.language.filters import Filters
    from search.language.query import Query
    from search.language.understanding import Hint


def wholly(
    snapshot: Snapshot,
    query: Query,
    filters: Filters,
    readers: frozenset[str] | None,
    *,
    glossary: Glossary,
    standing: Standing | None = None,
    hints: Sequence[Hint] = (),
) -> Ids:
    """The places of these records; a filter whose value nothing bears leaves none.

    What the question says in words about where records are filed may stand in them or be where they are filed.
    """
    matching = allowed_to(snapshot, readers)
    groups = groups_of(snapshot, query.wanted, glossary, hints)[0]
    if query.wanted and not groups:
        matching[:] = False
    for group in groups:
        matching &= _having(snapshot, group, standing)
    for group in groups_of(snapshot, query.unwanted, Glossary())[0]:
        matching &= ~_having(snapshot, group, standing)
    for condition in conditions_of(snapshot, filters, standing).values():
        matching &= condition
    return np.flatnonzero(matching).astype(np.int32)


def _having(snapshot: Snapshot, group: Group, standing: Standing | None) -> Mask:
    having = np.zeros(snapshot.size, np.bool_)
    for alternative in group.alternatives:
        for name in alternative.fields:
            having[snapshot.phrase(name, alternative.words)] = True
    for filed in group.filed:
        conditions = list(conditions_of(snapshot, filed, standing).values())
        if conditions:
            having |= np.logical_and.reduce(conditions)
    return having

"""Which records the reader may find and the filters leave, and how many each further filter would leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from search.index.snapshot import Mask, Snapshot
from search.query import Filters

FACETS = ("kind", "theme", "nation", "category", "source_kind", "status", "plan")


def allowed_to(snapshot: Snapshot, readers: frozenset[str] | None) -> Mask:
    """Which places a person with these marks may find."""
    if readers is None:
        return snapshot.alive.copy()
    return snapshot.alive & _having(snapshot, "readers", readers) & _having(snapshot, "parent_readers", readers)


def conditions_of(snapshot: Snapshot, filters: Filters) -> dict[str, Mask]:
    """For each field that the filters name, the places that they leave."""
    conditions = {name: _having(snapshot, name, values) for name, values in filters.values().items()}
    if filters.year_from is not None or filters.year_to is not None:
        conditions["year"] = _between(snapshot, filters)
    return conditions


def _having(snapshot: Snapshot, name: str, values: Iterable[str]) -> Mask:
    mask = np.zeros(snapshot.size, np.bool_)
    for value in values:
        mask[snapshot.ids(name, value)] = True
    return mask


def _between(snapshot: Snapshot, filters: Filters) -> Mask:
    first, last = filters.year_from or 0, filters.year_to or 9999
    return _having(snapshot, "year", [year for year in snapshot.lexicon("year") if first <= int(year) <= last])


def counts_of(snapshot: Snapshot, name: str, allowed: Mask, conditions: Mapping[str, Mask]) -> dict[str, int]:
    """How many records each value would leave, were it chosen beside what the other fields hold."""
    mask = allowed
    for other, condition in conditions.items():
        if other != name:
            mask = mask & condition
    counts = {value: int(np.count_nonzero(mask[snapshot.ids(name, value)])) for value in snapshot.lexicon(name)}
    return {value: count for value, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])) if count}

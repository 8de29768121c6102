"""The values of a field as numbers, so that counting is one pass over an array and not one over each value's list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.index.snapshot import NO_IDS, Ids, Mask, Snapshot

Texts = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """For each place and each value that it has, one pair of numbers: `places` and `numbers` are in step.

    Where no place has two values, `single` holds for every place the number of its value and one, 0 for none.
    """

    values: tuple[str, ...]
    places: Ids
    numbers: Ids
    single: Ids | None

    def counts(self, mask: Mask, places: Ids) -> dict[str, int]:
        """How many of the places in the mask have each value, most first; `places` are the same places as numbers."""
        if self.single is None:
            found = np.bincount(self.numbers[mask[self.places]], minlength=len(self.values))
        else:
            found = np.bincount(self.single[places], minlength=len(self.values) + 1)[1:]
        present = np.flatnonzero(found)
        ordered = present[np.argsort(-found[present], kind="stable")]
        return {self.values[number]: int(found[number]) for number in ordered}

    def having(self, values: tuple[str, ...], size: int) -> Mask:
        """The places that have one of the values."""
        wanted = np.isin(self.numbers, [number for number, value in enumerate(self.values) if value in values])
        mask = np.zeros(size, np.bool_)
        mask[self.places[wanted]] = True
        return mask


def codes_of(snapshot: Snapshot, name: str) -> Codes:
    """The values that the index holds in a field; worked out once for each state of the index."""
    kept: Codes | None = snapshot.derived.get(f"codes {name}")
    if kept is None:
        kept = snapshot.derived[f"codes {name}"] = _coded(snapshot, snapshot.values(name))
    return kept


def codes_of_records(snapshot: Snapshot, values: Mapping[int, str]) -> Codes:
    """The same for values that the index does not hold, by the ids of the records."""
    ids = texts_of(snapshot, "id").astype(np.int64)
    known = np.array(sorted(values), np.int64)
    places = np.flatnonzero(snapshot.alive & np.isin(ids, known)).astype(np.int32)
    of_each = np.array([values[int(ids[place])] for place in places], np.str_)
    return _coded(snapshot, {str(value): places[of_each == value] for value in np.unique(of_each)})


def codes_moved(snapshot: Snapshot, name: str, ids: Collection[int], value: str) -> Codes:
    """The values that the index holds in a field, but this one for the records with these ids."""
    moved = snapshot.alive & np.isin(texts_of(snapshot, "id").astype(np.int64), np.array(sorted(ids), np.int64))
    lists = {each: places[~moved[places]] for each, places in snapshot.values(name).items()}
    lists[value] = np.union1d(lists.get(value, NO_IDS), np.flatnonzero(moved)).astype(np.int32)
    return _coded(snapshot, {each: lists[each] for each in sorted(lists)})


def texts_of(snapshot: Snapshot, name: str) -> Texts:
    """The value of a sortable field for every place, as an array that can be compared."""
    kept: Texts | None = snapshot.derived.get(f"texts {name}")
    if kept is None:
        kept = snapshot.derived[f"texts {name}"] = np.array(snapshot.column(name), np.str_)
    return kept


def ranks_of(snapshot: Snapshot, name: str) -> Ids:
    """For every place its rank by a sortable field; equal values have equal ranks."""
    kept: Ids | None = snapshot.derived.get(f"ranks {name}")
    if kept is None:
        ranks = np.unique(texts_of(snapshot, name), return_inverse=True)[1]
        kept = snapshot.derived[f"ranks {name}"] = ranks.astype(np.int32)
    return kept


def _coded(snapshot: Snapshot, lists: Mapping[str, Ids]) -> Codes:
    places = np.concatenate([NO_IDS, *lists.values()])
    numbers = np.repeat(np.arange(len(lists), dtype=np.int32), [len(each) for each in lists.values()])
    single = None
    if np.bincount(places, minlength=1).max() <= 1:
        single = np.zeros(snapshot.size, np.int32)
        single[places] = numbers + 1
    return Codes(tuple(lists), places, numbers, single)

"""Which records the reader may find and the filters leave, and how many each further filter would leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from search.index.coding import Codes, codes_of, texts_of
from search.index.snapshot import Mask, Snapshot
from search.language import due
from search.language.filters import Filters

SCHEDULE, STATUS = "schedule", "status"
FACETS = (
    "kind", "theme", "nation", "category", "source_kind", "publisher", "year", STATUS, "staff_group", "plan",
    "owner", SCHEDULE,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How records stand on one day, which no index can hold, and the ids of the actions that are overdue.

    `status` has as ended what has run its time by then; without it the status is as it was written.
    """

    today: date
    schedule: Codes
    overdue: frozenset[int]
    status: Codes | None = None

    def codes(self, name: str) -> Codes | None:
        """The values of a field that depends on the day."""
        return {SCHEDULE: self.schedule, STATUS: self.status}.get(name)


def allowed_to(snapshot: Snapshot, readers: frozenset[str] | None) -> Mask:
    """Which places a person with these marks may find."""
    if readers is None:
        return snapshot.alive.copy()
    return snapshot.alive & _having(snapshot, "readers", readers) & _having(snapshot, "parent_readers", readers)


def conditions_of(snapshot: Snapshot, filters: Filters, standing: Standing | None = None) -> dict[str, Mask]:
    """For each field that the filters name, the places that they leave; without a day, what needs one leaves none."""
    conditions = {
        name: _having(snapshot, name, values)
        for name, values in filters.values().items()
        if name not in (SCHEDULE, "due")
    }
    nothing = np.zeros(snapshot.size, np.bool_)
    if filters.schedule:
        conditions[SCHEDULE] = standing.schedule.having(filters.schedule, snapshot.size) if standing else nothing
    if filters.status and standing and standing.status:
        conditions[STATUS] = standing.status.having(filters.status, snapshot.size)
    if filters.due:
        conditions["due"] = _due(snapshot, filters.due, standing.today) if standing else nothing
    if filters.year_from is not None or filters.year_to is not None:
        conditions["year"] = _between(snapshot, filters)
    return conditions


def counts_of(
    snapshot: Snapshot,
    names: Iterable[str],
    allowed: Mask,
    conditions: Mapping[str, Mask],
    standing: Standing | None = None,
) -> dict[str, dict[str, int]]:
    """How many records each value would leave, were it chosen beside what the other fields hold."""
    all_hold = allowed
    for condition in conditions.values():
        all_hold = all_hold & condition
    found = np.flatnonzero(all_hold).astype(np.int32)
    counts = {}
    for name in names:
        mask, places = all_hold, found
        if name in conditions:
            mask = allowed
            for other, condition in conditions.items():
                if other != name:
                    mask = mask & condition
            places = np.flatnonzero(mask).astype(np.int32)
        codes = standing.codes(name) if standing is not None else None
        if codes is None and name != SCHEDULE:
            codes = codes_of(snapshot, name)
        if codes is not None:
            counts[name] = codes.counts(mask, places)
    return counts


def _having(snapshot: Snapshot, name: str, values: Iterable[str]) -> Mask:
    mask = np.zeros(snapshot.size, np.bool_)
    for value in values:
        mask[snapshot.ids(name, value)] = True
    return mask


def _between(snapshot: Snapshot, filters: Filters) -> Mask:
    first, last = filters.year_from or 0, filters.year_to or 9999
    return _having(snapshot, "year", [year for year in snapshot.lexicon("year") if first <= int(year) <= last])


def _due(snapshot: Snapshot, values: Iterable[str], today: date) -> Mask:
    days = texts_of(snapshot, "due")
    is_open = _having(snapshot, "kind", ["action"]) & _having(snapshot, "status", ["open"])
    mask = np.zeros(snapshot.size, np.bool_)
    for value in values:
        if value == due.NONE:
            mask |= is_open & (days == "")
            continue
        span = due.span_of(value, today)
        within = (days != "") & (days >= span.first.isoformat()) & (days <= span.last.isoformat())
        mask |= within & is_open if span.is_of_open else within
    return mask

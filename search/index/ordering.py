"""In what order hits come."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from kb.models.record import Kind
from search.index.coding import ranks_of, texts_of
from search.index.snapshot import NO_IDS, Ids, Scores, Snapshot
from search.language.filters import Filters


class Order(StrEnum):
    """In what order hits come; by their dates, equal ones by their score.

    By kind, sources come first and of each kind the newest.
    """

    BEST = "best"
    NEWEST = "newest"
    DUE = "due"
    TITLE = "title"
    KIND = "kind"


_KINDS = tuple(Kind)


def usual(order: Order, filters: Filters) -> Order:
    """The order of what filters alone leave, where nothing matches better than anything else."""
    if order != Order.BEST:
        return order
    return Order.DUE if filters.due or filters.schedule else Order.KIND


def in_order(snapshot: Snapshot, places: Ids, scores: Scores, order: Order) -> Ids:
    if len(places) == 0:
        return NO_IDS
    worth = -scores[places]
    match order:
        case Order.TITLE:
            keys: tuple[Ids | Scores, ...] = (ranks_of(snapshot, "title_key")[places],)
        case Order.NEWEST:
            keys = (worth, -ranks_of(snapshot, "day")[places])
        case Order.DUE:
            keys = (worth, ranks_of(snapshot, "due")[places], _turn(snapshot)[places])
        case Order.KIND:
            titles = ranks_of(snapshot, "title_key")[places]
            keys = (titles, -ranks_of(snapshot, "day")[places], _turn_of_kinds(snapshot)[places])
        case _:
            keys = (worth,)
    return places[np.lexsort(keys)]


def _turn_of_kinds(snapshot: Snapshot) -> Ids:
    kept: Ids | None = snapshot.derived.get("turn of kinds")
    if kept is None:
        kept = np.full(snapshot.size, len(_KINDS), np.int32)
        for number, kind in enumerate(_KINDS):
            kept[snapshot.ids("kind", kind)] = number
        snapshot.derived["turn of kinds"] = kept
    return kept


def _turn(snapshot: Snapshot) -> Ids:
    """What is open and has a date comes first, then what had one and is closed, then what has none."""
    turn = np.where(texts_of(snapshot, "due") == "", 2, 1).astype(np.int32)
    is_open = np.zeros(snapshot.size, np.bool_)
    is_open[snapshot.ids("status", "open")] = True
    turn[is_open & (turn == 1)] = 0
    return turn

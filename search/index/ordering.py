"""In what order hits come."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from search.index.snapshot import NO_IDS, Ids, Scores, Snapshot


class Order(StrEnum):
    """In what order hits come."""

    BEST = "best"
    NEWEST = "newest"
    TITLE = "title"


def in_order(snapshot: Snapshot, places: Ids, scores: Scores, order: Order) -> Ids:
    if len(places) == 0:
        return NO_IDS
    if order == Order.BEST:
        return places[np.argsort(-scores[places], kind="stable")]
    titles = snapshot.column("title_key")
    if order == Order.TITLE:
        return np.array(sorted(places, key=lambda place: titles[place]), np.int32)
    days = snapshot.column("day")
    return np.array(sorted(places, key=lambda place: (days[place], scores[place]), reverse=True), np.int32)

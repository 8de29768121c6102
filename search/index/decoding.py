"""Reading whoosh's lists of postings whole, a block at a time.

The attributes with an underscore are whoosh's own; the version is pinned, and the slow ways give the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3LeafMatcher

Numbers = NDArray[np.int32]
Keys = NDArray[np.int64]
Weights = NDArray[np.float64]
# Places of words are told as one number: that of the record, shifted, and that of the word in its field.
SHIFT = 32


def decoded(matcher: Any) -> tuple[Numbers, Weights]:
    """All numbers and weights of a list of postings."""
    matcher = getattr(matcher, "child", matcher)
    if not isinstance(matcher, W3LeafMatcher):
        return decoded_slowly(matcher)
    ids: list[int] = []
    weights: list[float] = []
    while not matcher._atend:
        matcher._read_ids()
        matcher._read_weights()
        ids.extend(matcher._ids)
        weights.extend(matcher._weights)
        matcher._next_block()
    return np.array(ids, np.int32), np.array(weights, np.float64)


def decoded_slowly(matcher: Any) -> tuple[Numbers, Weights]:
    """The same through the public methods, one posting at a time."""
    ids, weights = [], []
    while matcher.is_active():
        ids.append(matcher.id())
        weights.append(matcher.weight())
        matcher.next()
    return np.array(ids, np.int32), np.array(weights, np.float64)


def positions(matcher: Any) -> Keys:
    """Where a word stands: the number of the record shifted by SHIFT, plus its place in the field; in order."""
    keys: list[int] = []
    while matcher.is_active():
        base = matcher.id() << SHIFT
        keys.extend(base + place for place in matcher.value_as("positions"))
        matcher.next()
    return np.array(keys, np.int64)

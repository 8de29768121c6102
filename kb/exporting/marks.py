"""Names of bookmarks by which a record is known again in a Word document that people have edited since."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256

PREFIX = "gt_"
# Word allows forty characters, of which a number may need some.
DIGITS = 24
_NAME = re.compile(rf"({PREFIX}[0-9a-f]{{{DIGITS}}})(?:_\d+)?")


def mark_of(kind: str, ref: str) -> str:
    """The name of the bookmark around a record; refs themselves hold signs that Word does not allow in names."""
    return PREFIX + sha256(f"{kind}:{ref}".encode()).hexdigest()[:DIGITS]


def mark_in(name: str) -> str | None:
    """What `mark_of` made and `Marks` may have numbered; None for any other bookmark."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


class Marks:
    """Hands out the names of one document, in which no two bookmarks may be called the same."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def name(self, kind: str, ref: str) -> str:
        """The name for a record: with a number where the record has been named before."""
        mark = mark_of(kind, ref)
        self._used[mark] += 1
        return mark if self._used[mark] == 1 else f"{mark}_{self._used[mark]}"

"""Words of the field that mean the same, from a file that people read and correct (`synonyms.yaml`).

The file is read again when it has changed, so that a correction takes effect by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from search.index.analysis import tokens

FILE = Path(__file__).with_name("synonyms.yaml")
LONGEST_ROW = 6
MOST_OTHERS = 6
_SECTIONS = {"same", "wider", "words_too"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Synonyms:
    """For a row of words, in the forms in which they are indexed, the words to search beside them."""

    others: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    words_too: frozenset[str] = frozenset()


_read: dict[Path, tuple[int, Synonyms]] = {}


def current(path: Path = FILE) -> Synonyms:
    """What the file says now; what it said before where it cannot be understood."""
    changed, before = _read.get(path, (0, Synonyms()))
    try:
        mark = path.stat().st_mtime_ns
        if mark != changed:
            _read[path] = (mark, before)
            _read[path] = (mark, checked(yaml.safe_load(path.read_text("utf-8"))))
    except (OSError, ValueError, yaml.YAMLError) as error:
        log.warning("The synonyms were not read: %s", error)
    return _read.get(path, (0, before))[1]


def checked(told: Any) -> Synonyms:
    """The synonyms that a file tells; ValueError says in which entry it is wrong."""
    if not isinstance(told, dict) or told.keys() - _SECTIONS:
        raise ValueError(f"The file has other sections than {', '.join(sorted(_SECTIONS))}")
    same, wider = told.get("same") or [], told.get("wider") or {}
    if not isinstance(same, list) or not isinstance(wider, dict):
        raise ValueError("“same” is a list of lists, “wider” has a list for each of its words")
    others: dict[tuple[str, ...], list[str]] = {}
    for group in same:
        for words in _phrases(group, fewest=2):
            others.setdefault(_row(words), []).extend(other for other in group if _row(other) != _row(words))
    for words, meant in wider.items():
        others.setdefault(_row(words), []).extend(_phrases(meant))
    rows = {row: tuple(dict.fromkeys(each))[:MOST_OTHERS] for row, each in others.items()}
    return Synonyms(rows, frozenset(_phrases(told.get("words_too") or [], fewest=0)))


def _phrases(entry: Any, fewest: int = 1) -> list[str]:
    if not isinstance(entry, list) or len(entry) < fewest or not all(isinstance(each, str) for each in entry):
        raise ValueError(f"An entry is not a list of {fewest} or more texts: {entry!r}")
    return entry


def _row(words: Any) -> tuple[str, ...]:
    row = tuple(tokens(words)) if isinstance(words, str) else ()
    if not 0 < len(row) <= LONGEST_ROW:
        raise ValueError(f"An entry has no words to search for, or too many: {words!r}")
    return row

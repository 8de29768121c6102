"""One sealed state of the index, read into memory: lists of records for words and values, as arrays.

Whoosh holds the lists of postings; they are decoded once for each word and kept, since scoring one posting at a time
in Python misses the budget at 10,000 records (`benchmarks/search_speed.py`). All files are checked before anything in
them is unpickled, and held in memory, so that damage done later cannot reach a running search.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import RamStorage
from whoosh.index import FileIndex

from search.errors import IndexUnusable
from search.index import pointer as pointers
from search.index.analysis import LONGEST_WORD
from search.index.decoding import SHIFT, Keys, decoded, positions
from search.index.store import FIELDS_IN, SCHEMA_MARK

if TYPE_CHECKING:
    from search.index.pointer import Pointer

K1, B = 2.0, 0.75
MOST_ABSENT = 20_000
TRIES, PAUSE = 10, 0.05

Ids = NDArray[np.int32]
Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
NO_IDS: Ids = np.empty(0, np.int32)
NO_SCORES: Scores = np.empty(0, np.float64)
R = TypeVar("R")
NO_KEYS: Keys = np.empty(0, np.int64)

_open: dict[Path, Snapshot] = {}
_opening = threading.Lock()


def current(root: Path) -> Snapshot:
    """The newest sealed state of the index, kept between calls; raises IndexUnusable.

    A commit of another process removes old files just before it names the new ones, so a miss is tried again.
    """
    for attempt in range(TRIES):
        pointer = pointers.read(root)
        if pointer.schema != SCHEMA_MARK:
            raise IndexUnusable("The search index has another schema")
        with _opening:
            held = _open.get(root)
            if held is not None and held.pointer == pointer:
                return held
            try:
                _open[root] = Snapshot(root, pointer, held)
                return _open[root]
            except IndexUnusable:
                if attempt == TRIES - 1 or (pointers.read(root) == pointer and not pointers.is_being_written(root)):
                    raise
        time.sleep(PAUSE)
    raise AssertionError("unreachable")


def forget(root: Path) -> None:
    """Let go of the state held for a folder, for instance after an error in it."""
    with _opening:
        _open.pop(root, None)


class Snapshot:
    """The arrays of one state; all methods may be called from several threads."""

    def __init__(self, root: Path, pointer: Pointer, before: Snapshot | None = None) -> None:
        self.pointer = pointer
        self._lock = threading.RLock()
        self._postings: dict[tuple[str, str], tuple[Ids, Scores]] = {}
        self._absent: set[tuple[str, str]] = set()
        self._places: dict[tuple[str, str], Keys] = {}
        self._lengths: dict[str, Scores] = {}
        self._columns: dict[str, list[str]] = {}
        self._beginnings: dict[tuple[str, str], list[str]] = {}
        self._lexicons: dict[str, dict[str, int]] = {}
        # What others work out from this state and keep with it, so that it is let go of together with it.
        self.derived: dict[str, Any] = {}
        storage = RamStorage()
        for name, digest in pointer.files.items():
            if before is not None and before.pointer.files.get(name) == digest:
                storage.files[name] = before.files[name]
            else:
                storage.files[name] = pointers.checked(root, pointer, name)
        self.files: dict[str, bytes] = storage.files
        with self._reading():
            self._reader = FileIndex(storage).reader()
            # Of an index without records whoosh makes a leaf that is no segment.
            self._leaves = [(leaf, base) for leaf, base in self._reader.leaf_readers() if leaf.doc_count_all()]
            names = {leaf.segment().segment_id() for leaf, _ in self._leaves}
            # Segments never change once written: what was read of them whole stays true in the states that follow.
            read = before.of_segments if before else {}
            self.of_segments: dict[tuple[str, str, str], Any] = {
                key: read[key] for key in list(read) if key[0] in names
            }
            self.size = int(self._reader.doc_count_all())
            self.alive: Mask = np.ones(self.size, np.bool_)
            for leaf, base in self._leaves:
                for number in range(leaf.doc_count_all()) if leaf.has_deletions() else ():
                    self.alive[base + number] = not leaf.is_deleted(number)

    def ids(self, field: str, value: str) -> Ids:
        """The places of the records that have this value in this field, in order."""
        return self.postings(field, value)[0]

    def postings(self, field: str, text: str) -> tuple[Ids, Scores]:
        """The places of the records with this word in this field, and what each is worth (BM25)."""
        found = self._postings.get((field, text))
        if found is None and (field, text) in self._absent:
            return NO_IDS, NO_SCORES
        if found is None:
            with self._reading():
                found = self._read_postings(field, text)
            if len(found[0]):
                self._postings[field, text] = found
            else:
                self._note_absent(field, text)
        return found

    def _note_absent(self, field: str, text: str) -> None:
        """Remember what nobody wrote, up to a point: there is no end to such words."""
        if len(text) > LONGEST_WORD:  # a value of an address may be of any length
            return
        if len(self._absent) >= MOST_ABSENT:
            self._absent = set()
        self._absent.add((field, text))

    def frequency(self, field: str, text: str) -> int:
        """In how many records this word stands in this field, without reading which."""
        with self._reading():
            return int(self._reader.doc_frequency(field, text))

    def phrase(self, field: str, words: tuple[str, ...]) -> Ids:
        """The places of the records in whose field these words stand in a row."""
        if len(words) == 1:
            return self.ids(field, words[0])
        starts = self._positions(field, words[0])
        for place, word in enumerate(words[1:], 1):
            there = self._positions(field, word) - place
            if len(starts) == 0 or len(there) == 0:
                return NO_IDS
            starts = starts[there[np.minimum(np.searchsorted(there, starts), len(there) - 1)] == starts]
        return np.unique(starts >> SHIFT).astype(np.int32)

    def lexicon(self, field: str) -> dict[str, int]:
        """All words or values of a field, in order, with the number of records that have them."""
        found = self._lexicons.get(field)
        if found is None:
            with self._reading():
                found = {word: int(self._reader.doc_frequency(field, word)) for word in self._reader.field_terms(field)}
            self._lexicons[field] = found
        return found

    def beginning(self, field: str, prefix: str) -> list[str]:
        """The words of a field that begin so."""
        found = self._beginnings.get((field, prefix))
        if found is None and (field, f"{prefix}*") in self._absent:
            return []
        if found is None:
            with self._reading():
                found = [word.decode() for word in self._reader.expand_prefix(field, prefix)]
            if found:
                self._beginnings[field, prefix] = found
            else:
                self._note_absent(field, f"{prefix}*")
        return found

    def column(self, field: str) -> list[str]:
        """The value of a sortable field for every place."""
        found = self._columns.get(field)
        if found is None:
            found = [value for leaf, _ in self._leaves for value in self._whole("column", field, leaf, _column)]
            self._columns[field] = found
        return found

    def values(self, field: str) -> dict[str, Ids]:
        """The places of the records that have each value of a field, the values in order."""
        lists: dict[str, list[Ids]] = {}
        for leaf, base in self._leaves:
            for value, ids in self._whole("values", field, leaf, _values).items():
                lists.setdefault(value, []).append(ids + np.int32(base))
        joined = {value: np.concatenate(lists[value]) for value in sorted(lists)}
        return {value: places[self.alive[places]] for value, places in joined.items()}

    def _whole(self, what: str, field: str, leaf: Any, read: Callable[[Any, str], R]) -> R:
        """All of a field in one segment, read once for all the states that hold the segment."""
        key = (leaf.segment().segment_id(), what, field)
        found: R | None = self.of_segments.get(key)
        if found is None:
            with self._reading():
                found = self.of_segments[key] = read(leaf, field)
        return found

    def kept(self, place: int) -> dict[str, Any]:
        """What the index keeps of the record at a place."""
        with self._reading():
            kept: dict[str, Any] = json.loads(self._reader.stored_fields(int(place))["kept"])
        return kept

    def fingerprints(self) -> dict[int, str]:
        """The fingerprint of every record's document."""
        kept = (self.kept(int(place)) for place in np.flatnonzero(self.alive))
        return {each["id"]: each["fingerprint"] for each in kept}

    def _read_postings(self, field: str, text: str) -> tuple[Ids, Scores]:
        ids, weights = [NO_IDS], [NO_SCORES]
        for leaf, base in self._leaves:
            if (field, text) in leaf:
                some, their_weights = decoded(leaf.postings(field, text))
                ids.append(some + np.int32(base))
                weights.append(their_weights)
        numbers, frequencies = np.concatenate(ids), np.concatenate(weights)
        keep = self.alive[numbers]
        # Whoosh counts what is deleted but not merged away, here as in its own scoring.
        idf = np.log(max(1, self.size) / (len(numbers) + 1)) + 1
        numbers, frequencies = numbers[keep], frequencies[keep]
        if not self._reader.schema[field].scorable:
            return numbers, frequencies
        lengths = self._field_lengths(field)[numbers]
        # Both languages are on one scale: a field that few records have in Welsh is not long for that.
        both = zip(*FIELDS_IN.values(), strict=True)
        sisters = next((names for names in both if field in names), (field,))
        average = sum(self._reader.field_length(each) for each in sisters) / (self.size or 1) or 1.0
        worth = idf * (frequencies * (K1 + 1)) / (frequencies + K1 * ((1 - B) + B * lengths / average))
        return numbers, worth

    def _field_lengths(self, field: str) -> Scores:
        found = self._lengths.get(field)
        if found is None:
            lengths = [
                leaf.doc_field_length(number, field)
                for leaf, _ in self._leaves
                for number in range(leaf.doc_count_all())
            ]
            found = self._lengths[field] = np.array(lengths, np.float64)
        return found

    def _positions(self, field: str, word: str) -> Keys:
        """Where a word stands in the records that were not deleted (see `decoding.positions`)."""
        found = self._places.get((field, word))
        if found is None:
            with self._reading():
                told = [
                    positions(leaf.postings(field, word)) + (base << SHIFT)
                    for leaf, base in self._leaves
                    if (field, word) in leaf
                ]
            keys = np.concatenate([NO_KEYS, *told])
            found = keys[self.alive[keys >> SHIFT]]
            if len(found):
                self._places[field, word] = found
        return found

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One thread at a time, and whatever whoosh meets in a file is one error."""
        with self._lock:
            try:
                yield
            except IndexUnusable:
                raise
            except Exception as error:
                raise IndexUnusable(f"The search index cannot be read: {type(error).__name__}") from error


def _column(leaf: Any, field: str) -> list[str]:
    number = leaf.doc_count_all()
    if not leaf.has_column(field):
        return [""] * number
    column = leaf.column_reader(field, translate=True)
    return [str(column[place]) for place in range(number)]


def _values(leaf: Any, field: str) -> dict[str, Ids]:
    """The places within the segment, those of deleted records too."""
    return {value: decoded(leaf.postings(field, value))[0] for value in leaf.field_terms(field)}

"""Suggestions while somebody types: records whose titles or other names begin with what is typed so far."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from kb.models.record import Kind, Record
from kb.permissions import parent_is_visible, visible_to
from search.answers import access
from search.errors import IndexUnusable
from search.index import snapshot
from search.index.analysis import every_word
from search.index.narrowing import allowed_to
from search.index.snapshot import Ids, Mask, Snapshot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.permissions import Person

MOST = 8
# So many of one kind at first, that twenty sources do not hide the owner who was meant.
MOST_OF_A_KIND = 3
CANDIDATES = 24
LONGEST_TYPED, MOST_WORDS, FEWEST_LETTERS = 100, 8, 2
LONGEST_ABOUT = 90
# What is looked up by its name, the likeliest first; then what is a sentence rather than a name.
NAMED = (Kind.TERM, Kind.SOURCE, Kind.ACTION, Kind.PRIORITY, Kind.PLAN, Kind.POST, Kind.INDICATOR, Kind.THEME,
         Kind.ORGANISATION, Kind.STAFF_GROUP, Kind.PRIORITY_SET, Kind.COMPARISON)  # fmt: skip
SENTENCES = (Kind.RESPONSE, Kind.IMPLICATION, Kind.KEY_POINT, Kind.FIGURE)
# The part of a record that tells it from others of the same title.
TELLING = ("organisation", "set", "source")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One record that may be meant; `about` says what an acronym stands for, or where the record belongs."""

    kind: str
    ref: str
    title: str
    about: str


def suggestions(session: Session, settings: Settings, person: Person, typed: str) -> tuple[Suggestion, ...]:
    """At most eight records that the person may see; none while the index cannot be asked, since nobody waits for them.

    Each word that was typed begins a word of the record's title or other names, in any order.
    """
    words = every_word([typed[:LONGEST_TYPED]])[:MOST_WORDS]
    if sum(map(len, words)) < FEWEST_LETTERS:
        return ()
    try:
        held = snapshot.current(settings.index_dir)
        places = np.flatnonzero(_beginning_so(held, words, allowed_to(held, access.marks_of(person)))).astype(np.int32)
        kept = _mixed([held.kept(place) for place in _in_order(held, places, " ".join(words))])
    except IndexUnusable as error:
        log.info("Suggesting nothing: %s", error)
        return ()
    # The database is asked again who may see them, since the index may be a moment behind.
    asked = select(Record.id, Record.kind, Record.ref, Record.title).where(
        Record.id.in_([each["id"] for each in kept]),
        access.is_ours(held),
        visible_to(person),
        parent_is_visible(person),
    )
    found = {row.id: row for row in session.execute(asked)} if kept else {}
    shown = [(found[each["id"]], each) for each in kept if each["id"] in found][:MOST]
    return tuple(Suggestion(row.kind, row.ref, row.title, _about(each)) for row, each in shown)


def _beginning_so(held: Snapshot, words: list[str], allowed: Mask) -> Mask:
    for word in dict.fromkeys(words):
        begins = np.zeros(held.size, np.bool_)
        for whole in held.beginning("heads", word):
            begins[held.ids("heads", whole)] = True
        allowed &= begins
        if not allowed.any():
            break
    return allowed


def _in_order(held: Snapshot, places: Ids, typed: str) -> list[int]:
    """The very title first, then names before sentences, titles that begin so, the likeliest kinds, the shortest."""
    ranks = np.zeros(held.size, np.int8)
    for rank, kind in enumerate((*NAMED, *SENTENCES)):
        ranks[held.ids("kind", kind)] = rank
    titles = held.column("title_key")

    def key(place: int) -> tuple[bool, bool, bool, int, int, str]:
        title, rank = titles[place], int(ranks[place])
        return (title != typed, rank >= len(NAMED), not title.startswith(typed), rank, len(title), title)

    return nsmallest(CANDIDATES, places.tolist(), key=key)


def _mixed(candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, with no more than a few of one kind before the others had their turn."""
    seen: Counter[str] = Counter()
    early: list[dict[str, Any]] = []
    late: list[dict[str, Any]] = []
    for each in candidates:
        seen[each["kind"]] += 1
        (early if seen[each["kind"]] <= MOST_OF_A_KIND else late).append(each)
    return early + late


def _about(kept: dict[str, Any]) -> str:
    told = "; ".join(kept["names"])
    if not told:
        told = next((part["text"] for part in kept["parts"] if part["field"] in TELLING), "")
    return told if len(told) <= LONGEST_ABOUT else told[:LONGEST_ABOUT].rsplit(" ", 1)[0].rstrip(",;") + "…"

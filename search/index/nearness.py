"""Which records speak of the same things as one record: its most telling words, scored as a question's words are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np

from search.index.analysis import indexed, normal
from search.index.narrowing import allowed_to
from search.index.scoring import KIND_WEIGHTS, WEIGHTS
from search.language.query import WORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from search.index.snapshot import Mask, Scores, Snapshot

MOST_TERMS, FEWEST_SHARED, WORDS_TOLD = 20, 2, 4
# Shorter words are numbers and such, unless they are acronyms.
SHORTEST = 4
# What more than a tenth of all records say tells little, where there are many records.
COMMON_FROM, FEW = 0.1, 20
# Parts of a record that say how it is filed, and not what it speaks of.
FILED = frozenset({"facts", "status"})
# How alike a record has to be, as a share of what the record itself would score.
NEAR_FROM = 0.15
THEME_BOOST = 0.1
# What more than so many of all records say is not told as the reason, nor are the small words that are rare among the
# records and yet name no subject.
TOLD_TO = 0.04
_SMALL = (
    "about above across after against along already also although always among another around away because become "
    "before begin behind below beside best better between beyond both bring carry cause change come continue could "
    "current different does done down during each early eight either else enough every everyone fewer fifth find first "
    "five four fourth from full further give given good great half have help here high hold however improve include "
    "into just keep know large last late later least less letters level like little long made main make many more most "
    "move much must near need never next nine none often once only open other over part place possible provide quarter "
    "quickly rather ready really right same second seven several shall short should show since some soon spelling "
    "start still such take than that their them then there these they third this those though three through time "
    "together toward twice under until upon used using very want well were what when where whether which while whole "
    "will with within without would year years your"
)
SMALL = frozenset(normal(word) for word in _SMALL.split())


@dataclass(frozen=True, slots=True)
class Near:
    """A record that is near another: the one it stands in, the themes that both are filed under, words of both."""

    id: int
    kind: str
    parent: str
    themes: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """A word of the record: as it is indexed, as it is written there, and how much the record makes of it."""

    form: str
    written: str
    weight: float


def near(snapshot: Snapshot, record_id: int, title: str, readers: frozenset[str] | None, *, most: int) -> list[Near]:
    """The nearest first; `readers` are the marks of the person who asks, None for everything."""
    here = snapshot.ids("id", str(record_id))
    if not len(here):
        return []
    place = int(here[0])
    terms = _telling(snapshot, snapshot.kept(place), title)
    scores, holding = _scores(snapshot, terms)
    themes = {ref: ids for ref in snapshot.lexicon("theme") if place in (ids := snapshot.ids("theme", ref))}
    for ids in themes.values():
        scores[ids] *= 1 + THEME_BOOST
    for kind, weight in KIND_WEIGHTS.items():
        scores[snapshot.ids("kind", kind)] *= weight
    naming = _naming(snapshot, terms, place)
    allowed = allowed_to(snapshot, readers) & (holding.sum(axis=0) >= min(FEWEST_SHARED, max(1, len(terms))))
    allowed &= scores >= NEAR_FROM * scores[place]
    allowed[place] = False
    found = np.flatnonzero(allowed)
    found = found[np.argsort(-scores[found], kind="stable")][:most]
    answer = []
    for each in found.tolist():
        kept = snapshot.kept(each)
        if kept["kind"] == "theme" and kept["ref"] in themes:
            continue  # the record's own page names it already
        shared = tuple(ref for ref, ids in themes.items() if each in ids)
        words = tuple(
            term.written
            for term, held, both in zip(terms, holding[:, each], naming[:, each], strict=True)
            if held and both
        )[:WORDS_TOLD]
        answer.append(Near(kept["id"], kept["kind"], kept["parent"], shared, words))
    return answer


def _telling(snapshot: Snapshot, kept: dict[str, Any], title: str) -> list[_Term]:
    """The words that the record makes much of and few others have, the most telling first."""
    said: dict[str, float] = defaultdict(float)
    written: dict[str, str] = {}
    for weight, text in _texts(kept, title):
        for word in WORD.findall(text):
            form = indexed(word)
            if form is not None and (len(word) >= SHORTEST or word.isupper()) and not form.isdigit():
                said[form] += weight
                written.setdefault(form, word)
    telling: list[tuple[float, str, float]] = []
    common: list[tuple[float, str, float]] = []
    for form, weight in said.items():
        records = max(len(snapshot.ids(name, form)) for name in WEIGHTS)
        if records > 1:  # what no other record says finds nothing
            rare = log(snapshot.size / records)
            is_common = records > max(FEW, COMMON_FROM * snapshot.size)
            (common if is_common else telling).append((log(1 + weight) * rare * rare, form, log(1 + weight)))
    chosen = sorted(telling, reverse=True) if len(telling) > FEWEST_SHARED else sorted(telling + common, reverse=True)
    return [_Term(form, written[form], weight) for _, form, weight in chosen[:MOST_TERMS]]


def _texts(kept: dict[str, Any], title: str) -> Iterator[tuple[float, str]]:
    yield WEIGHTS["title"], title
    for name in kept["names"]:
        yield WEIGHTS["names"], name
    for part in kept["parts"]:
        if part["field"] not in FILED:
            yield WEIGHTS["aside" if part["is_aside"] else "text"], part["text"]


def _scores(snapshot: Snapshot, terms: list[_Term]) -> tuple[Scores, Mask]:
    """What each record scores for the words, and which of them it holds: a row for each word."""
    total = np.zeros(snapshot.size)
    holding = np.zeros((len(terms), snapshot.size), np.bool_)
    for row, term in enumerate(terms):
        for name, weight in WEIGHTS.items():
            ids, scores = snapshot.postings(name, term.form)
            total[ids] += weight * term.weight * scores
            holding[row, ids] = True
    return total, holding


def _naming(snapshot: Snapshot, terms: list[_Term], place: int) -> Mask:
    """Which words say to a reader why records are alike: rare ones that both have in their titles or names."""
    named = np.zeros((len(terms), snapshot.size), np.bool_)
    for row, term in enumerate(terms):
        most = max(len(snapshot.ids(name, term.form)) for name in WEIGHTS)
        if most > max(FEW, TOLD_TO * snapshot.size) or term.form in SMALL:
            continue
        for name in ("title", "names"):
            named[row, snapshot.ids(name, term.form)] = True
        named[row] &= named[row, place]
    return named

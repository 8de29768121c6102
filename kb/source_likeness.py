"""Sources that may be the same document: titles that differ by little, and names or acronyms that are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils
from sqlalchemy import select

from kb import records
from kb.models.record import Record
from kb.models.source import Source, SourceName
from kb.permissions import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kb.permissions import Person

# Above this, titles differ in a year, a plural or the order of their words.
NEAR_ENOUGH = 88
MOST_SHOWN = 5


def alike(
    session: Session, title: str, names: Iterable[str], *, person: Person, besides: Source | None = None
) -> list[Record]:
    """The sources that the person may see whose title or other name is near one of these, the nearest first."""
    own = besides.id if besides is not None else 0
    titles = select(Source.id, Source.title).where(visible_to(person), Source.id != own)
    others = select(SourceName.source_id, SourceName.name).join(Source, Source.id == SourceName.source_id)
    known = [
        *session.execute(titles).all(),
        *session.execute(others.where(visible_to(person), Source.id != own)).all(),
    ]
    texts = [utils.default_process(name) for _, name in known]
    scores: dict[int, float] = {}
    for wanted in {utils.default_process(name) for name in (title, *names)} - {""}:
        found = process.extract(wanted, texts, scorer=_score, score_cutoff=NEAR_ENOUGH, limit=MOST_SHOWN)
        for _, score, place in found:
            source_id = known[place][0]
            scores[source_id] = max(score, scores.get(source_id, 0))
    nearest = sorted(scores, key=lambda source_id: (-scores[source_id], source_id))[:MOST_SHOWN]
    seen = records.list_by_ids(session, nearest, person=person)
    return [seen[source_id] for source_id in nearest if source_id in seen]


def _score(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    """How near two names are; short ones are acronyms, where one other letter makes another name."""
    if " " not in one or " " not in other:
        return 100.0 if one == other else 0.0
    return float(fuzz.token_sort_ratio(one, other, score_cutoff=score_cutoff))

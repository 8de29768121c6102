"""Records that may be the same thing: titles that differ by little, and names or acronyms that are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils
from sqlalchemy import select

from kb import records
from kb.models.organisation import Organisation
from kb.models.record import Record
from kb.models.source import Source, SourceName
from kb.permissions import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kb.permissions import Person

# Above this, titles differ in a year, a plural or the order of their words.
NEAR_ENOUGH = 88
MOST_SHOWN = 5
# The names that records of a kind have beside their titles.
OTHER_NAMES: dict[type[Record], Select[int, str]] = {
    Source: select(SourceName.source_id, SourceName.name).join(Source, Source.id == SourceName.source_id),
    Organisation: select(Organisation.id, Organisation.abbreviation).where(Organisation.abbreviation != ""),
}


def alike(
    session: Session,
    model: type[Record],
    title: str,
    names: Iterable[str] = (),
    *,
    person: Person,
    besides: Record | None = None,
) -> list[Record]:
    """The records of a model, seen by the person, with a title or other name near one of these; the nearest first."""
    own = besides.id if besides is not None else 0
    queries = [select(model.id, model.title), *([OTHER_NAMES[model]] if model in OTHER_NAMES else ())]
    known = [row for query in queries for row in session.execute(query.where(visible_to(person), model.id != own))]
    texts = [utils.default_process(name) for _, name in known]
    scores: dict[int, float] = {}
    for wanted in {utils.default_process(name) for name in (title, *names)} - {""}:
        found = process.extract(wanted, texts, scorer=nearness, score_cutoff=NEAR_ENOUGH, limit=MOST_SHOWN)
        for _, score, place in found:
            record_id = known[place][0]
            scores[record_id] = max(score, scores.get(record_id, 0))
    nearest = sorted(scores, key=lambda record_id: (-scores[record_id], record_id))[:MOST_SHOWN]
    seen = records.list_by_ids(session, nearest, person=person)
    return [seen[record_id] for record_id in nearest if record_id in seen]


def nearness(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    """How near two names are; short ones are acronyms, where one other letter makes another name."""
    if " " not in one or " " not in other:
        return 100.0 if one == other else 0.0
    # Words that are written together in one of them put the sorted words out of step; the letters still agree.
    sorted_words = fuzz.token_sort_ratio(one, other, score_cutoff=score_cutoff)
    return float(max(sorted_words, fuzz.ratio(one.replace(" ", ""), other.replace(" ", ""), score_cutoff=score_cutoff)))

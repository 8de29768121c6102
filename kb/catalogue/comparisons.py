"""Comparisons: figures that differ, side by side, until a named person says what they make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from kb import editing, history, labels, records
from kb.catalogue import figures
from kb.errors import Invalid
from kb.models.figure import Comparison, Figure, Outcome, comparison_figure
from kb.models.record import Kind, Record
from kb.narrowing import Narrowing, bears
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

OPEN = "open"
FEWEST = 2
MOST = 20


@dataclass(frozen=True)
class ComparisonFilter(Narrowing):
    """What a list of comparisons is narrowed to."""

    words: str = ""
    outcome: str = ""
    source: str = ""


def list_comparisons(
    session: Session, wanted: ComparisonFilter, *, person: Person, offset: int = 0, limit: int = 25
) -> tuple[int, Sequence[Comparison]]:
    """How many comparisons fit, and one page of them with their figures; those nobody has settled come first."""
    clauses = _clauses(wanted, person)
    total = session.scalar(select(func.count(Comparison.id)).where(*clauses)) or 0
    query = (
        select(Comparison)
        .where(*clauses)
        .options(selectinload(Comparison.figures.and_(visible_to(person))).joinedload(Figure.source))
        .order_by(Comparison.outcome.is_not(None), Comparison.title, Comparison.id)
    )
    return total, session.scalars(query.offset(offset).limit(limit)).all()


def counts(session: Session, *, person: Person) -> dict[str, int]:
    """How many comparisons have each outcome; those without one are open."""
    query = select(Comparison.outcome, func.count(Comparison.id)).where(visible_to(person))
    return {outcome or OPEN: number for outcome, number in session.execute(query.group_by(Comparison.outcome))}


def get(session: Session, ref: str, *, person: Person) -> Comparison:
    """One comparison with its figures, their sources, and who settled it, or NotFound."""
    options = [selectinload(Comparison.figures.and_(visible_to(person))).joinedload(Figure.source)]
    if person.may(Capability.READ_UPDATES):  # who people are is for those alone who have signed in
        options.append(joinedload(Comparison.settled_by))
    return records.get(session, Comparison, ref, person=person, options=options)


def create(session: Session, title: str, refs: Iterable[str], *, by: Person) -> Comparison:
    """Put figures side by side; nobody has settled yet what comes of it."""
    by.require(Capability.EDIT_SHARED)
    title, chosen = _checked_title(title), _chosen(session, refs, by)
    comparison = Comparison(ref=records.new_ref(session, Kind.COMPARISON, title), title=title, figures=chosen)
    editing.make(session, comparison, by=by)
    for figure in chosen:
        history.note(session, figure, "comparison", None, comparison.title, by=by)
    return comparison


def edit(
    session: Session,
    ref: str,
    title: str,
    refs: Iterable[str],
    *,
    whole: str = "",
    version: int,
    reason: str,
    by: Person,
) -> Comparison:
    """Reword a comparison, or compare other figures; a figure that leaves says so in its history.

    `whole` is the ref of the figure that the others should add up to.
    """
    comparison = get(session, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    stood = whole_of(comparison)
    records.check_version(
        comparison,
        version,
        theirs={"title": comparison.title, "whole": stood.title if stood else ""},
        chosen={"whole": [stood.ref] if stood else []},
    )
    if not reason.strip():
        raise Invalid("reason", gettext("Say why it changes"))
    title = _checked_title(title)
    chosen, before = _chosen(session, refs, by), list(comparison.figures)
    summed = _whole(chosen, whole)
    with session.no_autoflush:
        comparison.title = title
        history.note_changes(session, comparison, by=by, reason=reason.strip())
        if set(chosen) != set(before):
            told = (_told(before), _told(chosen))
            history.note(session, comparison, "figures", *told, reason=reason.strip(), by=by)
            comparison.figures = chosen
        if summed is not stood:
            was, now = (_told([one]) if one else None for one in (stood, summed))
            history.note(session, comparison, "whole", was, now, reason=reason.strip(), by=by)
            comparison.whole_id = summed.id if summed else None
        for figure in set(before) ^ set(chosen):
            words = (None, comparison.title) if figure in chosen else (comparison.title, None)
            history.note(session, figure, "comparison", *words, reason=reason.strip(), by=by)
    session.flush()
    return comparison


def whole_of(comparison: Comparison) -> Figure | None:
    """The figure that the others of a comparison should add up to."""
    return next((figure for figure in comparison.figures if figure.id == comparison.whole_id), None)


def settle(
    session: Session, ref: str, *, outcome: str, reason: str, version: int, by: Person, today: date
) -> Comparison:
    """Say what comes of a comparison, and why; without an outcome it is open again. The figures stay as they are."""
    comparison = get(session, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    records.check_version(
        comparison, version, theirs={"reason": comparison.note}, chosen={"outcome": [comparison.outcome or OPEN]}
    )
    if outcome not in {OPEN, *Outcome}:
        raise Invalid("outcome", gettext("Choose what comes of it"))
    if not reason.strip():
        raise Invalid("reason", gettext("Say why, so that the next reader need not ask"))
    words = labels.outcomes()
    before = words.get(comparison.outcome or "", words[OPEN])
    history.note(session, comparison, "outcome", before, words[outcome], reason=reason.strip(), by=by)
    if comparison.note and comparison.note != reason.strip():
        history.note(session, comparison, "note", comparison.note, reason.strip(), by=by)
    comparison.outcome = None if outcome == OPEN else outcome
    comparison.note = reason.strip()
    comparison.settled_on = None if outcome == OPEN else today
    comparison.settled_by_id = None if outcome == OPEN else by.user_id
    for figure in comparison.figures:
        told = gettext("%(outcome)s, %(day)s", outcome=words[outcome], day=spoken(today))
        history.note(session, figure, "comparison", comparison.title, told, reason=reason.strip(), by=by)
    session.flush()
    return comparison


def _checked_title(title: str) -> str:
    wrong = gettext("Say what is compared, in up to %(number)s characters", number=editing.LONGEST_TITLE)
    return editing.checked_title(title, wrong)


def _chosen(session: Session, refs: Iterable[str], by: Person) -> list[Figure]:
    """The figures that the refs name, once their number is right."""
    wanted = list(dict.fromkeys(refs))
    found = list(figures.by_refs(session, wanted[: MOST + 1], person=by))
    if unknown := set(wanted) - {figure.ref for figure in found} if len(wanted) <= MOST else set():
        raise Invalid("chosen", gettext("There is no figure called “%(ref)s”", ref=min(unknown)))
    if not FEWEST <= len(found) <= MOST:
        raise Invalid("chosen", gettext("Choose at least two figures, and at most %(number)s", number=MOST))
    return found


def _whole(chosen: Sequence[Figure], ref: str) -> Figure | None:
    found = next((figure for figure in chosen if figure.ref == ref), None)
    if ref and found is None:
        raise Invalid("whole", gettext("The whole is one of the figures that are compared. Tick it as well"))
    if found is not None and len(chosen) <= FEWEST:
        raise Invalid("whole", gettext("A whole has two parts or more. Tick the figures that are its parts"))
    return found


def _told(chosen: Iterable[Figure]) -> str:
    return "; ".join(f"{figure.title}: {figure.value}" for figure in chosen)


def _clauses(wanted: ComparisonFilter, person: Person) -> list[ColumnElement[bool]]:
    clauses = [visible_to(person)]
    if wanted.outcome == OPEN:
        clauses.append(Comparison.outcome.is_(None))
    elif wanted.outcome:
        clauses.append(Comparison.outcome == wanted.outcome)
    if wanted.source:
        sources = select(Record.id).where(Record.kind == Kind.SOURCE, Record.ref == wanted.source).correlate(None)
        figure, joined = Figure.__table__.c, comparison_figure.c
        of_source = select(joined.comparison_id).join(Figure.__table__, figure.id == joined.figure_id)
        clauses.append(Comparison.id.in_(of_source.where(figure.source_id.in_(sources))))
    clauses += bears(wanted.words, Comparison.title)
    return clauses
